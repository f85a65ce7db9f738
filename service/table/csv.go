package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ReadCSV reads up to [MaxRows] records of CSV (RFC 4180) whose first line names the
// columns. Of the text it keeps one record in memory at a time. A field that is a
// decimal number, such as 12 or -0.5, becomes a number, TRUE and FALSE become
// booleans, and an empty field an empty cell; everything else, such as 007, +49, 1e5
// or =A1, stays text.
//
// Errors are an [Error] that names the line of the first fault: [BadRequest] where the
// text is not CSV in UTF-8, [InvalidRows] where it breaks a rule for rows, and
// [TooLarge]. An error of the reader is returned as it is.
func ReadCSV(text io.Reader) ([]Record, error) {
	r := csv.NewReader(newCSVLimit(text))
	r.ReuseRecord = true
	names, err := readColumns(r)
	if err != nil {
		return nil, err
	}
	var records []Record
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		switch {
		case len(records) == MaxRows:
			return nil, errTooManyRows
		case (len(records)+1)*len(names) > maxValues:
			return nil, errTooManyValues
		}
		record, err := csvRecord(r, names, cells)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	if len(records) == 0 {
		return nil, &Error{Code: InvalidRows, Detail: "the CSV text holds no rows below the line that names the columns"}
	}
	return records, nil
}

// readColumns reads the first line, which begins with a byte order mark where Excel wrote it.
func readColumns(r *csv.Reader) ([]string, error) {
	cells, err := r.Read()
	if err == io.EOF {
		return nil, &Error{Code: BadRequest, Detail: "the body is empty: send a CSV text whose first line names the columns"}
	}
	if err != nil {
		return nil, csvError(err)
	}
	names := make([]string, len(cells))
	given := map[string]bool{}
	for i, name := range cells {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		switch {
		case !utf8.ValidString(name):
			return nil, notUTF8(1)
		case given[name]:
			return nil, &Error{Code: InvalidRows, Detail: fmt.Sprintf("line 1: column %s is given twice", Quote(name))}
		}
		names[i], given[name] = name, true
	}
	return names, nil
}

func csvRecord(r *csv.Reader, names, cells []string) (Record, error) {
	line, _ := r.FieldPos(0)
	record := Record{Line: line, Fields: make([]Field, 0, len(names))}
	empty := true
	for i, cell := range cells {
		switch {
		case !utf8.ValidString(cell):
			return record, notUTF8(line)
		case tooLong(cell):
			return record, record.invalid(0, "column %s holds %s", Quote(names[i]), textFault(cell))
		}
		empty = empty && cell == ""
		record.Fields = append(record.Fields, Field{names[i], csvValue(strings.Clone(cell))})
	}
	if empty {
		return record, record.invalid(0, "no column has a value")
	}
	return record, nil
}

// csvValue returns a field as the type that it is written as, unless that would lose a
// part of the text.
func csvValue(text string) any {
	switch text {
	case "":
		return nil
	case "TRUE":
		return true
	case "FALSE":
		return false
	}
	if number, ok := exactly(text); ok && !strings.ContainsAny(text, "eE") {
		return number
	}
	return text
}

func notUTF8(line int) error {
	return &Error{Code: BadRequest, Detail: fmt.Sprintf("line %d: the text is not UTF-8", line)}
}

// csvError names the line at which the faulty row begins. A wrong number of fields is
// valid CSV, so it is a fault of the rows.
func csvError(err error) error {
	fault, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case !ok:
		return err
	case fault.Err == csv.ErrFieldCount:
		return errFieldCount(fault.StartLine)
	}
	return &Error{Code: BadRequest, Detail: fmt.Sprintf("line %d: not CSV: %v", fault.StartLine, fault.Err)}
}
