package drive

import (
	"reflect"
	"slices"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// API serves the calls of the Drive API on the files of a store.
type API struct {
	Files *files.Store
	Now   func() time.Time
}

// Routes returns all calls of the API. Of two that match a path, the first is
// used, so literal names come before variables that would match them.
func (api *API) Routes() []rest.Route {
	return slices.Concat(unservedRoutes(), rest.Locking(api.Files, api.servedRoutes()), rest.Locking(api.Files, api.uploadRoutes()))
}

// These are the scopes that calls accept, by the discovery document.
const (
	readFiles   = "drive drive.appdata drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	writeFiles  = "drive drive.appdata drive.file"
	exportFiles = "drive drive.file drive.meet.readonly drive.readonly"

	allFiles        = "drive drive.appdata drive.file drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	readPermissions = "drive drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
)

const (
	filesPath       = "drive/v3/files"
	permissionsPath = filesPath + "/{fileId}/permissions"
)

func (api *API) servedRoutes() []rest.Route {
	return []rest.Route{
		rest.NewRoute("GET", "drive/v3/about", "drive.about.get", allFiles, "", rest.EndpointOf(api.getAbout)),
		rest.NewRoute("POST", "drive/v3/drives", "drive.drives.create", "drive", "", rest.EndpointOf(api.createDrive)),
		rest.NewRoute("GET", "drive/v3/drives", "drive.drives.list", "drive drive.readonly", "", rest.EndpointOf(api.listDrives)),
		rest.NewRoute("GET", "drive/v3/drives/{driveId}", "drive.drives.get", "drive drive.readonly", "", rest.EndpointOf(api.getDrive)),
		rest.NewRoute("GET", filesPath, "drive.files.list", readFiles, "", rest.EndpointOf(api.listFiles)),
		rest.NewRoute("POST", filesPath, "drive.files.create", writeFiles, "", rest.EndpointOf(api.createFile)),
		rest.NewRoute("DELETE", filesPath+"/trash", "drive.files.emptyTrash", "drive", "", rest.Endpoint{Serve: api.emptyTrash}),
		rest.NewRoute("GET", filesPath+"/{fileId}", "drive.files.get", readFiles, "", rest.Endpoint{Response: reflect.TypeFor[drive.File](), Serve: api.getFile}),
		rest.NewRoute("PATCH", filesPath+"/{fileId}", "drive.files.update", "drive drive.appdata drive.file drive.metadata drive.scripts", "", rest.EndpointOf(api.updateFile)),
		rest.NewRoute("POST", filesPath+"/{fileId}/copy", "drive.files.copy", writeFiles+" drive.photos.readonly", "", rest.EndpointOf(api.copyFile)),
		rest.NewRoute("DELETE", filesPath+"/{fileId}", "drive.files.delete", writeFiles, "", rest.Endpoint{Serve: api.deleteFile}),
		rest.NewRoute("GET", filesPath+"/{fileId}/export", "drive.files.export", exportFiles, "", rest.Endpoint{Serve: api.exportFile}),
		rest.NewRoute("POST", permissionsPath, "drive.permissions.create", "drive drive.file", "", rest.EndpointOf(api.createPermission)),
		rest.NewRoute("GET", permissionsPath, "drive.permissions.list", readPermissions, "", rest.EndpointOf(api.listPermissions)),
		rest.NewRoute("GET", permissionsPath+"/{permissionId}", "drive.permissions.get", readPermissions, "", rest.EndpointOf(api.getPermission)),
		rest.NewRoute("PATCH", permissionsPath+"/{permissionId}", "drive.permissions.update", "drive drive.file", "", rest.EndpointOf(api.updatePermission)),
		rest.NewRoute("DELETE", permissionsPath+"/{permissionId}", "drive.permissions.delete", "drive drive.file", "", rest.Endpoint{Serve: api.deletePermission}),
	}
}

func unservedRoutes() []rest.Route {
	var list []rest.Route
	for _, u := range unserved {
		list = append(list, rest.Route{Method: u[0], Path: "drive/v3/" + u[1], Name: u[2]})
	}
	return list
}

// uploadRoutes returns the calls with content. They have the names of those
// without.
func (api *API) uploadRoutes() []rest.Route {
	return []rest.Route{
		rest.NewRoute("POST", "upload/"+filesPath, "drive.files.create", writeFiles, "", rest.EndpointOf(api.createUploaded)),
		rest.NewRoute("PATCH", "upload/"+filesPath+"/{fileId}", "drive.files.update", writeFiles, "", rest.EndpointOf(api.updateUploaded)),
		rest.NewRoute("PUT", "upload/drive/v2/files/{fileId}", "drive.files.update", writeFiles, "", rest.Endpoint{Serve: api.updateUploadedV2}),
	}
}
