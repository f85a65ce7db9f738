package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseRecords parses one JSON object, or an array of up to [MaxRows] of them. All
// errors are an [Error]: [BadRequest] where the body is not JSON in UTF-8, [TooLarge]
// where there are more objects, and [InvalidRows] where the JSON is not rows of plain
// values, which names the row, counted from 1, and the column. A byte order mark is not
// part of the body.
func ParseRecords(body []byte) ([]Record, error) {
	if fault := utf16Fault(body[:min(len(body), 64)]); fault != nil {
		fault.Hint = "send it in UTF-8: iconv -f UTF-16 -t UTF-8 old.json > new.json"
		return nil, fault
	}
	body = bytes.TrimPrefix(body, []byte(byteOrderMark))
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &Error{Code: BadRequest, Detail: "the body is empty: send a JSON object, or an array of objects", Hint: sendJSON}
	}
	if !utf8.Valid(body) {
		return nil, &Error{Code: BadRequest, Detail: "the body is not UTF-8", Hint: "convert it, from Windows' encoding for example: iconv -f WINDOWS-1252 -t UTF-8 old.json > new.json"}
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
	// A decoder's message holds at most one character of the body.
	return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("the body is not JSON: %v", err), Hint: sendJSON}
}

// sendJSON is the hint for a body that is not rows in JSON.
const sendJSON = `send {"id": 4, "item": "dates"}, or an array of such objects; with CSV, the header Content-Type: text/csv`

type recordParser struct {
	body    []byte
	decoder *json.Decoder
	row     int // from 1
	values  int // of all rows so far
}

func (p *recordParser) invalid(format string, args ...any) *Error {
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
		return nil, &Error{Code: InvalidRows, Detail: "the body is neither a JSON object nor an array of objects", Hint: sendJSON}
	}
	if _, err := p.decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more text after its end")
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
		before := p.decoder.InputOffset()
		key, err := p.decoder.Token()
		if err != nil {
			return record, err
		}
		column, _ := key.(string)
		p.values++
		switch {
		case p.values > maxValues:
			return record, errTooManyValues
		case p.brokenText(column, before):
			return record, p.invalid("the column name %s holds half of a surrogate pair, which is not a character", Quote(column))
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
		err := p.invalid("column %s holds an object or an array: a cell takes a string, a number, true, false or null", Quote(column))
		err.Hint = "send its parts as columns of their own, or its JSON as a string"
		return nil, err
	}
	cell, fault := cellValue(token)
	if fault != "" {
		return nil, p.invalid("column %s holds %s", Quote(column), fault)
	}
	if text, ok := cell.(string); ok && p.brokenText(text, before) {
		return nil, p.invalid("column %s holds half of a surrogate pair, which is not a character", Quote(column))
	}
	return cell, nil
}

// brokenText reports whether the text that was just decoded was sent with half of a
// surrogate pair, for which the decoder has put U+FFFD. The character itself is valid.
func (p *recordParser) brokenText(text string, before int64) bool {
	return strings.ContainsRune(text, utf8.RuneError) && hasLoneSurrogate(p.body[before:p.decoder.InputOffset()])
}

// hasLoneSurrogate reports whether a valid JSON text has an escape that is half of a
// surrogate pair.
func hasLoneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		first, ok := escapedUnit(text[i:])
		if !ok {
			i++ // the character that is escaped
			continue
		}
		if i += 5; !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escapedUnit(text[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escapedUnit returns the UTF-16 code unit of an escape such as \ud83c.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}
