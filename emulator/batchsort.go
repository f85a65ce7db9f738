package emulator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests that order rows, or drop some.

// compareCells orders two values ascending. Text is compared without regard to
// case first, as the menu does.
func compareCells(a, b cell) int {
	if by := cmp.Compare(a.rank(), b.rank()); by != 0 {
		return by
	}
	switch a.kind {
	case kindText, kindError:
		return cmp.Or(cmp.Compare(strings.ToLower(a.text), strings.ToLower(b.text)), cmp.Compare(a.text, b.text))
	}
	return cmp.Compare(a.number, b.number)
}

// sortRange sorts the rows of a range. Empty cells are last in both orders, and
// rows that are hidden keep their places.
func (b batch) sortRange(r *sheets.SortRangeRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
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
		case int(spec.DimensionIndex) < a.left || int(spec.DimensionIndex) >= a.right:
			return nil, rest.BadRequest("The sort dimension %d is not in the range.", spec.DimensionIndex)
		}
	}
	b.calculate(b.now)
	s.reorder(a, func(rows []int) {
		slices.SortStableFunc(rows, func(x, y int) int { return s.compareRows(x, y, r.SortSpecs) })
	})
	return nil, nil
}

func (s *sheet) compareRows(x, y int, specs []*sheets.SortSpec) int {
	for _, spec := range specs {
		one, other := s.at(x, int(spec.DimensionIndex)), s.at(y, int(spec.DimensionIndex))
		by := compareCells(one, other)
		if spec.SortOrder == "DESCENDING" && one.kind != kindBlank && other.kind != kindBlank {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return 0
}

// reorder gives the visible rows of an area another order.
func (s *sheet) reorder(a area, order func(rows []int)) {
	var places []int
	for r := a.top; r < min(a.bottom, len(s.rows)); r++ {
		if look := s.rowLook[r]; look == nil || !look.HiddenByUser {
			places = append(places, r)
		}
	}
	rows := slices.Clone(places)
	order(rows)
	moved := make([][]cell, len(rows))
	for i, r := range rows {
		if r != places[i] {
			moved[i] = s.cellBlock(area{r, r + 1, a.left, a.right})[0]
		}
	}
	for i, line := range moved {
		for c, v := range line {
			s.set(places[i], a.left+c, v.copied(places[i]-rows[i], 0))
		}
	}
}

func (b batch) randomizeRange(r *sheets.RandomizeRangeRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	s.reorder(a, func(rows []int) {
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	})
	return nil, nil
}

// deleteDuplicates drops rows of a range whose values stand in an earlier row;
// the cells below move up within the range.
func (b batch) deleteDuplicates(r *sheets.DeleteDuplicatesRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	columns, err := b.compared(r.ComparisonColumns, a)
	if err != nil {
		return nil, err
	}
	b.calculate(b.now)
	filled := s.stored(a)
	seen := map[string]bool{}
	var left [][]cell
	removed := int64(0)
	for row := filled.top; row < filled.bottom; row++ {
		var key strings.Builder
		for _, c := range columns {
			key.WriteString(strings.ToLower(s.at(row, c).shown()) + "\x00")
		}
		if blank := strings.Trim(key.String(), "\x00") == ""; !blank && seen[key.String()] {
			removed++
			continue
		}
		seen[key.String()] = true
		left = append(left, s.cellBlock(area{row, row + 1, a.left, a.right})[0])
	}
	if removed > 0 {
		s.wipe(filled)
		s.setBlock(a.top, a.left, left)
	}
	return &sheets.Response{DeleteDuplicates: &sheets.DeleteDuplicatesResponse{DuplicatesRemovedCount: removed}}, nil
}

// compared are the columns that tell duplicates; all of the range by default.
func (b batch) compared(given []*sheets.DimensionRange, a area) ([]int, error) {
	var columns []int
	for _, d := range given {
		l, err := b.lines(d)
		if err != nil {
			return nil, err
		}
		if l.along != byColumn || l.start < a.left || l.end > a.right {
			return nil, rest.BadRequest("Comparison columns must be columns of the range.")
		}
		for c := l.start; c < l.end; c++ {
			columns = append(columns, c)
		}
	}
	for c := a.left; c < a.right && len(given) == 0; c++ {
		columns = append(columns, c)
	}
	return columns, nil
}

// trimWhitespace trims text and reduces blanks within it to one.
func (b batch) trimWhitespace(r *sheets.TrimWhitespaceRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	changed := int64(0)
	each(s.stored(a), func(row, column int) error {
		have := s.at(row, column)
		if have.kind != kindText || have.formula() != "" {
			return nil
		}
		if text := strings.Join(strings.Fields(have.text), " "); text != have.text {
			s.set(row, column, have.withValue(textCell(text)))
			changed++
		}
		return nil
	})
	return &sheets.Response{TrimWhitespace: &sheets.TrimWhitespaceResponse{CellsChangedCount: changed}}, nil
}
