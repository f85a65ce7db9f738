package sheets

import (
	"time"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// API serves the calls of the Sheets API on the files of a store.
type API struct {
	Files *files.Store
	Now   func() time.Time
	// DuplicateMetadata takes developer metadata whose ID exists.
	DuplicateMetadata bool
}

// These are the scopes that calls accept, by the discovery document.
const (
	readScopes  = "drive drive.file drive.readonly spreadsheets spreadsheets.readonly"
	writeScopes = "drive drive.file spreadsheets"
)

const (
	renderParams = "valueRenderOption dateTimeRenderOption"
	writeParams  = "valueInputOption includeValuesInResponse responseValueRenderOption responseDateTimeRenderOption"
)

const one = "v4/spreadsheets/{spreadsheetId}"

// Routes returns all calls of the API. Of two that match a path, the first is
// used, so literal names and verbs come before variables that would match them.
func (api *API) Routes() []rest.Route {
	return rest.Locking(api.Files, []rest.Route{
		rest.NewRoute("POST", "v4/spreadsheets", "sheets.spreadsheets.create", writeScopes, "", rest.EndpointOf(api.createSpreadsheet)),
		rest.NewRoute("POST", one+":batchUpdate", "sheets.spreadsheets.batchUpdate", writeScopes, "", rest.EndpointOf(api.batchUpdate)),
		rest.NewRoute("POST", one+":getByDataFilter", "sheets.spreadsheets.getByDataFilter", writeScopes, "", rest.EndpointOf(api.getByDataFilter)),
		rest.NewRoute("GET", one, "sheets.spreadsheets.get", readScopes, "includeGridData ranges excludeTablesInBandedRanges commentsViewMode", rest.EndpointOf(api.getSpreadsheet)),
		rest.NewRoute("POST", one+"/developerMetadata:search", "sheets.spreadsheets.developerMetadata.search", writeScopes, "", rest.EndpointOf(api.searchDeveloperMetadata)),
		rest.NewRoute("GET", one+"/developerMetadata/{metadataId}", "sheets.spreadsheets.developerMetadata.get", writeScopes, "", rest.EndpointOf(api.getDeveloperMetadata)),
		rest.NewRoute("POST", one+"/sheets/{sheetId}:copyTo", "sheets.spreadsheets.sheets.copyTo", writeScopes, "", rest.EndpointOf(api.copyTo)),
		rest.NewRoute("GET", one+"/values:batchGet", "sheets.spreadsheets.values.batchGet", readScopes, "ranges majorDimension "+renderParams, rest.EndpointOf(api.batchGetValues)),
		rest.NewRoute("POST", one+"/values:batchUpdate", "sheets.spreadsheets.values.batchUpdate", writeScopes, "", rest.EndpointOf(api.batchUpdateValues)),
		rest.NewRoute("POST", one+"/values:batchClear", "sheets.spreadsheets.values.batchClear", writeScopes, "", rest.EndpointOf(api.batchClearValues)),
		rest.NewRoute("POST", one+"/values:batchGetByDataFilter", "sheets.spreadsheets.values.batchGetByDataFilter", writeScopes, "", rest.EndpointOf(api.batchGetByDataFilter)),
		rest.NewRoute("POST", one+"/values:batchUpdateByDataFilter", "sheets.spreadsheets.values.batchUpdateByDataFilter", writeScopes, "", rest.EndpointOf(api.batchUpdateByDataFilter)),
		rest.NewRoute("POST", one+"/values:batchClearByDataFilter", "sheets.spreadsheets.values.batchClearByDataFilter", writeScopes, "", rest.EndpointOf(api.batchClearByDataFilter)),
		rest.NewRoute("POST", one+"/values/{range}:append", "sheets.spreadsheets.values.append", writeScopes, "insertDataOption "+writeParams, rest.EndpointOf(api.appendValues)),
		rest.NewRoute("POST", one+"/values/{range}:clear", "sheets.spreadsheets.values.clear", writeScopes, "", rest.EndpointOf(api.clearValues)),
		rest.NewRoute("GET", one+"/values/{range}", "sheets.spreadsheets.values.get", readScopes, "majorDimension "+renderParams, rest.EndpointOf(api.getValues)),
		rest.NewRoute("PUT", one+"/values/{range}", "sheets.spreadsheets.values.update", writeScopes, writeParams, rest.EndpointOf(api.updateValues)),
	})
}
