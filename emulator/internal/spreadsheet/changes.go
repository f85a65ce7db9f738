package spreadsheet

import (
	"sync"

	"example.com/sheets-function/emulator/internal/formula"
	"example.com/sheets-function/emulator/internal/grid"
)

// changeSet is a set of cells of a sheet: bits by row, for each column.
type changeSet struct{ columns [][]uint64 }

// mark adds a cell.
func (c *changeSet) mark(row, column int) {
	for len(c.columns) <= column {
		c.columns = append(c.columns, nil)
	}
	for bits := &c.columns[column]; len(*bits) <= row/64; {
		*bits = append(*bits, make([]uint64, row/64+1-len(*bits))...)
	}
	c.columns[column][row/64] |= 1 << (row % 64)
}

// any reports whether a cell of a closed area is in the set.
func (c *changeSet) any(a grid.Area) bool {
	for column := a.Left; column < min(a.Right, len(c.columns)); column++ {
		bits := c.columns[column]
		for row := a.Top; row < a.Bottom && row/64 < len(bits); {
			word := bits[row/64] >> (row % 64)
			left := a.Bottom - row
			if left < 64-row%64 {
				word &= 1<<left - 1
			}
			if word != 0 {
				return true
			}
			row += 64 - row%64
		}
	}
	return false
}

// compare finds what has changed in a sheet since the last calculation, and its
// formulas. Rows that are shared with it cost a comparison of pointers.
func (calc *calculator) compare(i int) {
	s := calc.ss.Sheets[i]
	var old calculatedSheet
	if !calc.all {
		old = calc.old.sheets[i]
		calc.resized[i] = old.height != s.Height || old.width != s.Width
		calc.anything = calc.anything || calc.resized[i]
	}
	next := 0 // index of the first old formula that is not in a row above
	for r := range max(len(s.Rows), len(old.rows)) {
		first := next
		for next < len(old.formulas) && old.formulas[next].row == r {
			next++
		}
		var now, before *grid.Row
		if r < len(s.Rows) {
			now = s.Rows[r]
		}
		if r < len(old.rows) {
			before = old.rows[r]
		}
		if now == before && !calc.all {
			for _, f := range old.formulas[first:next] {
				calc.formulas[i] = append(calc.formulas[i], f.again())
			}
			continue
		}
		calc.compareRow(i, r, before, old.formulas[first:next])
	}
	s.Formulas = len(calc.formulas[i]) > 0
}

// again returns a formula that is as it was. One that depended on itself is
// calculated again, as it may no longer do so.
func (f *formulaCell) again() *formulaCell {
	c := *f
	c.state, c.changed = notVisited, f.circular
	if f.circular {
		c.spill, c.blocked, c.circular = grid.Area{}, false, false
	}
	return &c
}

// compareRow marks the cells of a row that have changed, and adds its formulas.
// Cells that the result of a formula fills are emptied, as the formula may have
// moved.
func (calc *calculator) compareRow(i, r int, before *grid.Row, formulas []*formulaCell) {
	s := calc.ss.Sheets[i]
	var old []grid.Cell
	if before != nil {
		old = before.Cells
	}
	for column := range max(len(old), len(s.RowCells(r))) {
		now, was := s.At(r, column), grid.Cell{}
		if column < len(old) {
			was = old[column]
		}
		if !now.SameValue(was) || now.Formula() != was.Formula() {
			calc.anything = true
			calc.changes[i].mark(r, column)
		}
		if now.Spilled {
			calc.anything = true
			calc.changes[i].mark(r, column)
			s.Grid.Set(r, column, now.WithResult(grid.Cell{}))
		}
		var known *formulaCell
		if len(formulas) > 0 && formulas[0].column == column {
			known, formulas = formulas[0], formulas[1:]
		}
		text := now.Formula()
		switch {
		case known != nil && known.text == text:
			f := known.again()
			f.changed = f.changed || !now.SameValue(was) // it was entered again, and has lost its value
			calc.formulas[i] = append(calc.formulas[i], f)
			continue
		case known != nil:
			calc.unspill(known)
		}
		if text != "" {
			f := &formulaCell{sheet: i, row: r, column: column, text: text, parsed: parse(text), changed: true}
			calc.resolveUses(f)
			calc.formulas[i] = append(calc.formulas[i], f)
		}
	}
}

// unspill empties the cells that the result of a formula filled. The formula was
// removed, or may have another result.
func (calc *calculator) unspill(f *formulaCell) {
	if f.spill == (grid.Area{}) || f.blocked {
		return
	}
	s := calc.ss.Sheets[f.sheet]
	EachCell(f.spill.Closed(s.Height, s.Width), func(r, c int) error {
		calc.changes[f.sheet].mark(r, c)
		if have := s.At(r, c); have.Spilled {
			s.Grid.Set(r, c, have.WithResult(grid.Cell{}))
		}
		return nil
	})
}

// resolveUses finds the cells that a formula refers to.
func (calc *calculator) resolveUses(f *formulaCell) {
	cells := cellsOf{calc.ss}
	for _, u := range f.parsed.Uses() {
		sheet, a, ok := f.sheet, u.Area, true
		switch {
		case u.Name != "":
			sheet, a, ok = cells.Name(u.Name)
		case u.Sheet != "":
			sheet, ok = cells.Sheet(u.Sheet)
		}
		if ok {
			// Rows and columns that the sheet does not have yet are in it, as they may come.
			f.uses = append(f.uses, usedRange{sheet, a.Closed(MaxCells, grid.MaxColumns), a})
		}
	}
}

// parsedFormulas are formulas by their text. Formulas in several cells often have
// the same text, and every calculation meets most of those of the last.
var parsedFormulas = struct {
	sync.Mutex
	byText map[string]*formula.Formula
}{byText: map[string]*formula.Formula{}}

// maxParsed is the number of formulas that are remembered.
const maxParsed = 200_000

// parse parses a formula, unless that was done before.
func parse(text string) *formula.Formula {
	parsedFormulas.Lock()
	defer parsedFormulas.Unlock()
	f, ok := parsedFormulas.byText[text]
	if !ok {
		if len(parsedFormulas.byText) >= maxParsed {
			clear(parsedFormulas.byText)
		}
		f = formula.Parse(text)
		parsedFormulas.byText[text] = f
	}
	return f
}
