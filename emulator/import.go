package emulator

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// delimited is what a sheet shows, with \r\n between rows and none after the
// last (recorded).
func (c *contents) delimited(comma rune) []byte {
	s := c.sheets[0]
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF, w.Comma = true, comma
	lines := s.values(grid.WholeSheet.Closed(s.Height, s.Width), rendering{})
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	for _, line := range lines {
		record := make([]string, width)
		for i, v := range line {
			record[i], _ = v.(string)
		}
		w.Write(record)
	}
	w.Flush()
	return bytes.TrimSuffix(buf.Bytes(), []byte("\r\n"))
}

// uploadTimeZone is the time zone of an uploaded spreadsheet (recorded).
const uploadTimeZone = "America/Los_Angeles"

// importDelimited returns a spreadsheet of one sheet, both with a title, that is
// filled from text whose cells are parsed as if typed (recorded).
func importDelimited(title string, text []byte, comma rune, now time.Time) (*contents, error) {
	s := newSheet(newID(func(int64) bool { return false }), title, 1000, 26)
	c := newContents(title, s)
	c.properties.TimeZone = uploadTimeZone
	if err := s.fillDelimited(text, comma, input{entered: true, now: now}); err != nil {
		return nil, err
	}
	return c, c.checkSize()
}

// importXLSX returns a spreadsheet with the sheets of an .xlsx file.
func importXLSX(title string, content []byte) (*contents, error) {
	tabs, err := readXLSX(bytes.NewReader(content))
	if err != nil {
		return nil, rest.BadRequest("The content is no .xlsx file: %v", err)
	}
	c := fromTabs(title, tabs)
	c.properties.TimeZone = uploadTimeZone
	return c, c.checkSize()
}

func (s *sheet) fillDelimited(text []byte, comma rune, in input) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	r.Comma = comma
	for row := 0; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || row*max(s.Width, len(record)) > maxCells {
			return rest.BadRequest("The content cannot be read as a table.")
		}
		s.grow(row+1, len(record))
		for column, value := range record {
			made, err := in.cell(strings.Clone(value))
			if err != nil {
				return err
			}
			s.Set(row, column, *made)
		}
	}
}
