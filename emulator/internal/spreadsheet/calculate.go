package spreadsheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/grid"
	"github.com/xuri/excelize/v2"
)

// Formulas calculated: all of a spreadsheet at once, when somebody reads it
// after a change. A spreadsheet without formulas pays nothing for this.

// hasFormulas tells whether a formula was ever stored.
func (c *Contents) hasFormulas() bool {
	for _, s := range c.Sheets {
		if s.Formulas {
			return true
		}
	}
	return false
}

// Calculate brings the values of formulas up to date.
func (c *Contents) Calculate(now time.Time) {
	if !c.Stale || !c.hasFormulas() {
		return
	}
	c.Stale = false
	book := newCalculator(c, now)
	defer book.file.Close()
	for _, f := range book.order() {
		value := book.value(f)
		if value.Kind == grid.KindError {
			f.whole.failed = value.Text
			book.failed[f.sheet] = append(book.failed[f.sheet], f)
		}
		value.Extra = f.sheet.At(f.row, f.column).Extra
		f.sheet.Set(f.row, f.column, value)
	}
}

// eachFormula calls do for every cell with a formula.
func (c *Contents) eachFormula(do func(s *Sheet, r, column int, stored grid.Cell)) {
	for _, s := range c.Sheets {
		if !s.Formulas {
			continue
		}
		s.Formulas = false
		for r := range s.Rows {
			for column, stored := range s.RowCells(r) {
				if stored.Formula() != "" {
					s.Formulas = true
					do(s, r, column, stored)
				}
			}
		}
	}
}

// RewriteFormulas changes the text of formulas.
func (c *Contents) RewriteFormulas(change func(s *Sheet, text string) string) {
	c.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
		text := change(s, stored.Formula())
		if text == stored.Formula() {
			return
		}
		x := *stored.Extra
		x.Formula = text
		stored.Extra = &x
		s.Set(r, column, stored)
	})
}

// formulaAt is a formula in its place, in the calculator's dialect.
type formulaAt struct {
	sheet       *Sheet
	row, column int
	uses        []usedCells // all of it
	pieces      []*formulaPiece
	whole       formulaPiece
	circular    bool
	waits       int          // formulas it uses that have no value yet
	next        []*formulaAt // formulas that use it
}

// usedCells are cells that a formula refers to.
type usedCells struct {
	sheet *Sheet
	area  grid.Area
}

// calculator holds, in a workbook that the library calculates on, the formulas
// and the cells that they refer to. Its sheets are named S0, S1, … by order.
type calculator struct {
	of       *Contents
	now      time.Time
	file     *excelize.File
	formulas []*formulaAt
	index    map[*formulaAt]int
	loaded   map[*Sheet][]grid.Area
	parts    []*formulaPiece
	failed   map[*Sheet][]*formulaAt // formulas that came to an error
}

// twins is the sheet of formulas that ask for the type of another's value.
const (
	twins     = "Twins"
	partSheet = "Parts" // the sheet of pieces of formulas
)

func newCalculator(c *Contents, now time.Time) *calculator {
	k := &calculator{of: c, now: now, file: excelize.NewFile(), index: map[*formulaAt]int{}, loaded: map[*Sheet][]grid.Area{}, failed: map[*Sheet][]*formulaAt{}}
	k.file.NewSheet(twins)
	k.file.NewSheet(partSheet)
	for i := range c.Sheets {
		k.file.NewSheet(sheetCode(i))
	}
	texts := []string{}
	c.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
		f := &formulaAt{sheet: s, row: r, column: column}
		texts = append(texts, k.translate(f, stored.Formula()))
		k.formulas = append(k.formulas, f)
	})
	for _, f := range k.formulas {
		for _, used := range f.uses {
			k.load(used)
		}
	}
	for i, f := range k.formulas {
		k.index[f] = i
		code, cell := k.place(f)
		k.file.SetCellFormula(code, cell, texts[i])
		of := code + "!" + cell
		// Each in a cell of its own: deeply nested functions confuse the library.
		k.file.SetCellFormula(twins, twin(i, 0), "TYPE("+of+")")
		k.file.SetCellFormula(twins, twin(i, 1), "INT(LOG(ABS("+of+"),2))")
		k.file.SetCellFormula(twins, twin(i, 2), "INT("+twin(i, 4)+")")
		k.file.SetCellFormula(twins, twin(i, 3), twin(i, 4)+"-"+twin(i, 2))
		k.file.SetCellFormula(twins, twin(i, 4), of+"*POWER(2,26-"+twin(i, 1)+")")
	}
	return k
}

func sheetCode(i int) string { return "S" + strconv.Itoa(i) }

// twin is the cell of a formula about formula i.
func twin(i, which int) string {
	return grid.ColumnLetters(which+5*(i/maxTwinRows)) + strconv.Itoa(i%maxTwinRows+1)
}

// maxTwinRows is the number of rows in a workbook.
const maxTwinRows = 1 << 20

func (k *calculator) place(f *formulaAt) (code, cell string) {
	return k.code(f.sheet), grid.ColumnLetters(f.column) + strconv.Itoa(f.row+1)
}

func (k *calculator) code(s *Sheet) string {
	for i, other := range k.of.Sheets {
		if other == s {
			return sheetCode(i)
		}
	}
	return ""
}

// load copies cells into the workbook, formulas apart.
func (k *calculator) load(used usedCells) {
	s, a := used.sheet, used.area
	for _, done := range k.loaded[s] {
		if done.Contains(a) {
			return
		}
	}
	k.loaded[s] = append(k.loaded[s], a)
	code := k.code(s)
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		for column := a.Left; column < min(a.Right, len(cells)); column++ {
			stored := cells[column]
			if stored.Kind == grid.KindBlank || stored.Formula() != "" {
				continue
			}
			k.file.SetCellValue(code, grid.ColumnLetters(column)+strconv.Itoa(r+1), stored.Unformatted())
		}
	}
}

// order returns the formulas so that each comes after those it uses, which
// keeps the library from descending along a chain of a hundred thousand cells.
// Formulas in a circle, and what uses them, come last and are marked.
func (k *calculator) order() []*formulaAt {
	at := map[*Sheet]map[int][]*formulaAt{} // by column, rows ascending
	for _, f := range k.formulas {
		if at[f.sheet] == nil {
			at[f.sheet] = map[int][]*formulaAt{}
		}
		at[f.sheet][f.column] = append(at[f.sheet][f.column], f)
	}
	var ready []*formulaAt
	for _, f := range k.formulas {
		for _, used := range f.uses {
			for column, list := range at[used.sheet] {
				if column >= used.area.Left && column < used.area.Right {
					f.after(list, used.area)
				}
			}
		}
		if f.waits == 0 {
			ready = append(ready, f)
		}
	}
	for i := 0; i < len(ready); i++ {
		for _, f := range ready[i].next {
			if f.waits--; f.waits == 0 {
				ready = append(ready, f)
			}
		}
	}
	for _, f := range k.formulas {
		if f.waits > 0 {
			f.circular = true
			ready = append(ready, f)
		}
	}
	return ready
}

// after makes f wait for the formulas of one column that lie in an area.
func (f *formulaAt) after(list []*formulaAt, a grid.Area) {
	for _, other := range list[firstFrom(list, a.Top):] {
		if other.row >= a.Bottom {
			return
		}
		f.waits++
		other.next = append(other.next, f)
	}
}

// firstFrom is the index of the first formula at or below a row.
func firstFrom(list []*formulaAt, row int) int {
	low, high := 0, len(list)
	for low < high {
		if middle := (low + high) / 2; list[middle].row < row {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// value is the result of a formula, as a cell without what the cell keeps.
func (k *calculator) value(f *formulaAt) grid.Cell {
	if f.circular {
		return grid.ErrorCell(grid.RefError)
	}
	if failed := k.settle(f); failed != "" {
		return grid.ErrorCell(failed)
	}
	i := k.index[f]
	code, place := k.place(f)
	kind, _ := k.result(twins, twin(i, 0))
	text, err := k.result(code, place)
	switch {
	case err != nil:
		return grid.ErrorCell(errorName(text, err))
	case kind == "1" && text != "":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(n, 0) {
			return grid.ErrorCell("#NUM!")
		}
		return grid.NumberCell(k.precise(i, n))
	case kind == "4":
		return grid.BoolCell(strings.EqualFold(text, "true"))
	}
	if strings.EqualFold(text, "+inf") || strings.EqualFold(text, "-inf") {
		return grid.ErrorCell("#NUM!")
	}
	if len(text) > maxResultText && utf8.RuneCountInString(text) > maxResultText {
		return grid.ErrorCell("#VALUE!")
	}
	return grid.Cell{Kind: grid.KindText, Text: text}
}

// result asks the library, which for some formulas panics.
func (k *calculator) result(sheet, cell string) (text string, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("calculate: %v", trouble)
		}
	}()
	return k.file.CalcCellValue(sheet, cell, excelize.Options{RawCellValue: true})
}

// precise adds the digits past the fifteenth, which the library leaves out of
// its answers: the other twins of the formula tell its value in two halves, cut
// at a power of two, each of which fifteen digits hold.
func (k *calculator) precise(i int, n float64) float64 {
	if short := strconv.FormatFloat(n, 'e', -1, 64); len(short) < len("1.23456789012e+00") {
		return n
	}
	var parts [3]float64
	for j := range parts {
		text, err := k.result(twins, twin(i, j+1))
		if err != nil {
			return n
		}
		if parts[j], err = strconv.ParseFloat(text, 64); err != nil {
			return n
		}
	}
	full := math.Ldexp(parts[1]+parts[2], int(parts[0])-26)
	if math.Abs(full-n) < math.Abs(n)*1e-14 {
		return full
	}
	return n
}

// errorName is the error value for what the library answers.
func errorName(text string, err error) string {
	message := err.Error()
	switch {
	case strings.HasPrefix(message, "not support"):
		return "#NAME?"
	case grid.ErrorPattern.MatchString(text):
		return text
	case grid.ErrorPattern.MatchString(message):
		return grid.ErrorPattern.FindString(message)
	}
	return "#ERROR!"
}
