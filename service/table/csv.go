package table

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ReadCSV reads up to [MaxRows] records of CSV (RFC 4180) whose first line names the
// columns. Of the text it keeps one record in memory at a time. A field becomes a number
// only if the number is written with the same characters, such as 12 or -0.5, TRUE and
// FALSE become booleans, and an empty field an empty cell; everything else, such as 007,
// 1.10, +49, 1e5 or =A1, stays text. In quotes a number or a boolean is text too, as
// [Rows.WriteTo] writes it, unless the names in line 1 are in quotes that none of them
// needs: then the quotes are a habit of the program that wrote the text.
//
// Lines whose fields are all empty are skipped, and so are columns without a name and
// without values. A byte order mark is not part of the first name.
//
// Errors are an [Error] that names the line of the first fault: [BadRequest] where the
// text is not CSV in UTF-8, [InvalidRows] where it breaks a rule for rows, and
// [TooLarge]. An error of the reader is returned as it is.
func ReadCSV(text io.Reader) ([]Record, error) {
	text, err := checkCSV(text)
	if err != nil {
		return nil, err
	}
	limit := newCSVLimit(text)
	c := csvReader{limit: limit, csv: csv.NewReader(limit)}
	c.csv.ReuseRecord = true
	if err := c.readNames(); err != nil {
		return nil, err
	}
	var records []Record
	for {
		record, err := c.read()
		switch {
		case err == io.EOF && len(records) == 0:
			return nil, &Error{Code: InvalidRows, Detail: "the CSV text holds no rows below the line that names the columns", Hint: nameColumns}
		case err == io.EOF:
			return records, nil
		case err != nil:
			return nil, err
		case len(record.Fields) == 0:
			continue
		case len(records) == MaxRows:
			return nil, errTooManyRows
		case (len(records)+1)*len(record.Fields) > maxValues:
			return nil, errTooManyValues
		}
		records = append(records, record)
	}
}

// nameColumns is the hint for a text without a line of names.
const nameColumns = "begin with a line of the columns' names, as in id,item, and put the rows below"

// csvReader makes records of the lines.
type csvReader struct {
	limit     *csvLimit
	csv       *csv.Reader
	names     []string // "" is none
	named     int      // how many are not ""
	allQuoted bool     // quotes have no meaning
}

// readNames reads the first line.
func (c *csvReader) readNames() error {
	cells, err := c.csv.Read()
	if err == io.EOF {
		return &Error{Code: BadRequest, Detail: "the body is empty: send a CSV text whose first line names the columns"}
	}
	if err != nil {
		return csvError(err)
	}
	line, _ := c.csv.FieldPos(0)
	quoted, needed := c.limit.quotedFields(line), false
	given := map[string]bool{}
	for _, name := range cells {
		if !utf8.ValidString(name) {
			return notUTF8(1)
		}
		needed = needed || needsQuotes(name)
		name = trimName(name)
		switch {
		case given[name]:
			return &Error{Code: InvalidRows, Detail: fmt.Sprintf("line 1: column %s is given twice", Quote(name)), Hint: "give each column its own name in line 1"}
		case name != "":
			given[name] = true
		}
		c.names = append(c.names, name)
	}
	c.named, c.allQuoted = len(given), len(quoted) == len(cells) && !needed
	if c.named == 0 {
		return &Error{Code: InvalidRows, Detail: "line 1 names no columns", Hint: nameColumns}
	}
	return nil
}

// read reads the next line. The record of a line without values has no fields.
func (c *csvReader) read() (Record, error) {
	cells, err := c.csv.Read()
	if err != nil {
		return Record{}, csvError(err)
	}
	line, _ := c.csv.FieldPos(0)
	quoted := c.limit.quotedFields(line)
	record := Record{Line: line, Fields: make([]Field, 0, c.named)}
	empty := true
	for i, cell := range cells {
		switch {
		case !utf8.ValidString(cell):
			return record, notUTF8(line)
		case tooLong(cell):
			return record, record.invalid(0, "column %s holds %s", Quote(c.names[i]), textFault(cell))
		case c.names[i] == "" && cell == "":
			continue
		case c.names[i] == "":
			return record, &Error{
				Code: InvalidRows, Detail: fmt.Sprintf("line %d: field %d has a value, and line 1 has no name for its column", line, i+1),
				Hint: fmt.Sprintf("name column %d in line 1, or leave out its values", i+1),
			}
		}
		empty = empty && cell == ""
		value := csvValue(strings.Clone(cell))
		if !c.allQuoted && cell != "" && slices.Contains(quoted, i) {
			value = strings.Clone(cell)
		}
		record.Fields = append(record.Fields, Field{c.names[i], value})
	}
	if empty {
		record.Fields = nil
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
	number, ok := plainNumber(text)
	if ok && text != "-0" && (text == strconv.FormatFloat(number, 'f', -1, 64) || text == jsonNumber(number)) {
		return number
	}
	return text
}

// jsonNumber returns a number as JSON has it: one of many digits has an exponent.
func jsonNumber(number float64) string {
	text, _ := json.Marshal(number) // a number that was parsed can be encoded
	return string(text)
}

func notUTF8(line int) error {
	return &Error{
		Code: BadRequest, Detail: fmt.Sprintf("line %d: the text is not UTF-8", line),
		Hint: "convert it, from Windows' encoding for example: iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv",
	}
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
	return &Error{
		Code: BadRequest, Detail: fmt.Sprintf("line %d: not CSV: %v", fault.StartLine, fault.Err),
		Hint: `put a field that holds a quotation mark into quotes, and double the mark: "a 5"" pipe"`,
	}
}
