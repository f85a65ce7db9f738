package emulator

import (
	"fmt"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/sheets/v4"
)

func (c *call) getValues() (*sheets.ValueRange, error) {
	how, err := spreadsheet.ParseRendering(c.query.Get("valueRenderOption"), c.query.Get("dateTimeRenderOption"), c.query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	return f.contents.Read(c.vars["range"], how)
}

func (c *call) batchGetValues() (*sheets.BatchGetValuesResponse, error) {
	how, err := spreadsheet.ParseRendering(c.query.Get("valueRenderOption"), c.query.Get("dateTimeRenderOption"), c.query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	out := &sheets.BatchGetValuesResponse{SpreadsheetId: f.id}
	for _, a1 := range c.query["ranges"] {
		v, err := f.contents.Read(a1, how)
		if err != nil {
			return nil, err
		}
		out.ValueRanges = append(out.ValueRanges, v)
	}
	return out, nil
}

func (c *call) clearValues() (*sheets.ClearValuesResponse, error) {
	if err := rest.Decode(c.body, &sheets.ClearValuesRequest{}, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	cleared, err := c.clear(f, []string{c.vars["range"]})
	if err != nil {
		return nil, err
	}
	return &sheets.ClearValuesResponse{SpreadsheetId: f.id, ClearedRange: cleared[0]}, nil
}

func (c *call) batchClearValues() (*sheets.BatchClearValuesResponse, error) {
	var body sheets.BatchClearValuesRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	cleared, err := c.clear(f, body.Ranges)
	if err != nil {
		return nil, err
	}
	return &sheets.BatchClearValuesResponse{SpreadsheetId: f.id, ClearedRanges: cleared}, nil
}

// clear empties ranges and returns their names; all that is not a value stays.
func (c *call) clear(f *file, ranges []string) (cleared []string, err error) {
	err = f.edit(c.s.options.Now(), func(draft *spreadsheet.Spreadsheet) error {
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
	return cleared, err
}

// valueRange reads what update and append have in common: the values, from the
// body, and how they come in and are answered, from the query.
func (c *call) valueRange() (*sheets.ValueRange, *spreadsheet.ValuesWriter, error) {
	var body sheets.ValueRange
	if err := rest.Decode(c.body, &body, "data"); err != nil {
		return nil, nil, err
	}
	w, err := spreadsheet.NewValuesWriter(c.query.Get("valueInputOption"), c.flag("includeValuesInResponse"),
		c.query.Get("responseValueRenderOption"), c.query.Get("responseDateTimeRenderOption"), c.s.options.Now())
	return &body, w, err
}

func (c *call) updateValues() (*sheets.UpdateValuesResponse, error) {
	body, w, err := c.valueRange()
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	var done spreadsheet.WrittenRange
	err = f.edit(w.Input.Now, func(draft *spreadsheet.Spreadsheet) error {
		if err := draft.SameRange(c.vars["range"], body.Range); err != nil {
			return err
		}
		body.Range = c.vars["range"]
		done, err = w.Update(draft, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.Response(f.id, done), nil
}

func (c *call) batchUpdateValues() (*sheets.BatchUpdateValuesResponse, error) {
	var body sheets.BatchUpdateValuesRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	w, err := spreadsheet.NewValuesWriter(body.ValueInputOption, body.IncludeValuesInResponse,
		body.ResponseValueRenderOption, body.ResponseDateTimeRenderOption, c.s.options.Now())
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	var all []spreadsheet.WrittenRange
	err = f.edit(w.Input.Now, func(draft *spreadsheet.Spreadsheet) error {
		for i, one := range body.Data {
			done, err := w.Update(draft, one)
			if err != nil {
				return rest.WithPrefix(fmt.Sprintf("Invalid data[%d]: ", i), err)
			}
			all = append(all, done)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.Totals(f.id, all), nil
}

func (c *call) appendValues() (*sheets.AppendValuesResponse, error) {
	body, w, err := c.valueRange()
	if err != nil {
		return nil, err
	}
	insert, err := spreadsheet.ParseEnum("insert_data_option", c.query.Get("insertDataOption"), "InsertDataOption",
		map[string]bool{"": false, "OVERWRITE": false, "INSERT_ROWS": true})
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	out := &sheets.AppendValuesResponse{SpreadsheetId: f.id}
	err = f.edit(w.Input.Now, func(draft *spreadsheet.Spreadsheet) error {
		done, table, err := w.Append(draft, c.vars["range"], body, insert)
		out.TableRange = table
		out.Updates = w.Response(f.id, done)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
