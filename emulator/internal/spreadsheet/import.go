package spreadsheet

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

// Delimited is what a sheet shows, with \r\n between rows and none after the
// last (recorded).
func (c *Spreadsheet) Delimited(comma rune) []byte {
	s := c.Sheets[0]
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF, w.Comma = true, comma
	lines := s.values(grid.WholeSheet.Closed(s.Height, s.Width), Rendering{})
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

// ImportDelimited returns a spreadsheet of one sheet, both with a title, that is
// filled from text whose cells are parsed as if typed (recorded).
func ImportDelimited(title string, text []byte, comma rune, now time.Time) (*Spreadsheet, error) {
	s := newSheet(NewID(func(int64) bool { return false }), title, 1000, 26)
	c := New(title, s)
	c.Properties.TimeZone = uploadTimeZone
	if err := s.fillDelimited(text, comma, ValueInput{UserEntered: true, Now: now}); err != nil {
		return nil, err
	}
	return c, c.CheckSize()
}

// ImportXLSX returns a spreadsheet with the sheets of an .xlsx file.
func ImportXLSX(title string, content []byte) (*Spreadsheet, error) {
	tabs, err := ReadXLSX(bytes.NewReader(content))
	if err != nil {
		return nil, rest.BadRequest("The content is no .xlsx file: %v", err)
	}
	c := FromTabs(title, tabs)
	c.Properties.TimeZone = uploadTimeZone
	return c, c.CheckSize()
}

func (s *Sheet) fillDelimited(text []byte, comma rune, in ValueInput) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	r.Comma = comma
	for row := 0; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || row*max(s.Width, len(record)) > MaxCells {
			return rest.BadRequest("The content cannot be read as a table.")
		}
		s.Grow(row+1, len(record))
		for column, value := range record {
			made, err := in.ParseCell(strings.Clone(value))
			if err != nil {
				return err
			}
			s.Set(row, column, *made)
		}
	}
}
