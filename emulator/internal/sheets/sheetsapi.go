package sheets

import (
	"reflect"
	"time"

	"google.golang.org/api/sheets/v4"

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

// Routes returns all calls of the API.
func (api *API) Routes() []rest.Route {
	return rest.Serve(map[string]rest.Endpoint{
		"sheets.spreadsheets.create":                         rest.EndpointOf(api.createSpreadsheet),
		"sheets.spreadsheets.batchUpdate":                    {Response: reflect.TypeFor[sheets.BatchUpdateSpreadsheetResponse](), Serve: api.batchUpdate},
		"sheets.spreadsheets.getByDataFilter":                {Response: reflect.TypeFor[sheets.Spreadsheet](), Serve: api.getByDataFilter},
		"sheets.spreadsheets.get":                            {Response: reflect.TypeFor[sheets.Spreadsheet](), Serve: api.getSpreadsheet},
		"sheets.spreadsheets.developerMetadata.search":       rest.EndpointOf(api.searchDeveloperMetadata),
		"sheets.spreadsheets.developerMetadata.get":          rest.EndpointOf(api.getDeveloperMetadata),
		"sheets.spreadsheets.sheets.copyTo":                  rest.EndpointOf(api.copyTo),
		"sheets.spreadsheets.values.batchGet":                rest.EndpointOf(api.batchGetValues),
		"sheets.spreadsheets.values.batchUpdate":             rest.EndpointOf(api.batchUpdateValues),
		"sheets.spreadsheets.values.batchClear":              rest.EndpointOf(api.batchClearValues),
		"sheets.spreadsheets.values.batchGetByDataFilter":    rest.EndpointOf(api.batchGetByDataFilter),
		"sheets.spreadsheets.values.batchUpdateByDataFilter": rest.EndpointOf(api.batchUpdateByDataFilter),
		"sheets.spreadsheets.values.batchClearByDataFilter":  rest.EndpointOf(api.batchClearByDataFilter),
		"sheets.spreadsheets.values.append":                  rest.EndpointOf(api.appendValues),
		"sheets.spreadsheets.values.clear":                   rest.EndpointOf(api.clearValues),
		"sheets.spreadsheets.values.get":                     rest.EndpointOf(api.getValues),
		"sheets.spreadsheets.values.update":                  rest.EndpointOf(api.updateValues),
	}, "sheets.")
}
