package emulator

import (
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// The calls of spreadsheets.values that write.

// maxCellText is the number of characters that a cell holds.
const maxCellText = 50_000

// input is how values are written: a ValueInputOption and when it is.
type input struct {
	entered bool // USER_ENTERED
	now     time.Time
}

var inputOptions = map[string]bool{"RAW": false, "USER_ENTERED": true}

func (c *call) input(name string) (input, error) {
	entered, ok := inputOptions[name]
	if !ok && (name == "" || name == "INPUT_VALUE_OPTION_UNSPECIFIED") {
		return input{}, rest.BadRequest("'valueInputOption' is required but not specified")
	}
	if !ok {
		_, err := option("value_input_option", name, "ValueInputOption", inputOptions)
		return input{}, err
	}
	return input{entered, c.s.options.Now()}, nil
}

// cells turns the values of a request into cells; nil stands for a cell that
// keeps what it has. Rows come first, whatever the request's dimension.
func (in input) cells(values [][]any, columns bool) ([][]*grid.Cell, error) {
	out := make([][]*grid.Cell, len(values))
	for r, line := range values {
		out[r] = make([]*grid.Cell, len(line))
		for i, v := range line {
			made, err := in.cell(v)
			if err == errNoScalar {
				return nil, rest.BadRequest("Invalid values[%d][%d]: %s", r, i, err)
			}
			if err != nil {
				return nil, err
			}
			out[r][i] = made
		}
	}
	if columns {
		return transposedCells(out), nil
	}
	return out, nil
}

func transposedCells(lines [][]*grid.Cell) [][]*grid.Cell {
	var out [][]*grid.Cell
	for i, line := range lines {
		for j, v := range line {
			for len(out) <= j {
				out = append(out, make([]*grid.Cell, len(lines)))
			}
			out[j][i] = v
		}
	}
	return out
}

func (in input) cell(v any) (*grid.Cell, error) {
	var made grid.Cell
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if utf8.RuneCountInString(v) > maxCellText {
			return nil, errTooLong
		}
		if made = grid.TextCell(v); in.entered {
			var err error
			if made, err = grid.ParseUserEntered(v, in.now); err != nil {
				return nil, err
			}
		}
	case map[string]any, []any:
		return nil, errNoScalar
	default:
		made = raw(v)
	}
	return &made, nil
}

const (
	errNoScalar = rest.BadRequestError("only text, numbers and booleans are values of a cell.")
	errTooLong  = rest.BadRequestError("Your input contains more than the maximum of 50000 characters in a single cell.")
)

// raw turns a Go value into a cell as it is; see [Sheet].
func raw(v any) grid.Cell {
	switch v := v.(type) {
	case string:
		return grid.TextCell(v)
	case bool:
		return grid.BoolCell(v)
	case Date:
		t := time.Time(v)
		c := grid.NumberCell(grid.Serial(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)))
		c.Extra = grid.ISODate()
		return c
	case Number:
		return grid.NumberCell(v.Value).WithFormat(v.Pattern)
	case Formula:
		c, err := grid.FormulaCell(v.Text)
		if err != nil || len(v.Text) < 2 || v.Text[0] != '=' {
			return grid.TextCell(v.Text)
		}
		return c.WithFormat(v.Pattern)
	}
	if n, ok := anyNumber(v); ok {
		return grid.NumberCell(n)
	}
	return grid.Cell{}
}

// valueRange reads what update and append have in common: the values, from the
// body, and how they come in and are answered, from the query.
func (c *call) valueRange() (*sheets.ValueRange, *write, error) {
	var body sheets.ValueRange
	if err := rest.Decode(c.body, &body, "data"); err != nil {
		return nil, nil, err
	}
	w, err := c.newWrite(c.query.Get("valueInputOption"), c.flag("includeValuesInResponse"),
		c.query.Get("responseValueRenderOption"), c.query.Get("responseDateTimeRenderOption"))
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
	var done written
	err = f.edit(w.in.now, func(draft *contents) error {
		if err := draft.sameRange(c.vars["range"], body.Range); err != nil {
			return err
		}
		body.Range = c.vars["range"]
		done, err = w.update(draft, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.response(f.id, done), nil
}

// sameRange refuses a body that names another range than the path.
func (c *contents) sameRange(path, body string) error {
	if body == "" {
		return nil
	}
	s, a, err := c.find(path)
	if err != nil {
		return err
	}
	other, b, err := c.find(body)
	if err == nil && (s != other || a.Area != b.Area) {
		err = rest.BadRequest("Requested range %s does not match value range %s", path, body)
	}
	return err
}

func (c *call) batchUpdateValues() (*sheets.BatchUpdateValuesResponse, error) {
	var body sheets.BatchUpdateValuesRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	w, err := c.newWrite(body.ValueInputOption, body.IncludeValuesInResponse,
		body.ResponseValueRenderOption, body.ResponseDateTimeRenderOption)
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	var all []written
	err = f.edit(w.in.now, func(draft *contents) error {
		for i, one := range body.Data {
			done, err := w.update(draft, one)
			if err != nil {
				return prefixed(fmt.Sprintf("Invalid data[%d]: ", i), err)
			}
			all = append(all, done)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.totals(f.id, all), nil
}

// prefixed says which part of a request a refusal is about.
func prefixed(prefix string, err error) error {
	if _, ok := err.(rest.Unsupported); ok {
		return err
	}
	f := *rest.AsError(err)
	if f.Status == http.StatusBadRequest {
		f.Message = prefix + f.Message
	}
	return &f
}

func (c *call) appendValues() (*sheets.AppendValuesResponse, error) {
	body, w, err := c.valueRange()
	if err != nil {
		return nil, err
	}
	insert, err := option("insert_data_option", c.query.Get("insertDataOption"), "InsertDataOption",
		map[string]bool{"": false, "OVERWRITE": false, "INSERT_ROWS": true})
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	out := &sheets.AppendValuesResponse{SpreadsheetId: f.id}
	err = f.edit(w.in.now, func(draft *contents) error {
		done, table, err := w.append(draft, c.vars["range"], body, insert)
		out.TableRange = table
		out.Updates = w.response(f.id, done)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
