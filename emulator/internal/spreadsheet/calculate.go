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
func (c *Spreadsheet) hasFormulas() bool {
	for _, s := range c.Sheets {
		if s.Formulas {
			return true
		}
	}
	return false
}

// Calculate brings the values of formulas up to date.
func (c *Spreadsheet) Calculate(now time.Time) {
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
func (c *Spreadsheet) eachFormula(do func(s *Sheet, r, column int, stored grid.Cell)) {
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
func (c *Spreadsheet) RewriteFormulas(change func(s *Sheet, text string) string) {
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

// formulaCell is a formula in its place, in the calculator's dialect.
type formulaCell struct {
	sheet       *Sheet
	row, column int
	uses        []usedRange // all of it
	subexprs    []*subexpr
	whole       subexpr
	circular    bool
	pending     int            // formulas it uses that have no value yet
	dependents  []*formulaCell // formulas that use it
}

// usedRange are cells that a formula refers to.
type usedRange struct {
	sheet *Sheet
	area  grid.Area
}

// calculator holds, in a workbook that the library calculates on, the formulas
// and the cells that they refer to. Its sheets are named S0, S1, … by order.
type calculator struct {
	spreadsheet *Spreadsheet
	now         time.Time
	file        *excelize.File
	formulas    []*formulaCell
	index       map[*formulaCell]int
	loaded      map[*Sheet][]grid.Area
	subexprs    []*subexpr
	failed      map[*Sheet][]*formulaCell // formulas that came to an error
}

// probeSheet is the sheet of formulas that ask for the type of another's value.
const (
	probeSheet   = "Probes"
	subexprSheet = "Subexprs" // the sheet of pieces of formulas
)

func newCalculator(c *Spreadsheet, now time.Time) *calculator {
	k := &calculator{spreadsheet: c, now: now, file: excelize.NewFile(), index: map[*formulaCell]int{}, loaded: map[*Sheet][]grid.Area{}, failed: map[*Sheet][]*formulaCell{}}
	k.file.NewSheet(probeSheet)
	k.file.NewSheet(subexprSheet)
	for i := range c.Sheets {
		k.file.NewSheet(workbookSheet(i))
	}
	texts := []string{}
	c.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
		f := &formulaCell{sheet: s, row: r, column: column}
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
		code, cell := k.cellName(f)
		k.file.SetCellFormula(code, cell, texts[i])
		of := code + "!" + cell
		// Each in a cell of its own: deeply nested functions confuse the library.
		k.file.SetCellFormula(probeSheet, probeCell(i, 0), "TYPE("+of+")")
		k.file.SetCellFormula(probeSheet, probeCell(i, 1), "INT(LOG(ABS("+of+"),2))")
		k.file.SetCellFormula(probeSheet, probeCell(i, 2), "INT("+probeCell(i, 4)+")")
		k.file.SetCellFormula(probeSheet, probeCell(i, 3), probeCell(i, 4)+"-"+probeCell(i, 2))
		k.file.SetCellFormula(probeSheet, probeCell(i, 4), of+"*POWER(2,26-"+probeCell(i, 1)+")")
	}
	return k
}

func workbookSheet(i int) string { return "S" + strconv.Itoa(i) }

// probeCell is the cell of a formula about formula i.
func probeCell(i, which int) string {
	return grid.ColumnLetters(which+5*(i/maxWorkbookRows)) + strconv.Itoa(i%maxWorkbookRows+1)
}

// maxWorkbookRows is the number of rows in a workbook.
const maxWorkbookRows = 1 << 20

func (k *calculator) cellName(f *formulaCell) (code, cell string) {
	return k.sheetName(f.sheet), grid.ColumnLetters(f.column) + strconv.Itoa(f.row+1)
}

func (k *calculator) sheetName(s *Sheet) string {
	for i, other := range k.spreadsheet.Sheets {
		if other == s {
			return workbookSheet(i)
		}
	}
	return ""
}

// load copies cells into the workbook, formulas apart.
func (k *calculator) load(used usedRange) {
	s, a := used.sheet, used.area
	for _, done := range k.loaded[s] {
		if done.Contains(a) {
			return
		}
	}
	k.loaded[s] = append(k.loaded[s], a)
	code := k.sheetName(s)
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
func (k *calculator) order() []*formulaCell {
	at := map[*Sheet]map[int][]*formulaCell{} // by column, rows ascending
	for _, f := range k.formulas {
		if at[f.sheet] == nil {
			at[f.sheet] = map[int][]*formulaCell{}
		}
		at[f.sheet][f.column] = append(at[f.sheet][f.column], f)
	}
	var ready []*formulaCell
	for _, f := range k.formulas {
		for _, used := range f.uses {
			for column, list := range at[used.sheet] {
				if column >= used.area.Left && column < used.area.Right {
					f.dependOn(list, used.area)
				}
			}
		}
		if f.pending == 0 {
			ready = append(ready, f)
		}
	}
	for i := 0; i < len(ready); i++ {
		for _, f := range ready[i].dependents {
			if f.pending--; f.pending == 0 {
				ready = append(ready, f)
			}
		}
	}
	for _, f := range k.formulas {
		if f.pending > 0 {
			f.circular = true
			ready = append(ready, f)
		}
	}
	return ready
}

// dependOn makes f wait for the formulas of one column that lie in an area.
func (f *formulaCell) dependOn(list []*formulaCell, a grid.Area) {
	for _, other := range list[firstFrom(list, a.Top):] {
		if other.row >= a.Bottom {
			return
		}
		f.pending++
		other.dependents = append(other.dependents, f)
	}
}

// firstFrom is the index of the first formula at or below a row.
func firstFrom(list []*formulaCell, row int) int {
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
func (k *calculator) value(f *formulaCell) grid.Cell {
	if f.circular {
		return grid.ErrorCell(grid.RefError)
	}
	if failed := k.evaluate(f); failed != "" {
		return grid.ErrorCell(failed)
	}
	i := k.index[f]
	code, place := k.cellName(f)
	kind, _ := k.result(probeSheet, probeCell(i, 0))
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
		text, err := k.result(probeSheet, probeCell(i, j+1))
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
