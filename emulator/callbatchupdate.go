package emulator

import (
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/sheets/v4"
)

// maxRequests is what one batch may hold.
const maxRequests = 100_000

// batchUpdate is spreadsheets.batchUpdate: all requests in order, or none.
func (c *call) batchUpdate() (*sheets.BatchUpdateSpreadsheetResponse, error) {
	var body sheets.BatchUpdateSpreadsheetRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	switch n := len(body.Requests); {
	case n == 0:
		return nil, rest.BadRequest("Must specify at least one request.")
	case n > maxRequests:
		return nil, rest.BadRequest("Cannot exceed %d requests in a single batch.", maxRequests)
	}
	out := &sheets.BatchUpdateSpreadsheetResponse{SpreadsheetId: f.id}
	err = f.edit(c.s.options.Now(), func(draft *spreadsheet.Spreadsheet) error {
		b := batch{draft, c.token.principal, c.s.options.Now()}
		for i, r := range body.Requests {
			reply, err := b.apply(i, r)
			if err != nil {
				return err
			}
			out.Replies = append(out.Replies, reply)
		}
		if !body.IncludeSpreadsheetInResponse {
			return nil
		}
		b.Calculate(b.now)
		m := c.mask.Sub("updatedSpreadsheet")
		out.UpdatedSpreadsheet, err = draft.Describe(f.id, body.ResponseRanges, body.ResponseIncludeGridData, m)
		return err
	})
	return out, err
}
