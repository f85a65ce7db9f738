package drive

import (
	"net/http"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// driveNotFound is the 404 of a shared drive that does not exist for the caller.
func driveNotFound(id string) error {
	return &rest.Error{
		Status: http.StatusNotFound, Message: "Shared drive not found: " + id,
		Item: rest.ErrorItem{Location: "driveId", LocationType: "parameter"},
	}
}

func (api *API) createDrive(c *rest.Call) (*drive.Drive, error) {
	var body drive.Drive
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	switch {
	case c.Query.Get("requestId") == "":
		return nil, requiredField("requestId")
	case body.Name == "":
		return nil, requiredField("name")
	}
	// The same request ID gives the same ID, which makes a retry safe
	// (developers.google.com/workspace/drive/api/reference/rest/v3/drives/create).
	id := "0A" + files.PermissionID(c.Principal + " " + c.Query.Get("requestId"))[:15] + "UkPVA"
	if api.Files.Get(id) != nil {
		return nil, &rest.Error{Status: http.StatusConflict, Message: "A shared drive already exists with the specified request ID."}
	}
	return describeDrive(api.Files.AddDrive(id, body.Name, c.Principal), c.Mask), nil
}

func describeDrive(f *files.File, m *rest.Mask) *drive.Drive {
	out := &drive.Drive{Kind: "drive#drive", Id: f.ID, Name: f.Name}
	if m != nil {
		out.CreatedTime = f.Created.UTC().Format(driveTime)
		out.ForceSendFields = []string{"Hidden"}
	}
	return out
}

func (api *API) getDrive(c *rest.Call) (*drive.Drive, error) {
	id := c.Vars["driveId"]
	f := api.Files.Get(id)
	if f == nil || f.Drive != id || api.Files.Role(f, c.Principal) < files.Reader {
		return nil, driveNotFound(id)
	}
	return describeDrive(f, c.Mask), nil
}

func (api *API) listDrives(c *rest.Call) (*drive.DriveList, error) {
	if c.Query.Get("q") != "" {
		return nil, rest.Unsupported("drive.drives.list with q")
	}
	var found []*files.File
	for _, f := range api.Files.List() {
		if f.Drive == f.ID && api.Files.Role(f, c.Principal) >= files.Reader {
			found = append(found, f)
		}
	}
	start, end, next, err := api.pageBounds(c, len(found), 100)
	if err != nil {
		return nil, err
	}
	out := &drive.DriveList{Kind: "drive#driveList", NextPageToken: next, ForceSendFields: []string{"Drives"}}
	for _, f := range found[start:end] {
		out.Drives = append(out.Drives, describeDrive(f, c.Mask))
	}
	return out, nil
}
