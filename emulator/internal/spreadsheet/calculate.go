package spreadsheet

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/formula"
	"example.com/sheets-function/emulator/internal/grid"
)

// calculation is what is known about a spreadsheet since its formulas were
// calculated last: its rows, so that a change is seen by comparing pointers, and
// its formulas. It is never changed.
type calculation struct {
	sheets []calculatedSheet
	names  []NamedRange
}

// calculatedSheet is a sheet as it was calculated.
type calculatedSheet struct {
	id            int64
	title         string
	height, width int
	rows          []*grid.Row
	formulas      []*formulaCell // by row, then by column
}

// formulaCell is a cell with a formula.
type formulaCell struct {
	sheet, row, column int
	text               string
	parsed             *formula.Formula
	uses               []usedRange
	spill              grid.Area // cells that its result needs, if more than its own
	blocked            bool      // the spill does not fit; the value is #REF!
	circular           bool      // it depends on itself; the value is #REF!

	// These are valid during one calculation only.
	state      visitState
	index, low int  // of Tarjan's algorithm; see visit
	usesItself bool // directly
	changed    bool // its text, or something that it uses
}

// usedRange is a range of cells that a formula refers to.
type usedRange struct {
	sheet int
	area  grid.Area // cut to the rows that are stored
	named grid.Area // as it is written
}

// hasFormulas reports whether a cell may have a formula.
func (ss *Spreadsheet) hasFormulas() bool {
	return slices.ContainsFunc(ss.Sheets, func(s *Sheet) bool { return s.Formulas })
}

// Calculate updates the values of formulas that depend on what has changed since
// the last time. It returns an error only if the context is done; the values are
// then those of before, or of some formulas new.
func (ss *Spreadsheet) Calculate(ctx context.Context, now time.Time) error {
	if !ss.hasFormulas() && ss.calculated == nil {
		return nil
	}
	calc := newCalculator(ctx, ss, now)
	if !calc.anything {
		return nil
	}
	if err := calc.run(); err != nil {
		return err
	}
	ss.calculated = nil
	if ss.hasFormulas() {
		ss.calculated = calc.result()
	}
	ss.own() // what is written from now on is written to copies of the rows
	return nil
}

// IsCalculated reports whether the formulas have their values.
func (ss *Spreadsheet) IsCalculated() bool {
	return ss.current || !ss.hasFormulas() && ss.calculated == nil
}

// Calculated returns a copy with the values of all formulas. It returns an error
// only if the context is done.
func (ss *Spreadsheet) Calculated(ctx context.Context, now time.Time) (*Spreadsheet, error) {
	made := ss.Clone()
	made.Version = ss.Version
	if err := made.Calculate(ctx, now); err != nil {
		return nil, err
	}
	made.current = true
	return made, nil
}

// calculator calculates a spreadsheet.
type calculator struct {
	context.Context
	ss       *Spreadsheet
	old      *calculation // nil = none
	now      time.Time
	formulas [][]*formulaCell // by sheet, then by row and column
	columns  []map[int]*formulaColumn
	open     []*formulaCell // entered and not finished; see visit
	visited  int
	changes  []changeSet // by sheet
	anything bool        // something has changed
	all      bool        // every formula has to be calculated
	resized  []bool      // by sheet: the grid has another size
	spills   []changeSet // cells that a result was written to in this round
	spilled  bool
	spilling []map[*formulaCell]bool // by sheet: formulas whose results need several cells
}

func newCalculator(ctx context.Context, ss *Spreadsheet, now time.Time) *calculator {
	n := len(ss.Sheets)
	calc := &calculator{
		Context: ctx, ss: ss, now: now, old: ss.calculated,
		formulas: make([][]*formulaCell, n), columns: make([]map[int]*formulaColumn, n),
		changes: make([]changeSet, n), resized: make([]bool, n), spills: make([]changeSet, n), spilling: make([]map[*formulaCell]bool, n),
	}
	calc.all = calc.old == nil || !calc.old.sameShape(ss)
	calc.anything = calc.all
	for i := range ss.Sheets {
		calc.spilling[i] = map[*formulaCell]bool{}
		calc.compare(i)
		for _, f := range calc.formulas[i] {
			if f.spill != (grid.Area{}) {
				calc.spilling[i][f] = true
			}
		}
	}
	return calc
}

// sameShape reports whether a spreadsheet has the same sheets and names of ranges as
// before.
func (old *calculation) sameShape(ss *Spreadsheet) bool {
	if !slices.Equal(old.names, ss.formulaNames()) || len(old.sheets) != len(ss.Sheets) {
		return false
	}
	for i, s := range ss.Sheets {
		if old.sheets[i].id != s.ID || old.sheets[i].title != s.Title {
			return false
		}
	}
	return true
}

// result returns what the next calculation begins from.
func (calc *calculator) result() *calculation {
	c := &calculation{names: calc.ss.formulaNames()}
	for i, s := range calc.ss.Sheets {
		c.sheets = append(c.sheets, calculatedSheet{s.ID, s.Title, s.Height, s.Width, slices.Clone(s.Rows), calc.formulas[i]})
	}
	return c
}

// run calculates the formulas. Where results fill cells that other formulas
// have used already, these are calculated again.
func (calc *calculator) run() error {
	const maxRounds = 20
	for range maxRounds {
		calc.spilled = false
		if err := calc.round(); err != nil {
			return err
		}
		if !calc.spilled {
			return nil
		}
		calc.all, calc.changes = false, calc.spills
		clear(calc.resized)
		calc.spills = make([]changeSet, len(calc.ss.Sheets))
		for _, list := range calc.formulas {
			for _, f := range list {
				f.state, f.changed = notVisited, false
			}
		}
	}
	for _, list := range calc.formulas {
		for _, f := range list {
			if calc.usesChange(f) {
				calc.storeValue(f, grid.Cell{Kind: grid.KindUncalculated, Text: "formulas whose results fill cells that they use"})
			}
		}
	}
	return nil
}

// round calculates the formulas once, each after those that it uses.
func (calc *calculator) round() error {
	calc.indexColumns()
	for _, list := range calc.formulas {
		for _, f := range list {
			if err := calc.visit(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// refresh calculates one formula if anything that it uses has changed.
func (calc *calculator) refresh(f *formulaCell) error {
	if !f.changed && !calc.all && !f.parsed.Volatile() && !calc.usesChange(f) {
		return nil
	}
	s := calc.ss.Sheets[f.sheet]
	values, err := f.parsed.Evaluate(formula.Context{
		Context: calc, Cells: cellsOf{calc.ss}, Now: calc.now, Sheet: f.sheet, Row: f.row, Column: f.column,
	})
	if err != nil {
		return err
	}
	if c := &values[0][0]; c.Kind == grid.KindUncalculated && !strings.Contains(c.Text, "!") {
		c.Text += " (" + s.RangeName(grid.Rect(f.row, f.row+1, f.column, f.column+1)) + ")"
	}
	calc.store(f, values)
	return nil
}

// usesChange reports whether a cell has changed that a formula refers to, or
// that its result fills.
func (calc *calculator) usesChange(f *formulaCell) bool {
	if f.spill != (grid.Area{}) && (calc.resized[f.sheet] || calc.changes[f.sheet].any(f.spill)) {
		return true
	}
	for _, u := range f.uses {
		if calc.changes[u.sheet].any(u.area) || calc.resized[u.sheet] && calc.reachesEnd(u) {
			return true
		}
	}
	return false
}

// reachesEnd reports whether a range is open, or reaches beyond the grid of now
// or of before.
func (calc *calculator) reachesEnd(u usedRange) bool {
	a, s, old := u.named, calc.ss.Sheets[u.sheet], calc.old.sheets[u.sheet]
	return a.Bottom == grid.ToEnd || a.Right == grid.ToEnd || a.Bottom > min(s.Height, old.height) || a.Right > min(s.Width, old.width)
}

// cellsOf is a spreadsheet as formulas refer to it.
type cellsOf struct{ ss *Spreadsheet }

// Sheet implements [formula.Cells].
func (c cellsOf) Sheet(title string) (int, bool) {
	for i, s := range c.ss.Sheets {
		if strings.EqualFold(s.Title, title) {
			return i, true
		}
	}
	return 0, false
}

// Name implements [formula.Cells].
func (c cellsOf) Name(name string) (sheet int, a grid.Area, ok bool) {
	same := func(n NamedRange) bool { return strings.EqualFold(n.Name, name) }
	names := c.ss.NamedRanges
	if !slices.ContainsFunc(names, same) {
		names = c.ss.tableNames()
	}
	i := slices.IndexFunc(names, same)
	if i < 0 {
		return 0, grid.Area{}, false
	}
	sheet = slices.IndexFunc(c.ss.Sheets, func(s *Sheet) bool { return s.ID == names[i].SheetID })
	return sheet, names[i].Area, sheet >= 0
}

// Grid implements [formula.Cells].
func (c cellsOf) Grid(sheet int) *grid.Grid { return &c.ss.Sheets[sheet].Grid }
