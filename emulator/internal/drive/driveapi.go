package drive

import (
	"maps"
	"reflect"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// API serves the calls of the Drive API on the files of a store.
type API struct {
	Files *files.Store
	Now   func() time.Time
	// WebViewLink returns the link to a spreadsheet by its ID; nil = as Google's.
	WebViewLink func(id string) string

	sessions sessions // guarded by the lock of Files
}

// Routes returns all calls of the API. Those with content are named "upload" and
// the call.
func (api *API) Routes() []rest.Route {
	endpoints := rest.Locking(api.Files, map[string]rest.Endpoint{
		"drive.about.get":          rest.EndpointOf(api.getAbout),
		"drive.drives.create":      rest.EndpointOf(api.createDrive),
		"drive.drives.list":        rest.EndpointOf(api.listDrives),
		"drive.drives.get":         rest.EndpointOf(api.getDrive),
		"drive.files.list":         rest.EndpointOf(api.listFiles),
		"drive.files.create":       rest.EndpointOf(api.createFile),
		"drive.files.emptyTrash":   rest.Endpoint{Serve: api.emptyTrash},
		"drive.files.get":          rest.Endpoint{Response: reflect.TypeFor[drive.File](), Serve: api.getFile},
		"drive.files.copy":         rest.EndpointOf(api.copyFile),
		"drive.files.delete":       rest.Endpoint{Serve: api.deleteFile},
		"drive.comments.list":      rest.EndpointOf(api.listComments),
		"drive.v2.files.copy":      rest.EndpointOf(api.copyFileV2),
		"drive.permissions.create": rest.EndpointOf(api.createPermission),
		"drive.permissions.list":   rest.EndpointOf(api.listPermissions),
		"drive.permissions.get":    rest.EndpointOf(api.getPermission),
		"drive.permissions.update": rest.EndpointOf(api.updatePermission),
		"drive.permissions.delete": rest.Endpoint{Serve: api.deletePermission},
	})
	maps.Copy(endpoints, api.contentEndpoints())
	return rest.Serve(endpoints, "drive.", "docs.")
}

// contentEndpoints returns the calls that read or replace the content of a file.
// They lock the store for the moments in which they use it.
func (api *API) contentEndpoints() map[string]rest.Endpoint {
	return map[string]rest.Endpoint{
		"docs.export":                  {Serve: api.exportLink, Open: true},
		"drive.files.export":           {Serve: api.exportFile},
		"drive.files.update":           rest.EndpointOf(api.updateFile),
		"upload drive.files.create":    uploadEndpoint(api, api.createUploaded),
		"upload drive.files.update":    uploadEndpoint(api, api.updateUploaded),
		"upload drive.v2.files.update": rest.EndpointOf(api.updateUploadedV2),
	}
}

// uploadEndpoint returns the endpoint of a call with content, which may come in
// one request or in several.
func uploadEndpoint(api *API, serve func(*rest.Call, upload) (*drive.File, error)) rest.Endpoint {
	return rest.Endpoint{Response: reflect.TypeFor[drive.File](), Serve: func(c *rest.Call) (any, error) {
		if c.Query.Get("uploadType") == "resumable" {
			if !c.Query.Has("upload_id") {
				return api.startUpload(c)
			}
			u, res, err := api.continueUpload(c)
			if err != nil || res != nil {
				return res, err
			}
			return serve(c, *u)
		}
		u, err := api.parseUpload(c)
		if err != nil {
			return nil, err
		}
		return serve(c, u)
	}}
}
