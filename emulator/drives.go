package emulator

import (
	"net/http"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/drive/v3"
)

// Shared drives, as far as files in them need: a drive is kept as its own top
// level folder, and members' roles on it hold for what lies in it.

func noDrive(id string) error {
	return &rest.Error{
		Status: http.StatusNotFound, Message: "Shared drive not found: " + id,
		Item: rest.ErrorItem{Location: "driveId", LocationType: "parameter"},
	}
}

// addDrive makes a shared drive; the caller holds the lock.
func (s *Server) addDrive(id, name, organizer string) *file {
	f := s.addFile(id, folderType, organizer)
	f.name, f.drive = name, id
	return f
}

func (c *call) createDrive() (*drive.Drive, error) {
	var body drive.Drive
	if err := rest.DecodeLenient(c.body, &body); err != nil {
		return nil, err
	}
	switch {
	case c.query.Get("requestId") == "":
		return nil, requiredField("requestId")
	case body.Name == "":
		return nil, requiredField("name")
	}
	// The request id makes a retry safe
	// (developers.google.com/workspace/drive/api/reference/rest/v3/drives/create).
	id := "0A" + permissionID(c.token.principal + " " + c.query.Get("requestId"))[:15] + "UkPVA"
	if c.s.files[id] != nil {
		return nil, &rest.Error{Status: http.StatusConflict, Message: "A shared drive already exists with the specified request ID."}
	}
	return showDrive(c.s.addDrive(id, body.Name, c.token.principal), c.mask), nil
}

func showDrive(f *file, m *rest.Mask) *drive.Drive {
	out := &drive.Drive{Kind: "drive#drive", Id: f.id, Name: f.name}
	if m != nil {
		out.CreatedTime = f.created.UTC().Format(driveTime)
		out.ForceSendFields = []string{"Hidden"}
	}
	return out
}

func (c *call) getDrive() (*drive.Drive, error) {
	id := c.vars["driveId"]
	f := c.s.files[id]
	if f == nil || f.drive != id || c.s.role(f, c.token.principal) < reader {
		return nil, noDrive(id)
	}
	return showDrive(f, c.mask), nil
}

func (c *call) listDrives() (*drive.DriveList, error) {
	if c.query.Get("q") != "" {
		return nil, rest.Unsupported("drive.drives.list with q")
	}
	var found []*file
	for _, id := range rest.SortedKeys(c.s.files) {
		if f := c.s.files[id]; f.drive == id && c.s.role(f, c.token.principal) >= reader {
			found = append(found, f)
		}
	}
	start, end, next, err := c.pageOf(len(found), 100)
	if err != nil {
		return nil, err
	}
	out := &drive.DriveList{Kind: "drive#driveList", NextPageToken: next, ForceSendFields: []string{"Drives"}}
	for _, f := range found[start:end] {
		out.Drives = append(out.Drives, showDrive(f, c.mask))
	}
	return out, nil
}
