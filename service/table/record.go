package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxRows is the maximum number of records in one request.
const MaxRows = 10_000

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

func (r Record) invalid(n int, format string, args ...any) error {
	return &Error{Code: InvalidRows, Detail: r.label(n) + ": " + fmt.Sprintf(format, args...)}
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
	for n, record := range records {
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

// ParseRecords parses one JSON object, or an array of up to [MaxRows] of them. All
// errors are an [Error]: [BadRequest] where the body is not JSON in UTF-8, [TooLarge]
// where there are more objects, and [InvalidRows] where the JSON is not rows of plain
// values, which names the row, counted from 1, and the column.
func ParseRecords(body []byte) ([]Record, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &Error{Code: BadRequest, Detail: "the body is empty: send a JSON object, or an array of objects"}
	}
	if !utf8.Valid(body) {
		return nil, &Error{Code: BadRequest, Detail: "the body is not UTF-8"}
	}
	p := &recordParser{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	records, err := p.records()
	if _, ok := errors.AsType[*Error](err); err == nil || ok {
		return records, err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	// A decoder's message holds one character of the body at the most.
	return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("the body is not JSON: %v", err)}
}

type recordParser struct {
	body    []byte
	decoder *json.Decoder
	row     int // from 1
}

func (p *recordParser) invalid(format string, args ...any) error {
	return Record{}.invalid(p.row-1, format, args...)
}

func (p *recordParser) records() ([]Record, error) {
	p.row = 1
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	var records []Record
	switch token {
	case json.Delim('{'):
		record, err := p.record()
		if err != nil {
			return nil, err
		}
		records = []Record{record}
	case json.Delim('['):
		if records, err = p.array(); err != nil {
			return nil, err
		}
	default:
		return nil, &Error{Code: InvalidRows, Detail: "the body is neither a JSON object nor an array of objects"}
	}
	if _, err := p.decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more text behind its end")
	}
	return records, nil
}

func (p *recordParser) array() ([]Record, error) {
	var records []Record
	for ; p.decoder.More(); p.row++ {
		if len(records) == MaxRows {
			return nil, errTooManyRows
		}
		token, err := p.decoder.Token()
		if err != nil {
			return nil, err
		}
		if token != json.Delim('{') {
			return nil, p.invalid("not a JSON object")
		}
		record, err := p.record()
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	if len(records) == 0 && !p.decoder.More() {
		return nil, &Error{Code: InvalidRows, Detail: "the array holds no rows"}
	}
	_, err := p.decoder.Token() // the closing bracket
	return records, err
}

// record parses the fields of an object whose opening brace has been read.
func (p *recordParser) record() (Record, error) {
	record, given := Record{}, map[string]bool{}
	for p.decoder.More() {
		key, err := p.decoder.Token()
		if err != nil {
			return record, err
		}
		column, _ := key.(string)
		switch {
		case given[column]:
			return record, p.invalid("column %s is given twice", Quote(column))
		case len(record.Fields) == maxColumns:
			return record, p.invalid("more than %d columns, the most that a sheet can have", maxColumns)
		}
		given[column] = true
		value, err := p.value(column)
		if err != nil {
			return record, err
		}
		record.Fields = append(record.Fields, Field{column, value})
	}
	_, err := p.decoder.Token() // the closing brace
	return record, err
}

func (p *recordParser) value(column string) (any, error) {
	before := p.decoder.InputOffset()
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	if _, ok := token.(json.Delim); ok {
		return nil, p.invalid("column %s holds an object or an array: a cell takes a string, a number, true, false or null", Quote(column))
	}
	cell, fault := cellValue(token)
	if fault != "" {
		return nil, p.invalid("column %s holds %s", Quote(column), fault)
	}
	if text, ok := cell.(string); ok && strings.ContainsRune(text, utf8.RuneError) &&
		bytes.Contains(bytes.ToLower(p.body[before:p.decoder.InputOffset()]), []byte(`\ud`)) {
		return nil, p.invalid("column %s holds half of a surrogate pair, which is no character", Quote(column))
	}
	return cell, nil
}

var errTooManyRows = &Error{
	Code: TooLarge, Detail: fmt.Sprintf("more than %d rows", MaxRows), Hint: "send the rows in several requests",
}
