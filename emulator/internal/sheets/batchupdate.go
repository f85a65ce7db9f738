package sheets

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/batch"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// batchUpdate is spreadsheets.batchUpdate: all requests in order, or none.
func (api *API) batchUpdate(c *rest.Call) (*sheets.BatchUpdateSpreadsheetResponse, error) {
	var body sheets.BatchUpdateSpreadsheetRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	out := &sheets.BatchUpdateSpreadsheetResponse{}
	now := api.Now()
	err := api.edit(c, now, func(id string, draft *spreadsheet.Spreadsheet) (err error) {
		draft.DuplicateMetadata, out.SpreadsheetId = api.DuplicateMetadata, id
		out.Replies, err = batch.Apply(c.Context, draft, body.Requests, c.Principal, now)
		if err != nil || !body.IncludeSpreadsheetInResponse {
			return err
		}
		if err := draft.Calculate(c.Context, now); err != nil {
			return err
		}
		m := c.Mask.Sub("updatedSpreadsheet")
		out.UpdatedSpreadsheet, err = draft.Describe(id, body.ResponseRanges, body.ResponseIncludeGridData, m)
		return err
	})
	return out, err
}
