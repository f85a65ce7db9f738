package drive

import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// describeFile returns the usual four fields of a file, or all fields if there
// is a mask.
func (api *API) describeFile(c *rest.Call, f *files.File) *drive.File {
	out := &drive.File{Kind: "drive#file", Id: f.ID, Name: f.Title(), MimeType: f.MimeType}
	if c.Mask == nil {
		if f.Drive != "" { // documented for files of shared drives
			out.DriveId, out.TeamDriveId = f.Drive, f.Drive
		}
		return out
	}
	mine := api.Files.Role(f, c.Principal)
	out.CreatedTime = f.Created.UTC().Format(driveTime)
	out.ModifiedTime = f.Modified.UTC().Format(driveTime)
	out.Trashed, out.ExplicitlyTrashed = api.Files.IsTrashed(f), f.Trashed
	out.Starred, out.Description, out.Properties, out.AppProperties = f.Starred, f.Description, maps.Clone(f.Properties), maps.Clone(f.AppProperties)
	out.CopyRequiresWriterPermission = f.CopyRequiresPermission
	out.Spaces, out.DriveId = []string{"drive"}, f.Drive
	out.OwnedByMe = f.Roles[c.Principal] == files.Owner
	out.Shared = len(f.Roles) > 1
	out.WritersCanShare = !f.OnlyOwnerShares
	out.ForceSendFields = []string{"Trashed", "ExplicitlyTrashed", "Starred", "WritersCanShare", "CopyRequiresWriterPermission"}
	if f.Drive == "" {
		out.ForceSendFields = append(out.ForceSendFields, "OwnedByMe", "Shared")
	}
	if parent := api.Files.Get(f.Parent); parent != nil && api.Files.Role(parent, c.Principal) >= files.Reader {
		out.Parents = []string{f.Parent}
	}
	if f.Spreadsheet != nil {
		out.Version = int64(f.Spreadsheet.Version) + 1
		out.ExportLinks = exportLinks(f.ID)
	}
	out.WebViewLink = api.webViewLink(f)
	out.Capabilities = capabilities(f, mine)
	api.describeUsers(c, out, f)
	return out
}

// describeUsers adds the users and permissions of a file.
func (api *API) describeUsers(c *rest.Call, out *drive.File, f *files.File) {
	for _, name := range rest.SortedKeys(f.Roles) {
		out.PermissionIds = append(out.PermissionIds, files.PermissionID(name))
		out.Permissions = append(out.Permissions, describePermission(f, name, true))
		if f.Roles[name] == files.Owner && f.Drive == "" {
			out.Owners = append(out.Owners, api.describeUser(c, name))
		}
	}
	if f.ModifiedBy != "" {
		out.LastModifyingUser = api.describeUser(c, f.ModifiedBy)
	}
}

func capabilities(f *files.File, mine files.Role) *drive.FileCapabilities {
	return &drive.FileCapabilities{
		CanEdit: mine >= files.Writer, CanComment: mine >= files.Commenter, CanShare: mine >= files.Writer,
		CanDownload: true, CanCopy: f.Spreadsheet != nil, CanRename: mine >= files.Writer, CanDelete: mine == files.Owner, CanTrash: mine == files.Owner,
		CanModifyContent: mine >= files.Writer, CanAddChildren: f.Spreadsheet == nil && mine >= files.Writer,
		CanReadRevisions: mine >= files.Writer,
		ForceSendFields: []string{"CanEdit", "CanComment", "CanShare", "CanCopy", "CanRename", "CanDelete", "CanTrash",
			"CanModifyContent", "CanAddChildren", "CanReadRevisions"},
	}
}

// describeUser returns a user as Drive does. The name is made of the address.
func (api *API) describeUser(c *rest.Call, email string) *drive.User {
	name, _, _ := strings.Cut(email, "@")
	if rest.IsServiceAccount(email) { // recorded
		name = email
	}
	return &drive.User{
		Kind: "drive#user", DisplayName: cmp.Or(name, email), Me: email == c.Principal,
		PermissionId: files.PermissionID(email), EmailAddress: email, ForceSendFields: []string{"Me"},
	}
}

// webViewLink returns the address at which a browser opens a file.
func (api *API) webViewLink(f *files.File) string {
	switch {
	case f.Spreadsheet != nil && api.WebViewLink != nil:
		return api.WebViewLink(f.ID)
	case f.Spreadsheet != nil:
		return "https://docs.google.com/spreadsheets/d/" + f.ID + "/edit?usp=drivesdk"
	}
	return "https://drive.google.com/drive/folders/" + f.ID
}

func exportLinks(id string) map[string]string {
	links := map[string]string{}
	for mediaType, format := range exportFormats {
		links[mediaType] = "https://docs.google.com/spreadsheets/export?id=" + id + "&exportFormat=" + format
	}
	return links
}

// importFormats are the types of uploads that become spreadsheets here. Drive
// takes more of them.
var importFormats = map[string][]string{
	"text/csv": {files.SpreadsheetType}, "text/tab-separated-values": {files.SpreadsheetType}, xlsxType: {files.SpreadsheetType},
}

// getAbout is drive.about.get, which requires a field mask.
func (api *API) getAbout(c *rest.Call) (*drive.About, error) {
	if c.Mask == nil {
		return nil, errFieldsRequired()
	}
	targets := rest.SortedKeys(exportFormats)
	out := &drive.About{
		Kind: "drive#about", User: api.describeUser(c, c.Principal), CanCreateDrives: true,
		StorageQuota:    &drive.AboutStorageQuota{Limit: 15 << 30, ForceSendFields: []string{"Limit", "Usage", "UsageInDrive", "UsageInDriveTrash"}},
		ImportFormats:   importFormats,
		ExportFormats:   map[string][]string{files.SpreadsheetType: targets},
		MaxUploadSize:   5242880000000,
		MaxImportSizes:  map[string]string{files.SpreadsheetType: strconv.Itoa(maxImport)},
		ForceSendFields: []string{"AppInstalled"},
	}
	if rest.IsServiceAccount(c.Principal) {
		out.StorageQuota.Limit = 0 // they have no storage since 2025
	}
	return out, nil
}
