package emulator

import (
	"fmt"
	"io"

	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// WriteXLSX writes a spreadsheet as a file that [ReadXLSX] reads and
// spreadsheet programs open: titles, order and visibility of the sheets, values,
// formulas with their results, and number formats. Titles that such a file
// can't have (more than 31 characters, or []:*?/\ in them) are changed, and
// ranges that are open at an end are closed. It needs no token and is not logged.
func (s *Server) WriteXLSX(id string, w io.Writer) error {
	s.files.Lock()
	f := s.files.Get(id)
	if f == nil || f.Spreadsheet == nil {
		s.files.Unlock()
		return fmt.Errorf("write xlsx: no spreadsheet %q", id)
	}
	f.Spreadsheet.Calculate(s.options.Now())
	c := f.Spreadsheet.Clone()
	s.files.Unlock()
	if err := c.WriteXLSX(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

// ReadXLSX reads a file as Sheets downloads it ("File > Download > Microsoft
// Excel") into what [Server.Create] takes: titles, order and visibility of the
// sheets, values, formulas, and the formats of numbers and dates. A formula that
// can't be calculated here is read as the value that stands in the file. All
// else (colours, notes, merges, named ranges, developer metadata) is left out.
// Title, ID and owner are empty. What is no .xlsx file is an error.
func ReadXLSX(r io.Reader) (Spreadsheet, error) {
	tabs, err := spreadsheet.ReadXLSX(r)
	if err != nil {
		return Spreadsheet{}, err
	}
	var out Spreadsheet
	for _, t := range tabs {
		out.Sheets = append(out.Sheets, Sheet(t))
	}
	return out, nil
}
