package service

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// cellFields are the fields of a cell that edits depend on.
const cellFields = "userEnteredValue,effectiveValue,formattedValue,effectiveFormat(numberFormat)"

// readCells returns the cells of whole sheets, given their ranges, which are titles, each
// from row 1 on. Of sheets that take too much memory it returns the indexes instead.
func (s *Service) readCells(ctx context.Context, titles []string) (grids [][][]any, tooLarge []int, err error) {
	query := url.Values{"prettyPrint": {"false"}, "fields": {"sheets(properties(title),data(rowData(values(" + cellFields + "))))"}, "ranges": titles}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "?" + query.Encode()
	c := cellDecoder{formats: formats{}}
	grids = make([][][]any, len(titles))
	err = s.getJSON(ctx, path, func(d *jsontext.Decoder) error {
		return decodeMember(d, "sheets", func() error {
			return decodeArray(d, func() error {
				title, rows, err := c.sheet(d)
				i := slices.Index(titles, table.QuoteTitle(title))
				if err != nil || i < 0 {
					return err
				}
				if grids[i] = rows; c.size > maxCellsBytes {
					c.size, grids[i], tooLarge = 0, nil, append(tooLarge, i)
				}
				return nil
			})
		})
	})
	return grids, tooLarge, err
}

// maxCellsBytes bounds the memory of the cells of one batch's sheets.
const maxCellsBytes = 2 * maxSheetBytes

// cellDecoder decodes the cells of spreadsheets.get one at a time: the typed client would
// hold the whole response, which takes several hundred bytes for each cell.
type cellDecoder struct {
	formats formats
	size    int // of what is kept, about
}

// sheet decodes a Sheet with its title and the one range of it that was requested.
func (c *cellDecoder) sheet(d *jsontext.Decoder) (title string, rows [][]any, err error) {
	var properties struct{ Title string }
	err = decodeMembers(d, map[string]func() error{
		"properties": func() error {
			value, err := d.ReadValue()
			if err != nil {
				return err
			}
			return json.Unmarshal(value, &properties)
		},
		"data": func() error {
			return decodeArray(d, func() error {
				return decodeMember(d, "rowData", func() error {
					return decodeArray(d, func() error {
						if c.size > maxCellsBytes {
							rows = nil
							return d.SkipValue()
						}
						row, err := c.row(d)
						rows = append(rows, row)
						return err
					})
				})
			})
		},
	})
	return properties.Title, rows, err
}

func (c *cellDecoder) row(d *jsontext.Decoder) (cells []any, err error) {
	const perCell, perText = 40, 16
	err = decodeMember(d, "values", func() error {
		return decodeArray(d, func() error {
			value, err := d.ReadValue()
			if err != nil {
				return err
			}
			var cell sheets.CellData
			if err := json.Unmarshal(value, &cell); err != nil {
				return err
			}
			cells = append(cells, c.formats.cell(&cell))
			if c.size += perCell; cell.EffectiveValue != nil && cell.EffectiveValue.StringValue != nil {
				c.size += perText + len(*cell.EffectiveValue.StringValue)
			}
			return nil
		})
	})
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
