package emulator

import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/drive/v3"
)

// shown answers a file: the usual four fields, or all that is known where a
// mask chooses.
func (api *Server) shown(c *rest.Call, f *file) *drive.File {
	out := &drive.File{Kind: "drive#file", Id: f.id, Name: f.title(), MimeType: f.mimeType}
	if c.Mask == nil {
		if f.drive != "" { // documented for items of shared drives
			out.DriveId, out.TeamDriveId = f.drive, f.drive
		}
		return out
	}
	mine := api.store.role(f, c.Principal)
	out.CreatedTime = f.created.UTC().Format(driveTime)
	out.ModifiedTime = f.modified.UTC().Format(driveTime)
	out.Trashed, out.ExplicitlyTrashed = api.store.trashed(f), f.trashed
	out.Starred, out.Description, out.Properties = f.starred, f.description, maps.Clone(f.properties)
	out.Spaces, out.DriveId = []string{"drive"}, f.drive
	out.OwnedByMe = f.roles[c.Principal] == owner
	out.Shared = len(f.roles) > 1
	out.WritersCanShare = true
	out.ForceSendFields = []string{"Trashed", "ExplicitlyTrashed", "Starred"}
	if f.drive == "" {
		out.ForceSendFields = append(out.ForceSendFields, "OwnedByMe", "Shared")
	}
	if parent := api.store.get(f.parent); parent != nil && api.store.role(parent, c.Principal) >= reader {
		out.Parents = []string{f.parent}
	}
	if f.contents != nil {
		out.Version = int64(f.contents.Version) + 1
		out.WebViewLink = "https://docs.google.com/spreadsheets/d/" + f.id + "/edit?usp=drivesdk"
		out.ExportLinks = exportLinks(f.id)
	} else {
		out.WebViewLink = "https://drive.google.com/drive/folders/" + f.id
	}
	out.Capabilities = capabilities(f, mine)
	api.showPeople(c, out, f)
	return out
}

func (api *Server) showPeople(c *rest.Call, out *drive.File, f *file) {
	for _, name := range rest.SortedKeys(f.roles) {
		out.PermissionIds = append(out.PermissionIds, permissionID(name))
		out.Permissions = append(out.Permissions, showPermission(f, name, true))
		if f.roles[name] == owner && f.drive == "" {
			out.Owners = append(out.Owners, api.user(c, name))
		}
	}
	if f.by != "" {
		out.LastModifyingUser = api.user(c, f.by)
	}
}

func capabilities(f *file, mine role) *drive.FileCapabilities {
	return &drive.FileCapabilities{
		CanEdit: mine >= writer, CanComment: mine >= commenter, CanShare: mine >= writer,
		CanDownload: true, CanCopy: f.contents != nil, CanRename: mine >= writer, CanDelete: mine == owner, CanTrash: mine == owner,
		CanModifyContent: mine >= writer, CanAddChildren: f.contents == nil && mine >= writer,
		CanReadRevisions: mine >= writer,
		ForceSendFields: []string{"CanEdit", "CanComment", "CanShare", "CanCopy", "CanRename", "CanDelete", "CanTrash",
			"CanModifyContent", "CanAddChildren", "CanReadRevisions"},
	}
}

// user describes somebody as Drive does; the name is made up from the address.
func (api *Server) user(c *rest.Call, email string) *drive.User {
	name, _, _ := strings.Cut(email, "@")
	return &drive.User{
		Kind: "drive#user", DisplayName: cmp.Or(name, email), Me: email == c.Principal,
		PermissionId: permissionID(email), EmailAddress: email, ForceSendFields: []string{"Me"},
	}
}

func exportLinks(id string) map[string]string {
	links := map[string]string{}
	for mediaType, format := range exportFormats {
		links[mediaType] = "https://docs.google.com/spreadsheets/export?id=" + id + "&exportFormat=" + format
	}
	return links
}

// about is drive.about.get, which insists on a field mask.
func (api *Server) about(c *rest.Call) (*drive.About, error) {
	if c.Mask == nil {
		return nil, &rest.Error{
			Status: 400, Message: "The 'fields' parameter is required for this method.",
			Item: rest.ErrorItem{Reason: "required", Location: "fields", LocationType: "parameter"},
		}
	}
	targets := rest.SortedKeys(exportFormats)
	out := &drive.About{
		Kind: "drive#about", User: api.user(c, c.Principal), CanCreateDrives: true,
		StorageQuota:    &drive.AboutStorageQuota{Limit: 15 << 30, ForceSendFields: []string{"Limit", "Usage", "UsageInDrive", "UsageInDriveTrash"}},
		ExportFormats:   map[string][]string{spreadsheetType: targets},
		MaxUploadSize:   5242880000000,
		MaxImportSizes:  map[string]string{spreadsheetType: strconv.Itoa(100 << 20)},
		ForceSendFields: []string{"AppInstalled"},
	}
	if rest.IsServiceAccount(c.Principal) {
		out.StorageQuota.Limit = 0 // since 2025 they have none
	}
	return out, nil
}
