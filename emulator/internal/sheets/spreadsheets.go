package sheets

import (
	"net/http"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// copyTo is spreadsheets.sheets.copyTo: it appends a copy to another
// spreadsheet.
func (api *API) copyTo(c *rest.Call) (*sheets.SheetProperties, error) {
	var body sheets.CopySheetToAnotherSpreadsheetRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	id, err := pathNumber(c, "sheetId", "sheet_id")
	if err != nil {
		return nil, err
	}
	s := f.Spreadsheet.SheetByID(id)
	if s == nil {
		return nil, rest.BadRequest("The sheet (%d) does not exist.", id)
	}
	c.Vars["spreadsheetId"] = body.DestinationSpreadsheetId
	to, err := api.fileFor(c, files.Writer)
	if err != nil {
		return nil, err
	}
	var out *sheets.SheetProperties
	err = api.Files.Edit(c.Context, to, c.Principal, api.Now(), func(draft *spreadsheet.Spreadsheet) error {
		id := s.ID
		if id == 0 || draft.SheetByID(id) != nil {
			id = draft.NewSheetID()
		}
		made, err := draft.CopySheet(s, id, "", len(draft.Sheets))
		if err == nil {
			out = draft.SheetProperties(made)
		}
		return err
	})
	return out, err
}

// permissionDenied is the 403 for a user who may not read or not change a file
// (recorded).
func permissionDenied() error {
	return &rest.Error{Status: http.StatusForbidden, Message: "The caller does not have permission"}
}

// fileFor returns a copy of the file that the path names, if the caller has a
// role on it. For a reader its formulas are calculated.
func (api *API) fileFor(c *rest.Call, need files.Role) (*files.File, error) {
	f, err := api.permittedFile(c, need)
	if err != nil || need >= files.Writer {
		return f, err
	}
	f.Spreadsheet, err = api.Files.Calculated(c.Context, f)
	return f, err
}

// permittedFile returns a copy of the file that the path names, if the caller has
// a role on it.
func (api *API) permittedFile(c *rest.Call, need files.Role) (*files.File, error) {
	api.Files.Lock()
	defer api.Files.Unlock()
	f := api.Files.Get(c.Vars["spreadsheetId"])
	switch {
	case f == nil:
		return nil, &rest.Error{Status: http.StatusNotFound, Message: "Requested entity was not found."}
	case !api.Files.Permits(c, f, need):
		return nil, permissionDenied()
	case f.Spreadsheet == nil:
		return nil, &rest.Error{Status: http.StatusBadRequest, Message: "This operation is not supported for this document"}
	}
	return f.Clone(), nil
}

func (api *API) getSpreadsheet(c *rest.Call) (any, error) {
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	out, rows, err := f.Spreadsheet.Describe(f.ID, c.Query["ranges"], c.Flag("includeGridData"), c.Mask)
	if err == nil {
		spreadsheet.ForUser(out, c.Principal, f.Roles[c.Principal] == files.Owner)
	}
	if err == nil && c.Flag("excludeTablesInBandedRanges") {
		spreadsheet.ExcludeTables(out)
	}
	return rest.Lazy{Value: out, Lists: rows}, err
}

func (api *API) createSpreadsheet(c *rest.Call) (*sheets.Spreadsheet, error) {
	var body sheets.Spreadsheet
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	// Service accounts own no files, and the error of Sheets has no more than this
	// (developers.google.com/workspace/drive/api/guides/about-files).
	if rest.IsServiceAccount(c.Principal) {
		return nil, permissionDenied()
	}
	made, err := spreadsheet.FromDescription(&body)
	if err != nil {
		return nil, err
	}
	f := api.Files.NewFile(files.SpreadsheetType, c.Principal)
	f.Spreadsheet = made
	api.Files.Lock()
	api.Files.Put(f)
	api.Files.Unlock()
	out, _, err := made.Describe(f.ID, nil, false, nil)
	return out, err
}
