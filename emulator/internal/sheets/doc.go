// Package sheets is the calls of the Sheets API, one method a call.
//
//	api := &sheets.API{Files: store, Now: time.Now}
//	routes := api.Routes()
//
// A call decodes its request, finds the file that its path names if the caller
// has the role that it takes, and leaves the rest to packages spreadsheet and
// batch.
package sheets
