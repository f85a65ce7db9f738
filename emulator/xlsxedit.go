package emulator

import (
	"fmt"
	"io"
)

// XLSXEdit says what [Server.EditXLSX] has written, in words for a person.
type XLSXEdit struct {
	// Changes are what has changed since the file was read, such as `sheet "Orders": 1 row
	// inserted`; none = the file was written as it is.
	Changes []string
	// Lost is what the file written does not have, although the original or the
	// spreadsheet has it.
	Lost []string
}

// EditXLSX writes the .xlsx file that the spreadsheet was created from (Spreadsheet.File),
// with the cells as they are now. What the file has besides stays: cell
// formats, widths, notes, validation, merged cells, links, conditional formats, tables,
// images, charts, and all that is not known here. Rows and columns that were inserted,
// deleted or moved take it along; what is inserted takes on the format of the row or column
// that the request names. Values that were sorted, pasted or shifted leave the formats
// where they are.
//
// It is not a call of an API: it needs no token and is not logged.
func (s *Server) EditXLSX(id string, w io.Writer) (XLSXEdit, error) {
	ss, err := s.calculated(id)
	if err != nil {
		return XLSXEdit{}, fmt.Errorf("edit xlsx: %w", err)
	}
	changes, lost, err := ss.EditXLSX(w)
	if err != nil {
		return XLSXEdit{}, fmt.Errorf("edit xlsx: %w", err)
	}
	return XLSXEdit{changes, lost}, nil
}
