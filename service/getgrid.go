package service

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// gridFields are the fields of CellData that each rendering takes,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells#CellData.
// The names of columns are typed in all of them.
var gridFields = map[table.Render]string{
	table.Typed:   "effectiveValue,effectiveFormat(numberFormat)",
	table.Text:    "effectiveValue,effectiveFormat(numberFormat),formattedValue",
	table.Formula: "effectiveValue,effectiveFormat(numberFormat),userEnteredValue(formulaValue)",
}

// getGrid calls spreadsheets.get for the cells of a range that begins in row 1, and calls
// row for each row as it arrives, with the kinds of those cells that are dates. The cells
// are JSON in a rendering, those of the header row typed, and valid until row returns.
func (s *Service) getGrid(ctx context.Context, a1 string, header int, render table.Render, row func([]jsontext.Value, []table.DateKind) error) error {
	query := url.Values{
		"ranges": {a1}, "prettyPrint": {"false"},
		"fields": {"sheets(data(rowData(values(" + gridFields[render] + "))))"},
	}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "?" + query.Encode()
	r := gridRow{formats: map[string]table.DateKind{}}
	n := 0
	return s.getJSON(ctx, path, func(d *jsontext.Decoder) error {
		return decodeGrid(d, func() error {
			rowRender := render
			if n++; n == header {
				rowRender = table.Typed
			}
			if err := r.decode(d, rowRender); err != nil {
				return err
			}
			return row(r.row())
		})
	})
}

// decodeGrid calls row to read each of the rows of the sheets that were requested.
func decodeGrid(d *jsontext.Decoder, row func() error) error {
	return decodeMember(d, "sheets", func() error {
		return decodeArray(d, func() error {
			return decodeMember(d, "data", func() error { return decodeRows(d, row) })
		})
	})
}

// decodeRows is decodeGrid for the data of one sheet.
func decodeRows(d *jsontext.Decoder, row func() error) error {
	return decodeArray(d, func() error {
		return decodeMember(d, "rowData", func() error { return decodeArray(d, row) })
	})
}

// gridRow holds the cells of one row. Its memory is reused for the next row.
type gridRow struct {
	text     []byte // all cells of the row, one after the other
	ends     []int
	cells    []jsontext.Value
	kinds    []table.DateKind
	formulas []bool                    // which cells have a formula, where these were requested
	filled   int                       // number of cells up to the last one with a value
	dated    bool                      // one of the kinds is a date
	formats  map[string]table.DateKind // of number formats, by their JSON
}

// decode reads a RowData, in a rendering. One without cells has no field values.
func (r *gridRow) decode(d *jsontext.Decoder, render table.Render) error {
	r.clear()
	return decodeMember(d, "values", func() error {
		return decodeArray(d, func() error {
			cell, err := d.ReadValue() // valid until the next call
			if err == nil {
				r.append(cell, render)
			}
			return err
		})
	})
}

// clear prepares for the next row.
func (r *gridRow) clear() {
	r.text, r.ends, r.kinds, r.formulas, r.dated, r.filled = r.text[:0], r.ends[:0], r.kinds[:0], r.formulas[:0], false, 0
}

// append adds a CellData.
func (r *gridRow) append(cell jsontext.Value, render table.Render) {
	if r.add(cell, render) {
		r.filled = len(r.ends)
	}
}

// row returns the row's cells, and their kinds if one of them is a date.
func (r *gridRow) row() ([]jsontext.Value, []table.DateKind) {
	r.ends, r.kinds = r.ends[:r.filled], r.kinds[:r.filled] // values.get has no empty cells at the end either
	r.cells = r.cells[:0]
	from := 0
	for _, end := range r.ends {
		r.cells = append(r.cells, r.text[from:end])
		from = end
	}
	if !r.dated {
		return r.cells, nil
	}
	return r.cells, r.kinds
}

// add adds a CellData, and reports whether it has a value.
func (r *gridRow) add(cell jsontext.Value, render table.Render) bool {
	var value jsontext.Value
	kind, plain, calculated := table.NoDate, false, false // plain: value is a text or a formula, to which no format applies
	for name, field := range members(cell) {
		switch {
		case string(name) == `"effectiveValue"` && value == nil:
			value = effectiveValue(field)
		case string(name) == `"effectiveFormat"`:
			for name, format := range members(field) {
				if string(name) == `"numberFormat"` {
					kind = r.kind(format)
				}
			}
		case string(name) == `"formattedValue"` && render == table.Text:
			value, plain = field, true
		case string(name) == `"userEnteredValue"`:
			for name, formula := range members(field) {
				if calculated = string(name) == `"formulaValue"`; calculated && render == table.Formula {
					value, plain = formula, true
				}
			}
		}
	}
	r.text, kind = appendCell(r.text, value, kind, plain)
	r.ends, r.kinds, r.formulas = append(r.ends, len(r.text)), append(r.kinds, kind), append(r.formulas, calculated)
	r.dated = r.dated || kind != table.NoDate
	return len(value) > 0 && string(value) != `""`
}

// appendCell appends a value, as a text in ISO 8601 where it is a date, and returns the
// kind that the cell has then.
func appendCell(b []byte, value jsontext.Value, kind table.DateKind, plain bool) ([]byte, table.DateKind) {
	if kind == table.NoDate || plain || value.Kind() != jsontext.KindNumber {
		return append(b, value...), table.NoDate
	}
	serial, err := strconv.ParseFloat(string(value), 64)
	text := table.AppendISO(append(b, '"'), serial, kind)
	if err != nil || len(text) == len(b)+1 {
		return append(b, value...), table.NoDate
	}
	return append(text, '"'), kind
}

// kind returns the kind of a NumberFormat. A sheet has few different ones.
func (r *gridRow) kind(format jsontext.Value) table.DateKind {
	kind, ok := r.formats[string(format)]
	if !ok {
		var f sheets.NumberFormat
		_ = json.Unmarshal(format, &f) // it was parsed before
		kind = table.DateKindOf(f.Type, f.Pattern)
		r.formats[string(format)] = kind
	}
	return kind
}

// effectiveValue returns the value of an ExtendedValue as values.get has it; nil if it has
// none.
func effectiveValue(extended jsontext.Value) (value jsontext.Value) {
	for name, v := range members(extended) {
		switch string(name) {
		case `"numberValue"`, `"stringValue"`, `"boolValue"`:
			return v
		case `"errorValue"`:
			for name, kind := range members(v) {
				if string(name) == `"type"` {
					return errorTexts[string(kind)]
				}
			}
		}
	}
	return nil
}

// errorTexts are what a sheet shows of errors, by the JSON of their types:
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType.
var errorTexts = map[string]jsontext.Value{
	`"ERROR"`: jsontext.Value(`"#ERROR!"`), `"NULL_VALUE"`: jsontext.Value(`"#NULL!"`), `"DIVIDE_BY_ZERO"`: jsontext.Value(`"#DIV/0!"`),
	`"VALUE"`: jsontext.Value(`"#VALUE!"`), `"REF"`: jsontext.Value(`"#REF!"`), `"NAME"`: jsontext.Value(`"#NAME?"`),
	`"NUM"`: jsontext.Value(`"#NUM!"`), `"N_A"`: jsontext.Value(`"#N/A"`), `"LOADING"`: jsontext.Value(`"Loading..."`),
}
