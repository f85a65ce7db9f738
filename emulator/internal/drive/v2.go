package drive

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"

	drivev2 "google.golang.org/api/drive/v2"
	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// Of the Drive API v2 only those calls are served with which clients still copy files
// and import CSV.

const v2Files = "https://www.googleapis.com/drive/v2/files/"

// copyFileV2 is files.copy of Drive v2.
func (api *API) copyFileV2(c *rest.Call) (*drivev2.File, error) {
	var body drivev2.File
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	given := drive.File{Name: body.Title, Description: body.Description, MimeType: body.MimeType}
	for _, p := range body.Parents {
		if p != nil {
			given.Parents = append(given.Parents, p.Id)
		}
	}
	f, err := api.copyOf(c, &given)
	if err != nil {
		return nil, err
	}
	return api.describeFileV2(c, f), nil
}

// updateUploadedV2 is files.update of Drive v2 with content.
func (api *API) updateUploadedV2(c *rest.Call) (out *drivev2.File, err error) {
	u, err := api.parseUpload(c)
	if err != nil {
		return nil, err
	}
	err = api.replaceContent(c, u, func(f *files.File) { out = api.describeFileV2(c, f) })
	return out, err
}

// describeFileV2 returns a file as Drive v2 does: with all fields (recorded for a
// spreadsheet).
func (api *API) describeFileV2(c *rest.Call, f *files.File) *drivev2.File {
	mine := api.Files.Role(f, c.Principal)
	out := &drivev2.File{
		Kind: "drive#file", Id: f.ID, Title: f.Title(), MimeType: f.MimeType, Description: f.Description, DriveId: f.Drive, TeamDriveId: f.Drive,
		SelfLink: v2Files + f.ID, AlternateLink: api.webViewLink(f), EmbedLink: "https://docs.google.com/spreadsheets/d/" + f.ID + "/htmlembed",
		IconLink:      "https://drive-thirdparty.googleusercontent.com/16/type/" + f.MimeType,
		ThumbnailLink: "https://docs.google.com/feeds/vt?gd=true&id=" + f.ID + "&sz=s220",
		Etag:          strconv.Quote(base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(f.Modified.UnixMilli(), 10)))),
		CreatedDate:   f.Created.UTC().Format(driveTime), ModifiedDate: f.Modified.UTC().Format(driveTime),
		ModifiedByMeDate: f.Modified.UTC().Format(driveTime), LastViewedByMeDate: f.Modified.UTC().Format(driveTime),
		MarkedViewedByMeDate: "1970-01-01T00:00:00.000Z",
		Labels: &drivev2.FileLabels{Viewed: true, Starred: f.Starred, Trashed: api.Files.IsTrashed(f),
			ForceSendFields: []string{"Restricted", "Starred", "Hidden", "Trashed"}},
		UserPermission: userPermissionV2(f, mine),
		Capabilities:   &drivev2.FileCapabilities{CanEdit: mine >= files.Writer, CanCopy: f.Spreadsheet != nil, ForceSendFields: []string{"CanEdit", "CanCopy"}},
		Editable:       mine >= files.Writer, Copyable: f.Spreadsheet != nil, WritersCanShare: !f.OnlyOwnerShares, Shared: len(f.Roles) > 1,
		CopyRequiresWriterPermission: f.CopyRequiresPermission, ExplicitlyTrashed: f.Trashed, Spaces: []string{"drive"},
		ForceSendFields: []string{"Editable", "Copyable", "WritersCanShare", "Shared", "CopyRequiresWriterPermission", "ExplicitlyTrashed", "AppDataContents"},
	}
	if f.Spreadsheet != nil {
		out.ExportLinks, out.Version = exportLinks(f.ID), int64(f.Spreadsheet.Version)+1
		out.FileSize, out.QuotaBytesUsed = 1024, 1024 // whatever is in it
	}
	api.describeUsersV2(c, out, f)
	return out
}

// userPermissionV2 returns the permission of the caller.
func userPermissionV2(f *files.File, mine files.Role) *drivev2.Permission {
	role := roleNames[mine]
	p := &drivev2.Permission{Kind: "drive#permission", Id: "me", Type: "user", Role: role, SelfLink: v2Files + f.ID + "/permissions/me",
		Etag: strconv.Quote(base64.RawURLEncoding.EncodeToString([]byte(f.ID + role))[:27]), ForceSendFields: []string{"PendingOwner"}}
	if mine == files.Commenter {
		p.Role, p.AdditionalRoles = "reader", []string{"commenter"}
	}
	return p
}

// describeUsersV2 adds the owners, the user who changed the file last, and the
// folders that the caller can see.
func (api *API) describeUsersV2(c *rest.Call, out *drivev2.File, f *files.File) {
	user := func(email string) *drivev2.User {
		return &drivev2.User{Kind: "drive#user", DisplayName: email, EmailAddress: email, IsAuthenticatedUser: email == c.Principal,
			PermissionId: files.PermissionID(email), Picture: &drivev2.UserPicture{Url: "https://lh3.googleusercontent.com/a/default-user=s64"},
			ForceSendFields: []string{"IsAuthenticatedUser"}}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Roles)) {
		if f.Roles[name] == files.Owner && f.Drive == "" {
			out.Owners, out.OwnerNames = append(out.Owners, user(name)), append(out.OwnerNames, name)
		}
	}
	last := cmp.Or(f.ModifiedBy, c.Principal) // a file that was not changed yet is one that the caller has just made
	out.LastModifyingUser, out.LastModifyingUserName = user(last), last
	if parent := api.Files.Get(f.Parent); parent != nil && api.Files.Role(parent, c.Principal) >= files.Reader {
		out.Parents = []*drivev2.ParentReference{{Kind: "drive#parentReference", Id: f.Parent, SelfLink: v2Files + f.ID + "/parents/" + f.Parent,
			ParentLink: v2Files + f.Parent, IsRoot: f.Parent == files.RootID(c.Principal), ForceSendFields: []string{"IsRoot"}}}
	}
}

// listComments is drive.comments.list. As no call adds comments, it is empty.
func (api *API) listComments(c *rest.Call) (*drive.CommentList, error) {
	if c.Mask == nil {
		return nil, errFieldsRequired()
	}
	if _, err := api.fileFor(c); err != nil {
		return nil, err
	}
	return &drive.CommentList{Kind: "drive#commentList", Comments: []*drive.Comment{}, ForceSendFields: []string{"Comments"}}, nil
}

// errFieldsRequired is the error of a call without the field mask that it requires.
func errFieldsRequired() error {
	return &rest.Error{
		Status: http.StatusBadRequest, Message: "The 'fields' parameter is required for this method.",
		Item: rest.ErrorItem{Reason: "required", Location: "fields", LocationType: "parameter"},
	}
}
