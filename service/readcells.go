package service

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// cellFields are the fields of a cell that edits depend on.
const cellFields = "userEnteredValue,effectiveValue,effectiveFormat(numberFormat)"

// cellsRead is what [Service.readCells] returns.
type cellsRead struct {
	grids    map[string][][]any       // by range, the cells of all rows from row 1 on
	versions map[versionKey]string    // [table.Rows.Version] of the sheets, as reads have it
	areas    map[string]*sheets.Sheet // by title, tables and protected ranges
	tooLarge map[string]bool          // ranges of sheets that take too much memory, which have no grid
}

// readCells returns the cells of whole sheets, given their ranges, which are titles. It
// also returns the versions of the rows below headers with these numbers.
func (s *Service) readCells(ctx context.Context, titles []string, headers []int) (*cellsRead, error) {
	query := url.Values{"prettyPrint": {"false"}, "fields": {"sheets(properties(title)," + commit.AreaFields + ",data(rowData(values(" + cellFields + "))))"}, "ranges": titles}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "?" + query.Encode()
	read := &cellsRead{grids: map[string][][]any{}, versions: map[versionKey]string{}, areas: map[string]*sheets.Sheet{}, tooLarge: map[string]bool{}}
	for _, quoted := range titles {
		read.grids[quoted] = [][]any{} // also of one that is not in the response
	}
	err := s.getJSON(ctx, path, func(d *jsontext.Decoder) error {
		return decodeMember(d, "sheets", func() error {
			return decodeArray(d, func() error {
				c := newCellDecoder(headers)
				defer c.release()
				title, rows, err := c.sheet(d)
				i := slices.IndexFunc(titles, func(quoted string) bool { return strings.EqualFold(quoted, table.QuoteTitle(title)) })
				if err != nil || i < 0 {
					return err
				}
				if c.size > maxCellsBytes {
					read.tooLarge[titles[i]] = true
					return nil
				}
				read.grids[titles[i]], read.areas[title] = slices.Clip(rows), &c.areas
				for header, b := range c.builders {
					read.versions[versionKey{title, header}] = b.RowSet().Hash()
				}
				return nil
			})
		})
	})
	return read, err
}

// maxCellsBytes bounds the memory of the cells of one batch's sheets.
const maxCellsBytes = 2 * maxSheetBytes

// cellDecoder decodes the cells of one sheet in the response of spreadsheets.get one at a
// time: the typed client would hold the whole response, which takes several hundred bytes
// for each cell.
type cellDecoder struct {
	texts    map[string]*table.Format   // by the JSON of a NumberFormat
	size     int                        // of what is kept, about
	builders map[int]*table.RowsBuilder // of the rows below a header, for their version
	areas    sheets.Sheet               // tables and protected ranges
	row      gridRow
}

func newCellDecoder(headers []int) *cellDecoder {
	c := &cellDecoder{texts: map[string]*table.Format{}, builders: map[int]*table.RowsBuilder{}, row: gridRow{formats: map[string]table.DateKind{}}}
	for _, header := range headers {
		if c.builders[header] == nil {
			c.builders[header] = table.NewRowsBuilder("", header, table.Typed)
		}
	}
	return c
}

func (c *cellDecoder) release() {
	for _, b := range c.builders {
		b.Release()
	}
}

// sheet decodes a Sheet with its title and the one range of it that was requested.
func (c *cellDecoder) sheet(d *jsontext.Decoder) (title string, rows [][]any, err error) {
	var properties struct{ Title string }
	rows = [][]any{} // also of an empty sheet
	into := func(target any) func() error {
		return func() error {
			value, err := d.ReadValue()
			if err == nil {
				err = json.Unmarshal(value, target)
			}
			return err
		}
	}
	err = decodeMembers(d, map[string]func() error{
		"properties": into(&properties), "protectedRanges": into(&c.areas.ProtectedRanges), "tables": into(&c.areas.Tables),
		"data": func() error {
			return decodeRows(d, func() error {
				if c.size > maxCellsBytes {
					rows = nil
					return d.SkipValue()
				}
				row, err := c.cells(d)
				rows = append(rows, row)
				return err
			})
		},
	})
	return properties.Title, rows, err
}

// cells decodes a RowData.
func (c *cellDecoder) cells(d *jsontext.Decoder) (cells []any, err error) {
	const perCell = 40
	c.row.clear()
	err = decodeMember(d, "values", func() error {
		return decodeArray(d, func() error {
			value, err := d.ReadValue()
			if err != nil {
				return err
			}
			if len(c.builders) > 0 {
				c.row.append(value, table.Typed)
			}
			cell, size := c.cell(value)
			cells = append(cells, cell)
			c.size += perCell + size
			return nil
		})
	})
	for _, b := range c.builders {
		row, kinds := c.row.row()
		if err == nil {
			err = b.Add(row, kinds)
		}
	}
	return cells, err
}
