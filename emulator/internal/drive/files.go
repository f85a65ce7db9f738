package drive

import (
	"cmp"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// driveTime is the layout of times: RFC 3339 in UTC with milliseconds.
const driveTime = "2006-01-02T15:04:05.000Z"

// fileFor returns the file that the path names, if the caller may read it: for
// others it does not exist (recorded). A file of a shared drive exists only for
// calls that support these
// (developers.google.com/workspace/drive/api/guides/enable-shareddrives).
func (api *API) fileFor(c *rest.Call) (*files.File, error) {
	return api.fileByID(c, c.Vars["fileId"])
}

// fileByID is [API.fileFor] for an ID, or "root".
func (api *API) fileByID(c *rest.Call, id string) (*files.File, error) {
	if id == "root" {
		api.Files.EnsureRoot(c.Principal)
		id = files.RootID(c.Principal)
	}
	f := api.Files.Get(id)
	if f == nil || !api.Files.Permits(c, f, files.Reader) || f.Drive != "" && !api.supportsAllDrives(c) {
		return nil, &rest.Error{
			Status:  http.StatusNotFound,
			Message: "File not found: " + id + ".",
			Item:    rest.ErrorItem{Location: "fileId", LocationType: "parameter"},
		}
	}
	return f, nil
}

// supportsAllDrives reports whether a call supports shared drives. An export has
// no parameter for that and always does
// (github.com/taylorwilsdon/google_workspace_mcp/pull/325).
func (api *API) supportsAllDrives(c *rest.Call) bool {
	return c.Flag("supportsAllDrives") || c.Flag("supportsTeamDrives") || c.Route.Name == "drive.files.export"
}

// fileWithRole returns the file that the path names, if the caller has a role on
// it.
func (api *API) fileWithRole(c *rest.Call, need files.Role) (*files.File, error) {
	f, err := api.fileFor(c)
	if err == nil && !api.Files.Permits(c, f, need) {
		err = &rest.Error{
			Status:  http.StatusForbidden,
			Message: "The user does not have sufficient permissions for this file.",
			Item:    rest.ErrorItem{Reason: "insufficientFilePermissions"},
		}
	}
	return f, err
}

func (api *API) getFile(c *rest.Call) (any, error) {
	f, err := api.fileFor(c)
	if err != nil {
		return nil, err
	}
	if c.Query.Get("alt") == "media" {
		return nil, &rest.Error{
			Status:  http.StatusForbidden,
			Message: "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
			Item:    rest.ErrorItem{Reason: "fileNotDownloadable", Location: "alt", LocationType: "parameter"},
		}
	}
	return api.describeFile(c, f), nil
}

// parentFor returns the folder and the shared drive for a new file of the
// caller. A service account can only create files in shared drives
// (developers.google.com/workspace/drive/api/guides/about-files).
func (api *API) parentFor(c *rest.Call, parents []string) (parent, drive string, err error) {
	switch {
	case len(parents) > 1:
		return "", "", &rest.Error{Status: http.StatusForbidden, Message: "A file cannot have more than one parent.", Item: rest.ErrorItem{Reason: "multiparenting"}}
	case len(parents) == 1:
		f, err := api.fileByID(c, parents[0])
		if err != nil {
			return "", "", err
		}
		if api.Files.Role(f, c.Principal) < files.Writer {
			return "", "", insufficientParentPermissions()
		}
		parent, drive = f.ID, f.Drive
	default:
		api.Files.EnsureRoot(c.Principal)
		parent = files.RootID(c.Principal)
	}
	if drive == "" && rest.IsServiceAccount(c.Principal) {
		return "", "", noStorage()
	}
	return parent, drive, nil
}

// insufficientParentPermissions is the 403 for a folder that the caller may not
// write to.
func insufficientParentPermissions() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "Insufficient permissions for the specified parent.",
		Item:    rest.ErrorItem{Reason: "insufficientParentPermissions"},
	}
}

func (api *API) createFile(c *rest.Call) (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f := api.Files.NewFile(body.MimeType, c.Principal)
	f.Name = cmp.Or(body.Name, "Untitled")
	switch body.MimeType {
	case files.SpreadsheetType:
		f.Spreadsheet = spreadsheet.New(f.Name)
	case files.FolderType:
	default:
		return nil, rest.Unsupported("drive.files.create with the type " + strconv.Quote(body.MimeType))
	}
	if err := api.addFile(c, f, &body, body.Parents); err != nil {
		return nil, err
	}
	return api.describeFile(c, f), nil
}

// addFile stores a new file in one of parents with the fields of a request.
func (api *API) addFile(c *rest.Call, f *files.File, body *drive.File, parents []string) error {
	parent, in, err := api.parentFor(c, parents)
	if err != nil {
		return err
	}
	f.MoveTo(parent, in)
	if err := updateFields(f, body); err != nil {
		return err
	}
	api.Files.Put(f)
	return nil
}

// copyFile is drive.files.copy of a spreadsheet.
func (api *API) copyFile(c *rest.Call) (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f, err := api.copyOf(c, &body)
	if err != nil {
		return nil, err
	}
	return api.describeFile(c, f), nil
}

// copyOf stores a copy of the spreadsheet that the path names, with the fields of a
// request.
func (api *API) copyOf(c *rest.Call, body *drive.File) (*files.File, error) {
	from, err := api.fileFor(c)
	if err != nil {
		return nil, err
	}
	if from.Spreadsheet == nil || from.CopyRequiresPermission && api.Files.Role(from, c.Principal) < files.Writer {
		return nil, &rest.Error{Status: http.StatusForbidden, Message: "This file cannot be copied by the user.", Item: rest.ErrorItem{Reason: "cannotCopyFile"}}
	}
	parents := body.Parents
	if len(parents) == 0 && from.Drive != "" {
		parents = []string{from.Parent}
	}
	f := api.Files.NewFile(files.SpreadsheetType, c.Principal)
	f.Spreadsheet = from.Spreadsheet.Copy(cmp.Or(body.Name, "Copy of "+from.Title()))
	f.Description, f.Properties, f.AppProperties = from.Description, maps.Clone(from.Properties), maps.Clone(from.AppProperties)
	return f, api.addFile(c, f, body, parents)
}

// updateFile is drive.files.update without content.
func (api *API) updateFile(c *rest.Call) (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	unlock, err := api.Files.LockFile(c.Context, c.Vars["fileId"])
	if err != nil {
		return nil, err
	}
	defer unlock()
	f, err := api.updatedFile(c, &body)
	if err != nil {
		return nil, err
	}
	f.Modified = api.Now()
	if err := updateFields(f, &body); err != nil {
		return nil, err
	}
	api.Files.Put(f)
	return api.describeFile(c, f), nil
}

// updatedFile returns a copy of the file that the path names, with the name and
// the parent of a request.
func (api *API) updatedFile(c *rest.Call, body *drive.File) (*files.File, error) {
	need := files.Writer
	if body.Trashed || rest.WasSent(body.ForceSendFields, "Trashed") {
		need = files.Owner
	}
	have, err := api.fileWithRole(c, need)
	if err != nil {
		return nil, err
	}
	if body.MimeType != "" && body.MimeType != have.MimeType {
		return nil, rest.Unsupported("drive.files.update of a file's type")
	}
	f := have.Clone()
	if add := c.Query.Get("addParents"); add != "" {
		to, err := api.fileByID(c, add)
		if err != nil {
			return nil, err
		}
		if api.Files.Role(to, c.Principal) < files.Writer {
			return nil, insufficientParentPermissions()
		}
		f.Parent, f.Drive = to.ID, to.Drive
	} else if c.Query.Get("removeParents") == f.Parent && f.Parent != "" {
		f.Parent = ""
	}
	if body.Name != "" {
		f.SetTitle(body.Name)
	}
	return f, nil
}

// updateFields sets the fields of a file that a request has, except name and
// parents. After an error only some are set, so f must be a copy.
func updateFields(f *files.File, body *drive.File) error {
	given := func(name string, zero bool) bool { return !zero || rest.WasSent(body.ForceSendFields, name) }
	if given("Description", body.Description == "") {
		f.Description = body.Description
	}
	if given("Starred", !body.Starred) {
		f.Starred = body.Starred
	}
	if given("Trashed", !body.Trashed) {
		f.Trashed = body.Trashed
	}
	if given("WritersCanShare", !body.WritersCanShare) {
		f.OnlyOwnerShares = !body.WritersCanShare
	}
	if given("CopyRequiresWriterPermission", !body.CopyRequiresWriterPermission) {
		f.CopyRequiresPermission = body.CopyRequiresWriterPermission
	}
	f.Properties = mergeProperties(f.Properties, body.Properties, "Properties.", body.NullFields)
	f.AppProperties = mergeProperties(f.AppProperties, body.AppProperties, "AppProperties.", body.NullFields)
	if err := setTime(&f.Created, body.CreatedTime); err != nil {
		return err
	}
	return setTime(&f.Modified, body.ModifiedTime)
}

// mergeProperties sets properties of a file, and removes those that were sent as
// null; their names have a prefix among the null fields.
func mergeProperties(have, given map[string]string, prefix string, nulls []string) map[string]string {
	if have == nil && len(given) > 0 {
		have = map[string]string{}
	}
	maps.Copy(have, given)
	for _, name := range nulls {
		if key, ok := strings.CutPrefix(name, prefix); ok {
			delete(have, key)
		}
	}
	return have
}

// setTime sets a time of a file to one that a request has; an empty text leaves
// it as it is.
func setTime(at *time.Time, text string) error {
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return rest.BadRequest("Invalid value for time: %s", text)
	}
	*at = t
	return nil
}

func (api *API) deleteFile(c *rest.Call) (any, error) {
	f, err := api.fileWithRole(c, files.Owner)
	if err != nil {
		return nil, err
	}
	api.Files.Delete(f)
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}

func (api *API) emptyTrash(c *rest.Call) (any, error) {
	for _, f := range api.Files.List() {
		// A folder earlier in the list may have been deleted with f in it.
		if f.Trashed && f.Roles[c.Principal] == files.Owner && api.Files.Get(f.ID) != nil {
			api.Files.Delete(f)
		}
	}
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}

// noStorage is the 403 for a service account that would own a file.
func noStorage() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "The user's Drive storage quota has been exceeded.",
		Item:    rest.ErrorItem{Domain: "usageLimits", Reason: "storageQuotaExceeded"},
	}
}
