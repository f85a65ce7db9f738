package spreadsheet

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Delimited returns what the first sheet shows as CSV, or with another
// delimiter. It has \r\n between rows and none after the last (recorded).
func (s *Sheet) Delimited(comma rune) ([]byte, error) {
	if err := s.check(grid.WholeSheet.Closed(s.Height, s.Width), Rendering{}); err != nil {
		return nil, err
	}
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
	return bytes.TrimSuffix(buf.Bytes(), []byte("\r\n")), nil
}

// uploadTimeZone is the time zone of a spreadsheet that was uploaded (recorded).
const uploadTimeZone = "America/Los_Angeles"

// ImportDelimited returns a spreadsheet of one sheet, both with a title, with
// the cells of CSV or of text with another delimiter. Cells are parsed as if
// typed (recorded).
func ImportDelimited(title string, text []byte, comma rune, now time.Time) (*Spreadsheet, error) {
	s := newSheet(NewID(func(int64) bool { return false }), title, 1000, 26)
	ss := New(title, s)
	ss.Properties.TimeZone = uploadTimeZone
	if err := s.fillDelimited(text, comma, ValueInput{UserEntered: true, Now: now}); err != nil {
		return nil, err
	}
	return ss, ss.CheckSize()
}

// NameImport gives an imported spreadsheet its title, and a sheet that has none
// the same one, as those of delimited text have. It is called before the
// spreadsheet is stored.
func (ss *Spreadsheet) NameImport(title string) {
	ss.Properties.Title = title
	for _, s := range ss.Sheets {
		s.Title = cmp.Or(s.Title, title)
	}
}

// ImportXLSX returns a spreadsheet with the sheets of an .xlsx file.
func ImportXLSX(title string, content []byte) (*Spreadsheet, error) {
	tabs, err := ReadXLSX(content)
	if err != nil {
		return nil, rest.BadRequest("The content is not an .xlsx file: %v", err)
	}
	ss := FromTabs(title, tabs)
	ss.Properties.TimeZone, ss.File = uploadTimeZone, content
	return ss, ss.CheckSize()
}

// fillDelimited stores the cells of delimited text. The grid grows as needed.
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
