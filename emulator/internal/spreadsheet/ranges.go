package spreadsheet

import (
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// UnknownGrid returns the error of a range in a sheet that does not exist.
func UnknownGrid(id int64) error { return rest.BadRequest("No grid with id: %d", id) }

// ResolveGridRange returns the sheet and the closed area of a GridRange. It may
// end past the grid, but not begin there.
func (ss *Spreadsheet) ResolveGridRange(g *sheets.GridRange) (*Sheet, grid.Area, error) {
	if g == nil {
		return nil, grid.Area{}, rest.BadRequest("A range must be specified.")
	}
	s := ss.SheetByID(g.SheetId)
	if s == nil {
		return nil, grid.Area{}, UnknownGrid(g.SheetId)
	}
	a := AreaOf(g)
	switch {
	case a.Top < 0 || a.Left < 0 || a.Bottom < grid.ToEnd || a.Right < grid.ToEnd:
		return nil, grid.Area{}, rest.BadRequest("The indices of a range must not be negative.")
	case a.Bottom != grid.ToEnd && a.Bottom < a.Top:
		return nil, grid.Area{}, rest.BadRequest("range.endRowIndex[%d] must not be before range.startRowIndex[%d].", a.Bottom, a.Top)
	case a.Right != grid.ToEnd && a.Right < a.Left:
		return nil, grid.Area{}, rest.BadRequest("range.endColumnIndex[%d] must not be before range.startColumnIndex[%d].", a.Right, a.Left)
	}
	a, err := s.clip(a)
	return s, a, err
}

// EachCell calls do for every cell of a closed area until it returns an error.
func EachCell(a grid.Area, do func(row, column int) error) error {
	for row := a.Top; row < a.Bottom; row++ {
		for column := a.Left; column < a.Right; column++ {
			if err := do(row, column); err != nil {
				return err
			}
		}
	}
	return nil
}

// Axes are the axes by the API's names of dimensions.
var Axes = map[string]grid.Axis{"ROWS": grid.ByRow, "COLUMNS": grid.ByColumn}

// findRange returns the sheet and the area of a range in A1 notation. A bare
// name is that of a named range before it is that of a sheet, and cells without
// a sheet are in the first visible one
// (developers.google.com/workspace/sheets/api/guides/concepts).
func (ss *Spreadsheet) findRange(a1 string) (*Sheet, grid.Reference, error) {
	ref, err := grid.ParseA1(a1)
	if err != nil {
		return nil, ref, err
	}
	if ref.Bare {
		for _, n := range ss.NamedRanges {
			if s := ss.SheetByID(n.SheetID); s != nil && strings.EqualFold(n.Name, ref.Title) {
				ref.Area = n.Area
				return s, ref, nil
			}
		}
	}
	s := ss.sheetByTitle(ref.Title)
	if !ref.Titled {
		s = ss.firstVisible()
	}
	if s == nil {
		return nil, ref, grid.UnparsableRange(a1)
	}
	if ref.Name == "" {
		return s, ref, nil
	}
	for _, n := range ss.NamedRanges { // recorded: 'Sheet1'!Name is answered
		if n.SheetID == s.ID && strings.EqualFold(n.Name, ref.Name) {
			ref.Area = n.Area
			return s, ref, nil
		}
	}
	return nil, ref, grid.UnparsableRange(a1)
}

// firstVisible returns the first visible sheet; Google never lets all be hidden.
func (ss *Spreadsheet) firstVisible() *Sheet {
	for _, s := range ss.Sheets {
		if !s.Hidden {
			return s
		}
	}
	return ss.Sheets[0]
}

// GridRange returns an area as the API describes it: with indexes of zero,
// without a sheetId of zero (recorded).
func GridRange(sheetID int64, a grid.Area) *sheets.GridRange {
	g := &sheets.GridRange{SheetId: sheetID}
	set := func(start, end int, startTo, endTo *int64, startName string) {
		if start == 0 && end == grid.ToEnd {
			return
		}
		*startTo = int64(start)
		g.ForceSendFields = append(g.ForceSendFields, startName)
		if end != grid.ToEnd {
			*endTo = int64(end)
		}
	}
	set(a.Top, a.Bottom, &g.StartRowIndex, &g.EndRowIndex, "StartRowIndex")
	set(a.Left, a.Right, &g.StartColumnIndex, &g.EndColumnIndex, "StartColumnIndex")
	return g
}

// AreaOf returns the area of a GridRange. An end that was not sent is open.
func AreaOf(g *sheets.GridRange) grid.Area {
	if g == nil {
		return grid.WholeSheet
	}
	end := func(v int64, name string) int {
		if v == 0 && !rest.WasSent(g.ForceSendFields, name) {
			return grid.ToEnd
		}
		return int(v)
	}
	return grid.Rect(
		int(g.StartRowIndex), end(g.EndRowIndex, "EndRowIndex"),
		int(g.StartColumnIndex), end(g.EndColumnIndex, "EndColumnIndex"),
	)
}

// ResolveA1 returns the sheet and the closed area of a range in A1 notation.
func (ss *Spreadsheet) ResolveA1(a1 string) (*Sheet, grid.Area, error) {
	s, ref, err := ss.findRange(a1)
	if err != nil {
		return nil, grid.Area{}, err
	}
	a, err := s.clip(ref.Area)
	return s, a, err
}
