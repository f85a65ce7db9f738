package emulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/drive/v3"
)

// The calls of Drive's files, apart from lists and exports.

// driveTime is RFC 3339 in UTC with milliseconds, as Drive writes it.
const driveTime = "2006-01-02T15:04:05.000Z"

// fileFor returns the file that the path names, if the caller may see it: to
// anybody else it does not exist (recorded), and what lies in a shared drive
// exists only for calls that say they know of those
// (developers.google.com/workspace/drive/api/guides/enable-shareddrives).
func (c *call) fileFor() (*file, error) { return c.fileByID(c.vars["fileId"]) }

func (c *call) fileByID(id string) (*file, error) {
	if id == "root" {
		c.s.ensureRoot(c.token.principal)
		id = rootOf(c.token.principal)
	}
	f := c.s.files[id]
	if f == nil || c.s.role(f, c.token.principal) < reader || f.drive != "" && !c.knowsDrives() {
		return nil, &rest.Error{
			Status:  http.StatusNotFound,
			Message: "File not found: " + id + ".",
			Item:    rest.ErrorItem{Location: "fileId", LocationType: "parameter"},
		}
	}
	return f, nil
}

// knowsDrives tells whether the call says so; an export has no parameter for it
// and knows them anyway (github.com/taylorwilsdon/google_workspace_mcp/pull/325).
func (c *call) knowsDrives() bool {
	return c.flag("supportsAllDrives") || c.flag("supportsTeamDrives") || c.route.name == "drive.files.export"
}

// fileAs returns the file that the path names, if the caller has the role.
func (c *call) fileAs(need role) (*file, error) {
	f, err := c.fileFor()
	if err == nil && c.s.role(f, c.token.principal) < need {
		err = &rest.Error{
			Status:  http.StatusForbidden,
			Message: "The user does not have sufficient permissions for this file.",
			Item:    rest.ErrorItem{Reason: "insufficientFilePermissions"},
		}
	}
	return f, err
}

func (c *call) getFile() (any, error) {
	f, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if c.query.Get("alt") == "media" {
		return nil, &rest.Error{
			Status:  http.StatusForbidden,
			Message: "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
			Item:    rest.ErrorItem{Reason: "fileNotDownloadable", Location: "alt", LocationType: "parameter"},
		}
	}
	return c.shown(f), nil
}

// ensureRoot makes somebody's "My Drive" folder.
func (s *Server) ensureRoot(email string) {
	if id := rootOf(email); s.files[id] == nil {
		s.addFile(id, folderType, email).name = "My Drive"
	}
}

// home returns the folder that a new file of the caller goes into. A service
// account has room in shared drives only
// (developers.google.com/workspace/drive/api/guides/about-files).
func (c *call) home(parents []string) (parent, drive string, err error) {
	switch {
	case len(parents) > 1:
		return "", "", &rest.Error{Status: http.StatusForbidden, Message: "A file cannot have more than one parent.", Item: rest.ErrorItem{Reason: "multiparenting"}}
	case len(parents) == 1:
		f, err := c.fileByID(parents[0])
		if err != nil {
			return "", "", err
		}
		if c.s.role(f, c.token.principal) < writer {
			return "", "", noRoomIn()
		}
		parent, drive = f.id, f.drive
	default:
		c.s.ensureRoot(c.token.principal)
		parent = rootOf(c.token.principal)
	}
	if drive == "" && isServiceAccount(c.token.principal) {
		return "", "", noStorage()
	}
	return parent, drive, nil
}

func noRoomIn() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "Insufficient permissions for the specified parent.",
		Item:    rest.ErrorItem{Reason: "insufficientParentPermissions"},
	}
}

func (c *call) createFile() (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.body, &body); err != nil {
		return nil, err
	}
	parent, in, err := c.home(body.Parents)
	if err != nil {
		return nil, err
	}
	if body.MimeType != spreadsheetType && body.MimeType != folderType {
		return nil, rest.Unsupported("drive.files.create with the type " + strconv.Quote(body.MimeType))
	}
	f := c.s.addFile(newFileID(), body.MimeType, c.token.principal)
	f.name = cmp.Or(body.Name, "Untitled")
	if body.MimeType == spreadsheetType {
		f.contents = spreadsheet.New(f.name)
	}
	f.settle(parent, in)
	return c.shown(f), f.describeAs(&body)
}

// settle puts a new file into a folder; in a shared drive nobody owns it.
func (f *file) settle(parent, drive string) {
	f.parent, f.drive = parent, drive
	if drive != "" {
		clear(f.roles)
	}
}

// copyFile is drive.files.copy of a spreadsheet.
func (c *call) copyFile() (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.body, &body); err != nil {
		return nil, err
	}
	from, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if from.contents == nil {
		return nil, &rest.Error{Status: http.StatusForbidden, Message: "This file cannot be copied by the user.", Item: rest.ErrorItem{Reason: "cannotCopyFile"}}
	}
	parents := body.Parents
	if len(parents) == 0 && from.drive != "" {
		parents = []string{from.parent}
	}
	parent, in, err := c.home(parents)
	if err != nil {
		return nil, err
	}
	f := c.s.addFile(newFileID(), spreadsheetType, c.token.principal)
	f.contents = from.contents.Copy(cmp.Or(body.Name, "Copy of "+from.title()))
	f.description, f.properties = from.description, maps.Clone(from.properties)
	f.settle(parent, in)
	return c.shown(f), f.describeAs(&body)
}

// updateFile is drive.files.update without new content.
func (c *call) updateFile() (*drive.File, error) {
	var body drive.File
	if err := rest.DecodeLenient(c.body, &body); err != nil {
		return nil, err
	}
	need := writer
	if body.Trashed || rest.WasSent(body.ForceSendFields, "Trashed") {
		need = owner
	}
	f, err := c.fileAs(need)
	if err != nil {
		return nil, err
	}
	if body.MimeType != "" && body.MimeType != f.mimeType {
		return nil, rest.Unsupported("drive.files.update of a file's type")
	}
	if add := c.query.Get("addParents"); add != "" {
		to, err := c.fileByID(add)
		if err != nil {
			return nil, err
		}
		if c.s.role(to, c.token.principal) < writer {
			return nil, noRoomIn()
		}
		f.parent, f.drive = to.id, to.drive
	} else if c.query.Get("removeParents") == f.parent && f.parent != "" {
		f.parent = ""
	}
	if body.Name != "" {
		f.rename(body.Name)
	}
	f.modified = c.s.options.Now()
	return c.shown(f), f.describeAs(&body)
}

// describeAs stores what a request says about a file, its name and place apart.
func (f *file) describeAs(body *drive.File) error {
	given := func(name string, zero bool) bool { return !zero || rest.WasSent(body.ForceSendFields, name) }
	if given("Description", body.Description == "") {
		f.description = body.Description
	}
	if given("Starred", !body.Starred) {
		f.starred = body.Starred
	}
	if given("Trashed", !body.Trashed) {
		f.trashed = body.Trashed
	}
	for name, value := range body.Properties {
		if f.properties == nil {
			f.properties = map[string]string{}
		}
		f.properties[name] = value
	}
	for text, at := range map[string]*time.Time{body.ModifiedTime: &f.modified, body.CreatedTime: &f.created} {
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return rest.BadRequest("Invalid value for time: %s", text)
		}
		*at = t
	}
	return nil
}

// rename gives a file a name, which a spreadsheet keeps itself.
func (f *file) rename(name string) {
	if f.name = name; f.contents != nil {
		f.contents = f.contents.WithTitle(name)
	}
}

func (c *call) deleteFile() (any, error) {
	f, err := c.fileAs(owner)
	if err != nil {
		return nil, err
	}
	c.s.remove(f)
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}

// remove deletes a file, and what lies in a folder with it.
func (s *Server) remove(f *file) {
	delete(s.files, f.id)
	for _, other := range s.files {
		if other.parent == f.id && s.files[other.id] != nil {
			s.remove(other)
		}
	}
}

func (c *call) emptyTrash() (any, error) {
	for _, id := range slices.Sorted(func(yield func(string) bool) {
		for id, f := range c.s.files {
			if f.trashed && f.roles[c.token.principal] == owner && !yield(id) {
				return
			}
		}
	}) {
		if f := c.s.files[id]; f != nil {
			c.s.remove(f)
		}
	}
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}
