package spreadsheet

import (
	"fmt"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
)

// CellView is what a person sees of a cell.
type CellView struct {
	Text    string    `json:"text,omitempty"`    // in the cell's number format
	Input   string    `json:"input,omitempty"`   // in the formula bar, where it differs from Text
	Kind    string    `json:"kind,omitempty"`    // number, bool, error, missing (a formula that is not emulated); empty = text
	Changed bool      `json:"changed,omitempty"` // by the last change of the spreadsheet
	Style   CellStyle `json:"style,omitzero"`
}

// CellStyle is how a cell is formatted, as far as a person has formatted it.
type CellStyle struct {
	Bold          bool   `json:"bold,omitempty"`
	Italic        bool   `json:"italic,omitempty"`
	Strikethrough bool   `json:"strikethrough,omitempty"`
	Underline     bool   `json:"underline,omitempty"`
	Align         string `json:"align,omitempty"`      // LEFT, CENTER, RIGHT; empty = by the kind of value
	Color         string `json:"color,omitempty"`      // #rrggbb
	Background    string `json:"background,omitempty"` // #rrggbb
}

var kindNames = map[grid.Kind]string{grid.KindNumber: "number", grid.KindBool: "bool", grid.KindError: "error", grid.KindUncalculated: "missing"}

// View returns what cells of a closed area show, row by row, up to the last that are
// stored. Changed are cells that differ from before, an earlier version; nil =
// none.
func (s *Sheet) View(a grid.Area, before *Sheet) [][]CellView {
	rows := make([][]CellView, 0, max(0, min(a.Bottom, len(s.Rows))-a.Top))
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		from, to := min(a.Left, len(cells)), min(a.Right, len(cells))
		line := make([]CellView, 0, to-from)
		changed := before != nil && s.Rows[r] != nil && s.Rows[r].Version > before.Version
		for c := from; c < to; c++ {
			v := view(cells[c])
			v.Changed = changed && s.differs(before, r, c)
			line = append(line, v)
		}
		rows = append(rows, line)
	}
	return rows
}

// differs reports whether a cell differs from the one in its place before. If rows
// have come or gone no place is the same, and all that is filled counts as different.
func (s *Sheet) differs(before *Sheet, r, c int) bool {
	now := s.At(r, c)
	if before.Height != s.Height || r >= len(before.Rows) || before.Rows[r] == nil {
		return now.Kind != grid.KindBlank
	}
	was := before.At(r, c)
	return !now.SameValue(was) || now.Formula() != was.Formula()
}

func view(c grid.Cell) CellView {
	v := CellView{Text: c.Formatted(), Kind: kindNames[c.Kind]}
	if c.Extra == nil {
		return v
	}
	if input := c.Formula(); input != "" {
		v.Input = input
	}
	if f := c.Extra.Format; f != nil {
		v.Style = styleOf(f)
	}
	return v
}

func styleOf(f *sheets.CellFormat) CellStyle {
	style := CellStyle{Align: f.HorizontalAlignment, Background: hexColor(f.BackgroundColorStyle, f.BackgroundColor)}
	if t := f.TextFormat; t != nil {
		style.Bold, style.Italic, style.Strikethrough, style.Underline = t.Bold, t.Italic, t.Strikethrough, t.Underline
		style.Color = hexColor(t.ForegroundColorStyle, t.ForegroundColor)
	}
	return style
}

// hexColor returns a colour as #rrggbb; empty for none, and for one of the theme.
func hexColor(style *sheets.ColorStyle, c *sheets.Color) string {
	if style != nil {
		c = style.RgbColor
	}
	if c == nil {
		return ""
	}
	channel := func(x float64) int { return int(x*255 + 0.5) }
	return fmt.Sprintf("#%02x%02x%02x", channel(c.Red), channel(c.Green), channel(c.Blue))
}

// SheetInfo describes a sheet to a person.
type SheetInfo struct {
	ID         int64  `json:"id"`
	Title      string `json:"title"`
	Rows       int    `json:"rows"` // of the grid, as Columns
	Columns    int    `json:"columns"`
	Filled     int    `json:"filled"` // rows up to the last one in use
	FrozenRows int    `json:"frozen_rows,omitempty"`
	Hidden     bool   `json:"hidden,omitempty"`
}

// Info describes the sheets in order.
func (ss *Spreadsheet) Info() (list []SheetInfo) {
	for _, s := range ss.Sheets {
		info := SheetInfo{ID: s.ID, Title: s.Title, Rows: s.Height, Columns: s.Width, Filled: len(s.Rows), Hidden: s.Hidden}
		if s.Props.GridProperties != nil {
			info.FrozenRows = int(s.Props.GridProperties.FrozenRowCount)
		}
		list = append(list, info)
	}
	return list
}

// ViewSheet returns what cells of a sheet show, see [Sheet.View]; nil if there is no
// sheet with the title. The area is cut to the grid.
func (ss *Spreadsheet) ViewSheet(title string, a grid.Area, before *Spreadsheet) [][]CellView {
	s := ss.sheetByTitle(title)
	if s == nil {
		return nil
	}
	var old *Sheet
	if before != nil {
		old = before.SheetByID(s.ID)
	}
	return s.View(a.Closed(s.Height, s.Width), old)
}
