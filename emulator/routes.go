package emulator

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/sheets"
	"google.golang.org/api/drive/v3"
)

// find returns the route of a request. POST may stand in for other methods, as
// clients behind a strict proxy send it.
func (s *Server) find(r *http.Request) (*rest.Route, map[string]string) {
	method := r.Method
	if override := r.Header.Get("X-HTTP-Method-Override"); method == http.MethodPost && override != "" {
		method = override
	}
	path := strings.Trim(r.URL.EscapedPath(), "/")
	// google-spreadsheet sends ID/ and ID/:batchUpdate, and Google takes both.
	path = strings.Replace(path, "/:", ":", 1)
	segments := strings.Split(path, "/")
	for i := range s.routes {
		if s.routes[i].Method != method {
			continue
		}
		if vars, ok := s.routes[i].Match(segments); ok {
			return &s.routes[i], vars
		}
	}
	return nil, nil
}

// Scopes that calls accept, by the discovery documents.
const (
	readFiles   = "drive drive.appdata drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	writeFiles  = "drive drive.appdata drive.file"
	exportFiles = "drive drive.file drive.meet.readonly drive.readonly"

	allFiles        = "drive drive.appdata drive.file drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	readPermissions = "drive drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
)

// allRoutes returns all calls of all APIs. Where two fit a path, the first is
// meant: literal names and verbs come before variables that would take them in.
func (api *Server) allRoutes() []rest.Route {
	return slices.Concat(
		(&sheets.API{Files: api.store, Now: api.options.Now}).Routes(), unservedDriveRoutes(), api.store.Locking(api.driveRoutes()), api.store.Locking(api.uploadRoutes()),
		api.iamRoutes(), api.oauthRoutes())
}

const (
	filesPath       = "drive/v3/files"
	permissionsPath = filesPath + "/{fileId}/permissions"
)

func (api *Server) driveRoutes() []rest.Route {
	return []rest.Route{
		rest.NewRoute("GET", "drive/v3/about", "drive.about.get", allFiles, "", rest.Answering(api.about)),
		rest.NewRoute("POST", "drive/v3/drives", "drive.drives.create", "drive", "", rest.Answering(api.createDrive)),
		rest.NewRoute("GET", "drive/v3/drives", "drive.drives.list", "drive drive.readonly", "", rest.Answering(api.listDrives)),
		rest.NewRoute("GET", "drive/v3/drives/{driveId}", "drive.drives.get", "drive drive.readonly", "", rest.Answering(api.getDrive)),
		rest.NewRoute("GET", filesPath, "drive.files.list", readFiles, "", rest.Answering(api.listFiles)),
		rest.NewRoute("POST", filesPath, "drive.files.create", writeFiles, "", rest.Answering(api.createFile)),
		rest.NewRoute("DELETE", filesPath+"/trash", "drive.files.emptyTrash", "drive", "", rest.Endpoint{Serve: api.emptyTrash}),
		rest.NewRoute("GET", filesPath+"/{fileId}", "drive.files.get", readFiles, "", rest.Endpoint{Answer: reflect.TypeFor[drive.File](), Serve: api.getFile}),
		rest.NewRoute("PATCH", filesPath+"/{fileId}", "drive.files.update", "drive drive.appdata drive.file drive.metadata drive.scripts", "", rest.Answering(api.updateFile)),
		rest.NewRoute("POST", filesPath+"/{fileId}/copy", "drive.files.copy", writeFiles+" drive.photos.readonly", "", rest.Answering(api.copyFile)),
		rest.NewRoute("DELETE", filesPath+"/{fileId}", "drive.files.delete", writeFiles, "", rest.Endpoint{Serve: api.deleteFile}),
		rest.NewRoute("GET", filesPath+"/{fileId}/export", "drive.files.export", exportFiles, "", rest.Endpoint{Serve: api.exportFile}),
		rest.NewRoute("POST", permissionsPath, "drive.permissions.create", "drive drive.file", "", rest.Answering(api.createPermission)),
		rest.NewRoute("GET", permissionsPath, "drive.permissions.list", readPermissions, "", rest.Answering(api.listPermissions)),
		rest.NewRoute("GET", permissionsPath+"/{permissionId}", "drive.permissions.get", readPermissions, "", rest.Answering(api.getPermission)),
		rest.NewRoute("PATCH", permissionsPath+"/{permissionId}", "drive.permissions.update", "drive drive.file", "", rest.Answering(api.updatePermission)),
		rest.NewRoute("DELETE", permissionsPath+"/{permissionId}", "drive.permissions.delete", "drive drive.file", "", rest.Endpoint{Serve: api.deletePermission}),
	}
}

func unservedDriveRoutes() []rest.Route {
	var list []rest.Route
	for _, u := range unservedDrive {
		list = append(list, rest.Route{Method: u[0], Path: "drive/v3/" + u[1], Name: u[2]})
	}
	return list
}
