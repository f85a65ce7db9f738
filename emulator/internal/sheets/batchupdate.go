package sheets

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/batch"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// batchUpdate is spreadsheets.batchUpdate: all requests in order, or none.
func (api *API) batchUpdate(c *rest.Call) (any, error) {
	var body sheets.BatchUpdateSpreadsheetRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	out := &sheets.BatchUpdateSpreadsheetResponse{}
	response := rest.Lazy{Value: out}
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
		out.UpdatedSpreadsheet, response.Lists, err = draft.Describe(id, body.ResponseRanges, body.ResponseIncludeGridData, m)
		if err == nil {
			spreadsheet.ForUser(out.UpdatedSpreadsheet, c.Principal, draft.IsOwner())
		}
		return err
	})
	if err != nil || response.Lists == nil {
		return out, err
	}
	return response, nil
}
