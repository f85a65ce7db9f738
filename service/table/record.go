package table

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// MaxRows is the maximum number of records in one request.
const MaxRows = 10_000

// maxValues is the maximum number of values in one request: a value takes several times
// the memory of its text.
const maxValues = 150_000

// maxColumns is Google's limit, column ZZZ.
// https://support.google.com/drive/answer/37603
const maxColumns = 18_278

// Record is one row as a caller sends it: named fields in any order. Columns that it
// does not name are empty in a new row, and in an update stay as they are.
type Record struct {
	Fields []Field
	Line   int // number of the line at which it begins in CSV, from 1; 0 if it is not from CSV
}

// label returns what errors call the n-th record, from 0.
func (r Record) label(n int) string {
	if r.Line > 0 {
		return fmt.Sprintf("line %d", r.Line)
	}
	return fmt.Sprintf("row %d", n+1)
}

func (r Record) invalid(n int, format string, args ...any) *Error {
	return &Error{Code: InvalidRows, Detail: r.label(n) + ": " + fmt.Sprintf(format, args...)}
}

// within returns the error with the record's label before its detail.
func (r Record) within(n int, err error) error {
	fault, ok := err.(*Error)
	if !ok {
		return err
	}
	labeled := *fault
	labeled.Detail = r.label(n) + ": " + fault.Detail
	return &labeled
}

// Field is one cell of a [Record].
//
// Value is nil for an empty cell, a bool, a string of up to 50,000 characters, an
// integer or floating-point number of any of Go's types, a [json.Number], or a
// [time.Time]. A number is stored in double precision, and refused where that loses
// a digit of an integer; a time is stored as text in RFC 3339, as [encoding/json]
// has it, because a cell has no time zone. Values of other types are refused, named
// types and pointers too.
type Field struct {
	Column string
	Value  any
}

// checkRecords returns the records with their values as cells hold them; see
// [Field]. It changes nothing in place, and copies only what differs: the records of
// a parser, which may be many, are as they should be already.
func checkRecords(records []Record) ([]Record, error) {
	switch {
	case len(records) == 0:
		return nil, &Error{Code: InvalidRows, Detail: "there are no rows to write"}
	case len(records) > MaxRows:
		return nil, errTooManyRows
	}
	given := map[string]bool{}
	checked := records
	values := 0
	for n, record := range records {
		if values += len(record.Fields); values > maxValues {
			return nil, errTooManyValues
		}
		fields, err := record.check(n, given)
		if err != nil {
			return nil, err
		}
		if fields == nil {
			continue
		}
		if &checked[0] == &records[0] {
			checked = slices.Clone(records)
		}
		checked[n].Fields = fields
	}
	return checked, nil
}

// check returns the fields with their values as cells hold them; nil if they are
// so already. It clears given, which it uses for the names of columns.
func (r Record) check(n int, given map[string]bool) (changed []Field, err error) {
	clear(given)
	for i, field := range r.Fields {
		cell, fault := cellValue(field.Value)
		switch {
		case !utf8.ValidString(field.Column):
			return nil, r.invalid(n, "the column name %s is not UTF-8", Quote(field.Column))
		case given[field.Column]:
			return nil, r.invalid(n, "column %s is given twice", Quote(field.Column))
		case fault != "":
			return nil, r.invalid(n, "column %s holds %s", Quote(field.Column), fault)
		}
		given[field.Column] = true
		if cell == field.Value {
			continue
		}
		if changed == nil {
			changed = slices.Clone(r.Fields)
		}
		changed[i].Value = cell
	}
	return changed, nil
}

// onlyColumns returns the records without the fields of other columns; with no columns it
// returns the records.
func onlyColumns(records []Record, columns []string) []Record {
	if len(columns) == 0 {
		return records
	}
	named := make(map[string]bool, len(columns))
	for _, column := range columns {
		named[column] = true
	}
	kept := make([]Record, len(records))
	for n, record := range records {
		kept[n] = Record{Line: record.Line}
		for _, field := range record.Fields {
			if named[field.Column] {
				kept[n].Fields = append(kept[n].Fields, field)
			}
		}
	}
	return kept
}

var errTooManyValues = &Error{
	Code: TooLarge, Detail: fmt.Sprintf("more than %d values", maxValues), Hint: "send the rows in several requests",
}

var errTooManyRows = &Error{
	Code: TooLarge, Detail: fmt.Sprintf("more than %d rows", MaxRows), Hint: "send the rows in several requests",
}
