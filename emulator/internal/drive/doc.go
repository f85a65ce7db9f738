// Package drive is the calls of the Drive API, one method a call.
//
//	api := &drive.API{Files: store, Now: time.Now}
//	routes := api.Routes()
//
// Spreadsheets, folders and shared drives can be made, listed, shared, copied
// and trashed; spreadsheets can be exported, and uploaded as CSV, TSV or .xlsx.
// unserved.go lists the calls that are missing.
package drive
