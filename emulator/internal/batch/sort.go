package batch

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests that order rows, or delete some.

// compareCells orders two values ascending. Text is compared without its case
// first, as the menu does.
func compareCells(a, b grid.Cell) int {
	if by := cmp.Compare(a.SortRank(), b.SortRank()); by != 0 {
		return by
	}
	switch a.Kind {
	case grid.KindText, grid.KindError:
		return cmp.Or(cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)), cmp.Compare(a.Text, b.Text))
	}
	return cmp.Compare(a.Number, b.Number)
}

// sortRange sorts the rows of a range. Empty cells are last in both orders, and
// hidden rows keep their places.
func (b batch) sortRange(r *sheets.SortRangeRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	if len(r.SortSpecs) == 0 {
		return nil, rest.BadRequest("At least one sort spec must be specified.")
	}
	for _, spec := range r.SortSpecs {
		switch {
		case spec == nil:
			return nil, rest.BadRequest("A sort spec must not be empty.")
		case spec.BackgroundColor != nil || spec.BackgroundColorStyle != nil || spec.ForegroundColor != nil || spec.ForegroundColorStyle != nil || spec.DataSourceColumnReference != nil:
			return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with sortRange by colour")
		case int(spec.DimensionIndex) < a.Left || int(spec.DimensionIndex) >= a.Right:
			return nil, rest.BadRequest("The sort dimension %d is not in the range.", spec.DimensionIndex)
		}
	}
	if err := b.calculate(s, a); err != nil {
		return nil, err
	}
	s.Reorder(a, func(rows []int) {
		slices.SortStableFunc(rows, func(x, y int) int { return compareRows(s, x, y, r.SortSpecs) })
	})
	return nil, nil
}

func compareRows(s *spreadsheet.Sheet, x, y int, specs []*sheets.SortSpec) int {
	for _, spec := range specs {
		one, other := s.At(x, int(spec.DimensionIndex)), s.At(y, int(spec.DimensionIndex))
		by := compareCells(one, other)
		if spec.SortOrder == "DESCENDING" && one.Kind != grid.KindBlank && other.Kind != grid.KindBlank {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return 0
}

func (b batch) randomizeRange(r *sheets.RandomizeRangeRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	s.Reorder(a, func(rows []int) {
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	})
	return nil, nil
}

// deleteDuplicates deletes the rows of a range whose values an earlier row has.
// The cells below move up within the range.
func (b batch) deleteDuplicates(r *sheets.DeleteDuplicatesRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	columns, err := b.comparisonColumns(r.ComparisonColumns, a)
	if err != nil {
		return nil, err
	}
	if err := b.calculate(s, a); err != nil {
		return nil, err
	}
	filled := s.UsedArea(a)
	seen := map[string]bool{}
	var left [][]grid.Cell
	removed := int64(0)
	for row := filled.Top; row < filled.Bottom; row++ {
		var key strings.Builder
		for _, c := range columns {
			key.WriteString(strings.ToLower(s.At(row, c).Formatted()) + "\x00")
		}
		if blank := strings.Trim(key.String(), "\x00") == ""; !blank && seen[key.String()] {
			removed++
			continue
		}
		seen[key.String()] = true
		left = append(left, s.CopyCells(grid.Rect(row, row+1, a.Left, a.Right))[0])
	}
	if removed > 0 {
		s.Erase(filled)
		s.SetCells(a.Top, a.Left, left)
	}
	return &sheets.Response{DeleteDuplicates: &sheets.DeleteDuplicatesResponse{DuplicatesRemovedCount: removed}}, nil
}

// comparisonColumns returns the columns in which duplicates are equal; all of
// the range by default.
func (b batch) comparisonColumns(given []*sheets.DimensionRange, a grid.Area) ([]int, error) {
	var columns []int
	for _, d := range given {
		l, err := b.resolveDimension(d)
		if err != nil {
			return nil, err
		}
		if l.along != grid.ByColumn || l.start < a.Left || l.end > a.Right {
			return nil, rest.BadRequest("Comparison columns must be columns of the range.")
		}
		for c := l.start; c < l.end; c++ {
			columns = append(columns, c)
		}
	}
	for c := a.Left; c < a.Right && len(given) == 0; c++ {
		columns = append(columns, c)
	}
	return columns, nil
}

// trimWhitespace removes blanks around text, and all but one within it.
func (b batch) trimWhitespace(r *sheets.TrimWhitespaceRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	changed := int64(0)
	spreadsheet.EachCell(s.UsedArea(a), func(row, column int) error {
		have := s.At(row, column)
		if have.Kind != grid.KindText || have.Formula() != "" {
			return nil
		}
		if text := strings.Join(strings.Fields(have.Text), " "); text != have.Text {
			s.Set(row, column, have.WithValue(grid.TextCell(text)))
			changed++
		}
		return nil
	})
	return &sheets.Response{TrimWhitespace: &sheets.TrimWhitespaceResponse{CellsChangedCount: changed}}, nil
}
