package spreadsheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator/internal/grid"
)

// hasFormulas reports whether a cell may have a formula.
func (ss *Spreadsheet) hasFormulas() bool {
	for _, s := range ss.Sheets {
		if s.Formulas {
			return true
		}
	}
	return false
}

// Calculate updates the values of all formulas, if anything changed since the
// last time. A spreadsheet without formulas costs nothing.
func (ss *Spreadsheet) Calculate(now time.Time) {
	if !ss.Stale || !ss.hasFormulas() {
		return
	}
	ss.Stale = false
	calc := newCalculator(ss, now)
	defer calc.file.Close()
	for _, f := range calc.order() {
		value := calc.value(f)
		if value.Kind == grid.KindError {
			f.whole.errorValue = value.Text
			calc.failed[f.sheet] = append(calc.failed[f.sheet], f)
		}
		value.Extra = f.sheet.At(f.row, f.column).Extra
		f.sheet.Set(f.row, f.column, value)
	}
}

// eachFormula calls do for every cell with a formula.
func (ss *Spreadsheet) eachFormula(do func(s *Sheet, r, column int, stored grid.Cell)) {
	for _, s := range ss.Sheets {
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

// RewriteFormulas replaces the text of every formula with what change returns
// for it and its sheet.
func (ss *Spreadsheet) RewriteFormulas(change func(s *Sheet, text string) string) {
	ss.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
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

// formulaCell is a cell with a formula, as the calculator has it.
type formulaCell struct {
	sheet       *Sheet
	row, column int
	uses        []usedRange // by all of it
	subexprs    []*subexpr
	whole       subexpr
	circular    bool
	pending     int            // number of formulas it uses that are not calculated yet
	dependents  []*formulaCell // formulas that use it
}

// usedRange is a range of cells that a formula refers to.
type usedRange struct {
	sheet *Sheet
	area  grid.Area
}

// calculator is a workbook of the library that calculates, with the formulas and
// the cells that they refer to. Its sheets are named S0, S1, … in the order of
// the spreadsheet's.
type calculator struct {
	ss       *Spreadsheet
	now      time.Time
	file     *excelize.File
	formulas []*formulaCell
	index    map[*formulaCell]int
	loaded   map[*Sheet][]grid.Area
	subexprs []*subexpr
	failed   map[*Sheet][]*formulaCell // formulas whose value is an error
}

// Two sheets of the workbook are not sheets of the spreadsheet: the first has
// the probes, which are formulas about the type and the digits of the value of
// another formula, the second the subexpressions that were extracted.
const (
	probeSheet   = "Probes"
	subexprSheet = "Subexprs"
)

// newCalculator returns a calculator with all formulas, their probes, and the
// cells that they refer to.
func newCalculator(ss *Spreadsheet, now time.Time) *calculator {
	calc := &calculator{ss: ss, now: now, file: excelize.NewFile(), index: map[*formulaCell]int{}, loaded: map[*Sheet][]grid.Area{}, failed: map[*Sheet][]*formulaCell{}}
	calc.file.NewSheet(probeSheet)
	calc.file.NewSheet(subexprSheet)
	for i := range ss.Sheets {
		calc.file.NewSheet(workbookSheet(i))
	}
	texts := []string{}
	ss.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
		f := &formulaCell{sheet: s, row: r, column: column}
		texts = append(texts, calc.translate(f, stored.Formula()))
		calc.formulas = append(calc.formulas, f)
	})
	for _, f := range calc.formulas {
		for _, used := range f.uses {
			calc.load(used)
		}
	}
	for i, f := range calc.formulas {
		calc.index[f] = i
		code, cell := calc.cellName(f)
		calc.file.SetCellFormula(code, cell, texts[i])
		of := code + "!" + cell
		// Each has a cell of its own, as the library fails on deeply nested functions.
		calc.file.SetCellFormula(probeSheet, probeCell(i, 0), "TYPE("+of+")")
		calc.file.SetCellFormula(probeSheet, probeCell(i, 1), "INT(LOG(ABS("+of+"),2))")
		calc.file.SetCellFormula(probeSheet, probeCell(i, 2), "INT("+probeCell(i, 4)+")")
		calc.file.SetCellFormula(probeSheet, probeCell(i, 3), probeCell(i, 4)+"-"+probeCell(i, 2))
		calc.file.SetCellFormula(probeSheet, probeCell(i, 4), of+"*POWER(2,26-"+probeCell(i, 1)+")")
	}
	return calc
}

// workbookSheet returns the name in the workbook of a sheet by its index.
func workbookSheet(i int) string { return "S" + strconv.Itoa(i) }

// probeCell returns the cell of one of the five probes of formula i.
func probeCell(i, which int) string {
	return grid.ColumnLetters(which+5*(i/maxWorkbookRows)) + strconv.Itoa(i%maxWorkbookRows+1)
}

// maxWorkbookRows is the number of rows of a sheet in a workbook.
const maxWorkbookRows = 1 << 20

// cellName returns the sheet and the cell of a formula in the workbook.
func (calc *calculator) cellName(f *formulaCell) (code, cell string) {
	return calc.sheetName(f.sheet), grid.ColumnLetters(f.column) + strconv.Itoa(f.row+1)
}

// sheetName returns the name in the workbook of a sheet.
func (calc *calculator) sheetName(s *Sheet) string {
	for i, other := range calc.ss.Sheets {
		if other == s {
			return workbookSheet(i)
		}
	}
	return ""
}

// load copies cells into the workbook, except formulas.
func (calc *calculator) load(used usedRange) {
	s, a := used.sheet, used.area
	for _, done := range calc.loaded[s] {
		if done.Contains(a) {
			return
		}
	}
	calc.loaded[s] = append(calc.loaded[s], a)
	code := calc.sheetName(s)
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		for column := a.Left; column < min(a.Right, len(cells)); column++ {
			stored := cells[column]
			if stored.Kind == grid.KindBlank || stored.Formula() != "" {
				continue
			}
			calc.file.SetCellValue(code, grid.ColumnLetters(column)+strconv.Itoa(r+1), stored.Unformatted())
		}
	}
}

// order returns the formulas so that each comes after those it uses, which keeps
// the library from recursing along a chain of a hundred thousand cells. Formulas
// that depend on themselves, and what uses them, come last and are marked as
// circular.
func (calc *calculator) order() []*formulaCell {
	at := map[*Sheet]map[int][]*formulaCell{} // by column, rows ascending
	for _, f := range calc.formulas {
		if at[f.sheet] == nil {
			at[f.sheet] = map[int][]*formulaCell{}
		}
		at[f.sheet][f.column] = append(at[f.sheet][f.column], f)
	}
	var ready []*formulaCell
	for _, f := range calc.formulas {
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
	for _, f := range calc.formulas {
		if f.pending > 0 {
			f.circular = true
			ready = append(ready, f)
		}
	}
	return ready
}

// dependOn makes f depend on the formulas of one column that are in an area.
func (f *formulaCell) dependOn(list []*formulaCell, a grid.Area) {
	for _, other := range list[firstFrom(list, a.Top):] {
		if other.row >= a.Bottom {
			return
		}
		f.pending++
		other.dependents = append(other.dependents, f)
	}
}

// firstFrom returns the index of the first formula at or below a row.
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

// value returns the result of a formula as a cell without anything else.
func (calc *calculator) value(f *formulaCell) grid.Cell {
	if f.circular {
		return grid.ErrorCell(grid.RefError)
	}
	if failed := calc.evaluate(f); failed != "" {
		return grid.ErrorCell(failed)
	}
	i := calc.index[f]
	sheet, cell := calc.cellName(f)
	kind, _ := calc.result(probeSheet, probeCell(i, 0))
	text, err := calc.result(sheet, cell)
	switch {
	case err != nil:
		return grid.ErrorCell(errorName(text, err))
	case kind == "1" && text != "":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(n, 0) {
			return grid.ErrorCell("#NUM!")
		}
		return grid.NumberCell(calc.precise(i, n))
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

// result returns the value of a cell in the workbook, as text. For some formulas
// the library panics; the panic is returned as an error.
func (calc *calculator) result(sheet, cell string) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("calculate: %v", r)
		}
	}()
	return calc.file.CalcCellValue(sheet, cell, excelize.Options{RawCellValue: true})
}

// precise returns n with the digits past the fifteenth, which the library omits:
// the probes of the formula have its value in two halves, cut at a power of two,
// each of which fifteen digits hold.
func (calc *calculator) precise(i int, n float64) float64 {
	if short := strconv.FormatFloat(n, 'e', -1, 64); len(short) < len("1.23456789012e+00") {
		return n
	}
	var parts [3]float64
	for j := range parts {
		text, err := calc.result(probeSheet, probeCell(i, j+1))
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

// errorName returns the error value for an error of the library.
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
