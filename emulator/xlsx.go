package emulator

import (
	"fmt"
	"io"

	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// WriteXLSX writes a spreadsheet as an .xlsx file: titles, order and visibility
// of the sheets, values, formulas with their results, and number formats; with
// what the file has besides that the spreadsheet was created from, see
// [Server.EditXLSX]. Titles that such a file cannot have (more than 31
// characters, or []:*?/\ in them) are changed, and ranges that are open at an end
// are closed. It is not a call of an API: it needs no token and is not logged.
func (s *Server) WriteXLSX(id string, w io.Writer) error {
	ss, err := s.calculated(id)
	if err == nil {
		err = ss.WriteXLSX(w)
	}
	if err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

// ReadXLSX reads an .xlsx file, as Sheets downloads it ("File > Download >
// Microsoft Excel"), for [Server.Create]: titles, order and visibility of the
// sheets, values, formulas, and the formats of numbers and dates. A formula that
// cannot be calculated here is read as the value that the file has for it.
// Colours, notes, merges, named ranges and all else are ignored, and kept in the
// file. ID, Title and Owner are empty. It returns an error if r is not an .xlsx
// file.
func ReadXLSX(r io.Reader) (Spreadsheet, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return Spreadsheet{}, fmt.Errorf("read xlsx: %w", err)
	}
	tabs, err := spreadsheet.ReadXLSX(content)
	if err != nil {
		return Spreadsheet{}, err
	}
	out := Spreadsheet{File: content}
	for _, t := range tabs {
		out.Sheets = append(out.Sheets, Sheet(t))
	}
	return out, nil
}
