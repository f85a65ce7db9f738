package spreadsheet

import (
	"reflect"
	"time"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Date is the value of a cell that holds a date: the number of days since
// 1899-12-30, shown as 2006-01-02. Its time of day and time zone are dropped.
type Date time.Time

// Number is the value of a cell that holds a number with a format.
type Number struct {
	Value float64
	// Pattern is a number or date format
	// (developers.google.com/workspace/sheets/api/guides/formats); empty = automatic.
	Pattern string
}

// Formula is the value of a cell that holds a formula. A text that is not a formula
// is stored as text.
type Formula struct {
	Text    string // with the leading '='
	Pattern string // as in [Number]
}

// anyNumber converts a number of any Go type.
func anyNumber(v any) (float64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanFloat():
		return r.Float(), true
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	}
	return 0, false
}

// MaxCellText is the number of characters that a cell may hold.
const MaxCellText = 50_000

// ValueInput is how the values of a request become cells: its ValueInputOption
// and its time.
type ValueInput struct {
	UserEntered bool // USER_ENTERED
	Now         time.Time
}

// inputOptions are the values of ValueInputOption; true = UserEntered.
var inputOptions = map[string]bool{"RAW": false, "USER_ENTERED": true}

// parseValueInput parses a ValueInputOption.
func parseValueInput(name string, now time.Time) (ValueInput, error) {
	entered, ok := inputOptions[name]
	if !ok && (name == "" || name == "INPUT_VALUE_OPTION_UNSPECIFIED") {
		return ValueInput{}, rest.BadRequest("'valueInputOption' is required but not specified")
	}
	if !ok {
		_, err := ParseEnum("value_input_option", name, "ValueInputOption", inputOptions)
		return ValueInput{}, err
	}
	return ValueInput{entered, now}, nil
}

// parseCells returns the cells of the values of a request, row by row whatever
// its dimension. A nil cell is one that keeps its value.
func (in ValueInput) parseCells(values [][]any, columns bool) ([][]*grid.Cell, error) {
	out := make([][]*grid.Cell, len(values))
	for r, line := range values {
		out[r] = make([]*grid.Cell, len(line))
		for i, v := range line {
			made, err := in.ParseCell(v)
			if err == errNotScalar {
				return nil, rest.BadRequest("Invalid values[%d][%d]: %s", r, i, err)
			}
			if err != nil {
				return nil, err
			}
			out[r][i] = made
		}
	}
	if columns {
		return transposeCells(out), nil
	}
	return out, nil
}

// transposeCells turns columns into rows.
func transposeCells(lines [][]*grid.Cell) [][]*grid.Cell {
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

// ParseCell returns the cell of one value of a request, nil for null.
func (in ValueInput) ParseCell(v any) (*grid.Cell, error) {
	var made grid.Cell
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if utf8.RuneCountInString(v) > MaxCellText {
			return nil, ErrTooLong
		}
		if made = grid.TextCell(v); in.UserEntered {
			var err error
			if made, err = grid.ParseUserEntered(v, in.Now); err != nil {
				return nil, err
			}
		}
	case map[string]any, []any:
		return nil, errNotScalar
	default:
		made = rawCell(v)
	}
	return &made, nil
}

const (
	errNotScalar = rest.BadRequestError("only text, numbers and booleans are values of a cell.")
	ErrTooLong   = rest.BadRequestError("Your input contains more than the maximum of 50000 characters in a single cell.")
)

// rawCell returns the cell of a Go value, stored as it is: a string is text,
// numbers of any type, bool, [Date], [Number] and [Formula] keep their type, and
// anything else is an empty cell.
func rawCell(v any) grid.Cell {
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
		if len(v.Text) < 2 || v.Text[0] != '=' {
			return grid.TextCell(v.Text)
		}
		return grid.FormulaCell(v.Text).WithFormat(v.Pattern)
	}
	if n, ok := anyNumber(v); ok {
		return grid.NumberCell(n)
	}
	return grid.Cell{}
}
