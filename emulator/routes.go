package emulator

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/api/drive/v3"
)

// route is one call of an API.
type route struct {
	method string
	path   string // with variables in braces, as in the discovery document
	name   string // as in the discovery document
	scopes string // accepted ones, without their common prefix
	params string // query parameters, apart from those that all calls take
	endpoint
}

// endpoint serves a call; without serve it answers 501.
type endpoint struct {
	answer reflect.Type // what a field mask selects from
	serve  func(*call) (any, error)
}

// answering wraps a method that answers with a generated type.
func answering[T any](serve func(*call) (*T, error)) endpoint {
	return endpoint{reflect.TypeFor[T](), func(c *call) (any, error) {
		v, err := serve(c)
		if err != nil {
			return nil, err
		}
		return v, nil
	}}
}

func (rt *route) drive() bool { return strings.HasPrefix(rt.name, "drive.") }

// media tells whether the call takes alt=media, as clients send it for content.
func (rt *route) media() bool { return rt.name == "drive.files.get" || rt.name == "drive.files.export" }

// service is the API's name in the console and in error details.
func (rt *route) service() string {
	api, _, _ := strings.Cut(rt.name, ".")
	return api + ".googleapis.com"
}

// acceptedScopes are the full scopes of which a token needs one.
func (rt *route) acceptedScopes() []string {
	list := strings.Fields(rt.scopes)
	for i := range list {
		list[i] = scopePrefix + list[i]
	}
	return list
}

// rpc is the call's name in error details (recorded: GetSpreadsheet).
func (rt *route) rpc() string {
	parts := strings.Split(rt.name, ".")
	for i, p := range parts {
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	verb := parts[len(parts)-1]
	switch parts[0] {
	case "Drive":
		return "google.apps.drive.v3.Drive" + parts[1] + "." + verb
	case "Iamcredentials":
		return "google.iam.credentials.v1.IAMCredentials." + verb
	}
	filter := ""
	noun, ok := strings.CutSuffix(verb, "ByDataFilter")
	if ok {
		filter = "ByDataFilter"
	}
	resource := map[string]string{"Spreadsheets": "Spreadsheet", "Sheets": "Sheet"}[parts[len(parts)-2]]
	if resource == "" {
		resource = parts[len(parts)-2]
	}
	return "google.apps.sheets.v4.SpreadsheetsService." + noun + resource + filter
}

// match returns the variables of a path that fits the route. The last segment
// may end in a verb, as in {range}:append.
func (rt *route) match(segments []string) (map[string]string, bool) {
	pattern := strings.Split(rt.path, "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, p := range pattern {
		name, verb := p, ""
		if j := strings.LastIndexByte(p, ':'); j >= 0 {
			name, verb = p[:j], p[j:]
		}
		rest, ok := strings.CutSuffix(segments[i], verb)
		if !ok {
			return nil, false
		}
		if !strings.HasPrefix(name, "{") {
			if name != rest {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(rest)
		if err != nil || value == "" {
			return nil, false
		}
		vars[strings.Trim(name, "{}")] = value
	}
	return vars, true
}

// find returns the route of a request. POST may stand in for other methods, as
// clients behind a strict proxy send it.
func find(r *http.Request) (*route, map[string]string) {
	method := r.Method
	if override := r.Header.Get("X-HTTP-Method-Override"); method == http.MethodPost && override != "" {
		method = override
	}
	path := strings.Trim(r.URL.EscapedPath(), "/")
	// google-spreadsheet sends ID/ and ID/:batchUpdate, and Google takes both.
	path = strings.Replace(path, "/:", ":", 1)
	segments := strings.Split(path, "/")
	for i := range routes {
		if routes[i].method != method {
			continue
		}
		if vars, ok := routes[i].match(segments); ok {
			return &routes[i], vars
		}
	}
	return nil, nil
}

// Scopes that calls accept, by the discovery documents.
const (
	readSheets  = "drive drive.file drive.readonly spreadsheets spreadsheets.readonly"
	writeSheets = "drive drive.file spreadsheets"
	readFiles   = "drive drive.appdata drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	writeFiles  = "drive drive.appdata drive.file"
	exportFiles = "drive drive.file drive.meet.readonly drive.readonly"

	allFiles        = "drive drive.appdata drive.file drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	readPermissions = "drive drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
)

const (
	renderParams = "valueRenderOption dateTimeRenderOption"
	writeParams  = "valueInputOption includeValuesInResponse responseValueRenderOption responseDateTimeRenderOption"
)

// routes are all calls of all APIs. Where two fit a path, the first is meant:
// literal names and verbs stand before variables that would take them in.
var routes = slices.Concat(sheetsRoutes, unservedDriveRoutes(), driveRoutes, uploadRoutes, iamRoutes, oauthRoutes)

const one = "v4/spreadsheets/{spreadsheetId}"

var sheetsRoutes = []route{
	{"POST", "v4/spreadsheets", "sheets.spreadsheets.create", writeSheets, "", answering((*call).createSpreadsheet)},
	{"POST", one + ":batchUpdate", "sheets.spreadsheets.batchUpdate", writeSheets, "", answering((*call).batchUpdate)},
	{"POST", one + ":getByDataFilter", "sheets.spreadsheets.getByDataFilter", writeSheets, "", answering((*call).getByDataFilter)},
	{"GET", one, "sheets.spreadsheets.get", readSheets, "includeGridData ranges excludeTablesInBandedRanges commentsViewMode", answering((*call).getSpreadsheet)},
	{"POST", one + "/developerMetadata:search", "sheets.spreadsheets.developerMetadata.search", writeSheets, "", answering((*call).searchMarkers)},
	{"GET", one + "/developerMetadata/{metadataId}", "sheets.spreadsheets.developerMetadata.get", writeSheets, "", answering((*call).getMarker)},
	{"POST", one + "/sheets/{sheetId}:copyTo", "sheets.spreadsheets.sheets.copyTo", writeSheets, "", answering((*call).copyTo)},
	{"GET", one + "/values:batchGet", "sheets.spreadsheets.values.batchGet", readSheets, "ranges majorDimension " + renderParams, answering((*call).batchGetValues)},
	{"POST", one + "/values:batchUpdate", "sheets.spreadsheets.values.batchUpdate", writeSheets, "", answering((*call).batchUpdateValues)},
	{"POST", one + "/values:batchClear", "sheets.spreadsheets.values.batchClear", writeSheets, "", answering((*call).batchClearValues)},
	{"POST", one + "/values:batchGetByDataFilter", "sheets.spreadsheets.values.batchGetByDataFilter", writeSheets, "", answering((*call).batchGetByDataFilter)},
	{"POST", one + "/values:batchUpdateByDataFilter", "sheets.spreadsheets.values.batchUpdateByDataFilter", writeSheets, "", answering((*call).batchUpdateByDataFilter)},
	{"POST", one + "/values:batchClearByDataFilter", "sheets.spreadsheets.values.batchClearByDataFilter", writeSheets, "", answering((*call).batchClearByDataFilter)},
	{"POST", one + "/values/{range}:append", "sheets.spreadsheets.values.append", writeSheets, "insertDataOption " + writeParams, answering((*call).appendValues)},
	{"POST", one + "/values/{range}:clear", "sheets.spreadsheets.values.clear", writeSheets, "", answering((*call).clearValues)},
	{"GET", one + "/values/{range}", "sheets.spreadsheets.values.get", readSheets, "majorDimension " + renderParams, answering((*call).getValues)},
	{"PUT", one + "/values/{range}", "sheets.spreadsheets.values.update", writeSheets, writeParams, answering((*call).updateValues)},
}

const (
	files       = "drive/v3/files"
	permissions = files + "/{fileId}/permissions"
)

var driveRoutes = []route{
	{"GET", "drive/v3/about", "drive.about.get", allFiles, "", answering((*call).about)},
	{"POST", "drive/v3/drives", "drive.drives.create", "drive", "", answering((*call).createDrive)},
	{"GET", "drive/v3/drives", "drive.drives.list", "drive drive.readonly", "", answering((*call).listDrives)},
	{"GET", "drive/v3/drives/{driveId}", "drive.drives.get", "drive drive.readonly", "", answering((*call).getDrive)},
	{"GET", files, "drive.files.list", readFiles, "", answering((*call).listFiles)},
	{"POST", files, "drive.files.create", writeFiles, "", answering((*call).createFile)},
	{"DELETE", files + "/trash", "drive.files.emptyTrash", "drive", "", endpoint{nil, (*call).emptyTrash}},
	{"GET", files + "/{fileId}", "drive.files.get", readFiles, "", endpoint{reflect.TypeFor[drive.File](), (*call).getFile}},
	{"PATCH", files + "/{fileId}", "drive.files.update", "drive drive.appdata drive.file drive.metadata drive.scripts", "", answering((*call).updateFile)},
	{"POST", files + "/{fileId}/copy", "drive.files.copy", writeFiles + " drive.photos.readonly", "", answering((*call).copyFile)},
	{"DELETE", files + "/{fileId}", "drive.files.delete", writeFiles, "", endpoint{nil, (*call).deleteFile}},
	{"GET", files + "/{fileId}/export", "drive.files.export", exportFiles, "", endpoint{nil, (*call).exportFile}},
	{"POST", permissions, "drive.permissions.create", "drive drive.file", "", answering((*call).createPermission)},
	{"GET", permissions, "drive.permissions.list", readPermissions, "", answering((*call).listPermissions)},
	{"GET", permissions + "/{permissionId}", "drive.permissions.get", readPermissions, "", answering((*call).getPermission)},
	{"PATCH", permissions + "/{permissionId}", "drive.permissions.update", "drive drive.file", "", answering((*call).updatePermission)},
	{"DELETE", permissions + "/{permissionId}", "drive.permissions.delete", "drive drive.file", "", endpoint{nil, (*call).deletePermission}},
}

func unservedDriveRoutes() []route {
	var list []route
	for _, u := range unservedDrive {
		list = append(list, route{method: u[0], path: "drive/v3/" + u[1], name: u[2]})
	}
	return list
}
