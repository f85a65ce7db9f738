package sheets

import (
	"fmt"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

func (api *API) getValues(c *rest.Call) (*sheets.ValueRange, error) {
	render, err := spreadsheet.ParseRendering(c.Query.Get("valueRenderOption"), c.Query.Get("dateTimeRenderOption"), c.Query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	return f.Spreadsheet.Read(c.Vars["range"], render)
}

func (api *API) batchGetValues(c *rest.Call) (*sheets.BatchGetValuesResponse, error) {
	render, err := spreadsheet.ParseRendering(c.Query.Get("valueRenderOption"), c.Query.Get("dateTimeRenderOption"), c.Query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	out := &sheets.BatchGetValuesResponse{SpreadsheetId: f.ID}
	for _, a1 := range c.Query["ranges"] {
		v, err := f.Spreadsheet.Read(a1, render)
		if err != nil {
			return nil, err
		}
		out.ValueRanges = append(out.ValueRanges, v)
	}
	return out, nil
}

func (api *API) clearValues(c *rest.Call) (*sheets.ClearValuesResponse, error) {
	if err := rest.Decode(c.Body, &sheets.ClearValuesRequest{}, ""); err != nil {
		return nil, err
	}
	id, cleared, err := api.clearRanges(c, []string{c.Vars["range"]})
	if err != nil {
		return nil, err
	}
	return &sheets.ClearValuesResponse{SpreadsheetId: id, ClearedRange: cleared[0]}, nil
}

func (api *API) batchClearValues(c *rest.Call) (*sheets.BatchClearValuesResponse, error) {
	var body sheets.BatchClearValuesRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	id, cleared, err := api.clearRanges(c, body.Ranges)
	return &sheets.BatchClearValuesResponse{SpreadsheetId: id, ClearedRanges: cleared}, err
}

// edit calls change with the ID and a draft of the spreadsheet that the path names;
// see [files.Store.Edit].
func (api *API) edit(c *rest.Call, now time.Time, change func(id string, draft *spreadsheet.Spreadsheet) error) error {
	f, err := api.fileFor(c, files.Writer)
	if err != nil {
		return err
	}
	return api.Files.Edit(c.Context, f, c.Principal, now, func(draft *spreadsheet.Spreadsheet) error { return change(f.ID, draft) })
}

// clearRanges empties ranges and returns their names, and the ID of the spreadsheet.
func (api *API) clearRanges(c *rest.Call, ranges []string) (id string, cleared []string, err error) {
	err = api.edit(c, api.Now(), func(of string, draft *spreadsheet.Spreadsheet) error {
		id = of
		for _, a1 := range ranges {
			s, a, err := draft.ResolveA1(a1)
			if err != nil {
				return err
			}
			s.ClearValues(a)
			cleared = append(cleared, s.RangeName(a))
		}
		return nil
	})
	return id, cleared, err
}

// valuesRequest reads what update and append have in common: the values from the
// body, and the options from the query.
func (api *API) valuesRequest(c *rest.Call) (*sheets.ValueRange, *spreadsheet.ValuesWriter, error) {
	var body sheets.ValueRange
	if err := rest.Decode(c.Body, &body, "data"); err != nil {
		return nil, nil, err
	}
	w, err := spreadsheet.NewValuesWriter(c.Query.Get("valueInputOption"), c.Flag("includeValuesInResponse"),
		c.Query.Get("responseValueRenderOption"), c.Query.Get("responseDateTimeRenderOption"), api.Now())
	return &body, w, err
}

func (api *API) updateValues(c *rest.Call) (out *sheets.UpdateValuesResponse, err error) {
	body, w, err := api.valuesRequest(c)
	if err != nil {
		return nil, err
	}
	err = api.edit(c, w.Input.Now, func(id string, draft *spreadsheet.Spreadsheet) error {
		if err := draft.SameRange(c.Vars["range"], body.Range); err != nil {
			return err
		}
		body.Range = c.Vars["range"]
		done, err := w.Update(draft, body)
		if err != nil {
			return err
		}
		out, err = w.Response(c.Context, id, done)
		return err
	})
	return out, err
}

func (api *API) batchUpdateValues(c *rest.Call) (out *sheets.BatchUpdateValuesResponse, err error) {
	var body sheets.BatchUpdateValuesRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	w, err := spreadsheet.NewValuesWriter(body.ValueInputOption, body.IncludeValuesInResponse,
		body.ResponseValueRenderOption, body.ResponseDateTimeRenderOption, api.Now())
	if err != nil {
		return nil, err
	}
	err = api.edit(c, w.Input.Now, func(id string, draft *spreadsheet.Spreadsheet) error {
		var all []spreadsheet.WrittenRange
		for i, one := range body.Data {
			done, err := w.Update(draft, one)
			if err != nil {
				return rest.WithPrefix(fmt.Sprintf("Invalid data[%d]: ", i), err)
			}
			all = append(all, done)
		}
		out, err = w.Totals(c.Context, id, all)
		return err
	})
	return out, err
}

func (api *API) appendValues(c *rest.Call) (*sheets.AppendValuesResponse, error) {
	body, w, err := api.valuesRequest(c)
	if err != nil {
		return nil, err
	}
	insert, err := spreadsheet.ParseEnum("insert_data_option", c.Query.Get("insertDataOption"), "InsertDataOption",
		map[string]bool{"": false, "OVERWRITE": false, "INSERT_ROWS": true})
	if err != nil {
		return nil, err
	}
	out := &sheets.AppendValuesResponse{}
	err = api.edit(c, w.Input.Now, func(id string, draft *spreadsheet.Spreadsheet) error {
		done, table, err := w.Append(c.Context, draft, c.Vars["range"], body, insert)
		if err != nil {
			return err
		}
		out.SpreadsheetId, out.TableRange = id, table
		out.Updates, err = w.Response(c.Context, id, done)
		return err
	})
	return out, err
}
