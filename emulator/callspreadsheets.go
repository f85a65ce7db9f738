package emulator

import (
	"net/http"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/sheets/v4"
)

// copyTo is spreadsheets.sheets.copyTo: a copy at the end of another spreadsheet.
func (c *call) copyTo() (*sheets.SheetProperties, error) {
	var body sheets.CopySheetToAnotherSpreadsheetRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	id, err := c.number("sheetId", "sheet_id")
	if err != nil {
		return nil, err
	}
	s := f.contents.SheetByID(id)
	if s == nil {
		return nil, rest.BadRequest("The sheet (%d) does not exist.", id)
	}
	c.vars["spreadsheetId"] = body.DestinationSpreadsheetId
	to, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	var out *sheets.SheetProperties
	err = to.edit(c.s.options.Now(), func(draft *spreadsheet.Spreadsheet) error {
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

// noAccess is the 403 for who may not see or not change a file (recorded).
func noAccess() error {
	return &rest.Error{Status: http.StatusForbidden, Message: "The caller does not have permission"}
}

// spreadsheet returns the file that the path names, if the caller has the role.
func (c *call) spreadsheet(need role) (*file, error) {
	f := c.s.files[c.vars["spreadsheetId"]]
	switch {
	case f == nil:
		return nil, &rest.Error{Status: http.StatusNotFound, Message: "Requested entity was not found."}
	case c.s.role(f, c.token.principal) < need:
		return nil, noAccess()
	case f.contents == nil:
		return nil, &rest.Error{Status: http.StatusBadRequest, Message: "This operation is not supported for this document"}
	}
	if need >= writer {
		f.by = c.token.principal
	} else {
		f.contents.Calculate(c.s.options.Now())
	}
	return f, nil
}

func (c *call) getSpreadsheet() (*sheets.Spreadsheet, error) {
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	return f.contents.Describe(f.id, c.query["ranges"], c.flag("includeGridData"), c.mask)
}

func (c *call) createSpreadsheet() (*sheets.Spreadsheet, error) {
	var body sheets.Spreadsheet
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	// Service accounts own no files, and Sheets says no more than this
	// (developers.google.com/workspace/drive/api/guides/about-files).
	if isServiceAccount(c.token.principal) {
		return nil, noAccess()
	}
	made, err := spreadsheet.FromDescription(&body)
	if err != nil {
		return nil, err
	}
	f := c.s.addFile(newFileID(), spreadsheetType, c.token.principal)
	f.contents = made
	made.Calculate(c.s.options.Now())
	return made.Describe(f.id, nil, false, nil)
}
