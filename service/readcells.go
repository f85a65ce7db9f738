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
const cellFields = "userEnteredValue,effectiveValue,formattedValue,effectiveFormat(numberFormat)"

// cellsRead is what [Service.readCells] returns.
type cellsRead struct {
	grids    [][][]any                // of each title, the cells of all rows from row 1 on
	versions map[versionKey]string    // [table.Rows.Version] of the sheets, as reads have it
	areas    map[string]*sheets.Sheet // by title, tables and protected ranges
	tooLarge map[string]bool          // titles of sheets that take too much memory, which have no grid
}

// readCells returns the cells of whole sheets, given their ranges, which are titles. It
// also returns the versions of the rows below headers with these numbers.
func (s *Service) readCells(ctx context.Context, titles []string, headers []int) (*cellsRead, error) {
	query := url.Values{"prettyPrint": {"false"}, "fields": {"sheets(properties(title)," + commit.AreaFields + ",data(rowData(values(" + cellFields + "))))"}, "ranges": titles}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "?" + query.Encode()
	read := &cellsRead{grids: make([][][]any, len(titles)), versions: map[versionKey]string{}, areas: map[string]*sheets.Sheet{}, tooLarge: map[string]bool{}}
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
				read.grids[i], read.areas[title] = rows, &c.areas
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
	formats  formats
	size     int                        // of what is kept, about
	builders map[int]*table.RowsBuilder // of the rows below a header, for their version
	areas    sheets.Sheet               // tables and protected ranges
	row      gridRow
}

func newCellDecoder(headers []int) *cellDecoder {
	c := &cellDecoder{formats: formats{}, builders: map[int]*table.RowsBuilder{}, row: gridRow{formats: map[string]table.DateKind{}}}
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
			var cell sheets.CellData
			if err := json.Unmarshal(value, &cell); err != nil {
				return err
			}
			cells = append(cells, c.formats.cell(&cell))
			if c.size += perCell; cell.EffectiveValue != nil && cell.EffectiveValue.StringValue != nil {
				c.size += len(*cell.EffectiveValue.StringValue)
			}
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

// formats holds the number formats of dates that cells have: nil for other formats.
type formats map[[2]string]*table.Format

func (f formats) of(cell *sheets.CellData) *table.Format {
	if cell.EffectiveFormat == nil || cell.EffectiveFormat.NumberFormat == nil {
		return nil
	}
	key := [2]string{cell.EffectiveFormat.NumberFormat.Type, cell.EffectiveFormat.NumberFormat.Pattern}
	format, ok := f[key]
	if !ok {
		format = table.NewFormat(key[0], key[1])
		f[key] = format
	}
	return format
}

// cell returns a cell as edits have it: a value, or a [table.Cell].
func (f formats) cell(c *sheets.CellData) any {
	value := valueOf(c)
	made := table.Cell{Value: value, Format: f.of(c)}
	entered := c.UserEnteredValue
	if entered != nil && entered.FormulaValue != nil {
		made.Formula, made.Calculated = *entered.FormulaValue, true
	} else if entered == nil && c.EffectiveValue != nil { // spilled
		made.Calculated = true
	}
	if made.Format == nil && !made.Calculated {
		return value
	}
	return &made
}

func (f formats) row(cells []*sheets.CellData) []any {
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = f.cell(c)
	}
	return row
}

// valueOf returns a cell's value, an error as the text that the sheet shows.
func valueOf(c *sheets.CellData) any {
	switch v := c.EffectiveValue; {
	case v == nil:
		return nil
	case v.StringValue != nil:
		return *v.StringValue
	case v.BoolValue != nil:
		return *v.BoolValue
	case v.NumberValue != nil:
		return *v.NumberValue
	}
	return strings.Clone(c.FormattedValue)
}
