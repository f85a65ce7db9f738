package spreadsheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/xlsx"
)

// EditXLSX writes the .xlsx file that the spreadsheet was made from, with what has changed
// since. It returns what that is and what cannot be kept, both in words. Without changes
// the file is written as it is.
func (ss *Spreadsheet) EditXLSX(w io.Writer) (changes, lost []string, err error) {
	original := ss.File
	if original == nil {
		return nil, nil, errors.New("the spreadsheet was not made of an .xlsx file")
	}
	book, err := excelize.OpenReader(bytes.NewReader(original))
	if err != nil {
		return nil, nil, fmt.Errorf("read xlsx: %w", err)
	}
	shift := dateShift(book)
	_ = book.Close() // it has no open file
	tabs, err := ReadXLSX(original)
	if err != nil {
		return nil, nil, err
	}
	e := xlsxEditor{ss: ss, tabs: tabs, shift: shift}
	if err := e.compare(); err != nil {
		return nil, nil, err
	}
	if len(e.changes) == 0 {
		_, err := w.Write(original)
		return nil, e.lost, err
	}
	lost, err = xlsx.Edit(original, e.sheets, w)
	return e.changes, append(e.lost, lost...), err
}

// xlsxEditor finds what has changed since a file was read.
type xlsxEditor struct {
	ss            *Spreadsheet
	tabs          []Tab // of the file
	shift         float64
	sheets        []xlsx.Sheet
	titles        map[*Sheet]string
	moved         func(title, formula string) string
	changes, lost []string
}

// compare finds the changes.
func (e *xlsxEditor) compare() error {
	var titles []string
	for _, t := range e.tabs {
		titles = append(titles, t.Title)
	}
	e.listSheets()
	e.moved = xlsx.FormulaMover(titles, e.sheets)
	for i, s := range e.ss.Sheets {
		if err := e.sheet(s, &e.sheets[i]); err != nil {
			return fmt.Errorf("sheet %q: %w", s.Title, err)
		}
	}
	for _, t := range e.tabs {
		if !slices.ContainsFunc(e.ss.Sheets, func(s *Sheet) bool { return s.Source == t.Title }) {
			e.changes = append(e.changes, fmt.Sprintf("sheet %q deleted", t.Title))
		}
	}
	return nil
}

// listSheets lists the sheets with titles that a file can have.
func (e *xlsxEditor) listSheets() {
	e.titles = map[*Sheet]string{}
	taken := map[string]bool{}
	for _, s := range e.ss.Sheets {
		if e.tab(s) != nil && s.Title == s.Source {
			e.titles[s], taken[strings.ToLower(s.Title)] = s.Title, true
		}
	}
	last := -1
	for _, s := range e.ss.Sheets {
		if e.titles[s] == "" {
			e.titles[s] = freeTitle(s.Title, taken)
		}
		out := xlsx.Sheet{Title: e.titles[s], Hidden: s.Hidden}
		at := slices.IndexFunc(e.tabs, func(t Tab) bool { return t.Title == s.Source })
		if at >= 0 {
			out.From, out.Rows, out.Columns = s.Source, s.RowLines, s.ColumnLines
			if at < last || s.Title != s.Source || s.Hidden != e.tabs[at].Hidden {
				e.changes = append(e.changes, fmt.Sprintf("sheet %q renamed, moved, hidden or shown", s.Title))
			}
			last = max(last, at)
		} else {
			e.changes = append(e.changes, fmt.Sprintf("sheet %q added", s.Title))
		}
		e.sheets = append(e.sheets, out)
	}
}

// tab returns what the file has of a sheet, nil if nothing.
func (e *xlsxEditor) tab(s *Sheet) *Tab {
	i := slices.IndexFunc(e.tabs, func(t Tab) bool { return t.Title == s.Source })
	if i < 0 {
		return nil
	}
	return &e.tabs[i]
}

// sheet finds what has changed in a sheet.
func (e *xlsxEditor) sheet(s *Sheet, out *xlsx.Sheet) error {
	tab := e.tab(s)
	if tab == nil {
		tab = &Tab{Title: s.Title}
	}
	width := 0
	for _, values := range tab.Values {
		width = max(width, len(values))
	}
	for r := range s.Rows {
		width = max(width, grid.LastValue(s.RowCells(r))+1)
	}
	rows := out.Rows.Firsts(max(len(s.Rows), len(tab.Values)+inserted(out.Rows)))
	columns := out.Columns.Firsts(width + inserted(out.Columns))
	changed := 0
	for r, row := range rows {
		for c, column := range columns {
			cell, isChanged := e.cell(s, tab, [2]int{row, column}, [2]int{r, c})
			if cell == nil {
				continue
			}
			if r >= excelize.TotalRows || c >= excelize.MaxColumns {
				return errors.New("more rows or columns than an .xlsx file has")
			}
			if out.Cells = append(out.Cells, *cell); isChanged {
				changed++
			}
		}
	}
	e.describe(s, out, changed)
	e.findLost(s)
	return nil
}

// inserted returns how many rows or columns were inserted.
func inserted(lines grid.Lines) int {
	n := 0
	for _, run := range lines.Runs() {
		if run.First == grid.Inserted {
			n += run.N
		}
	}
	return n
}

// deleted returns how many of the first n rows or columns of the file are gone.
func deleted(lines grid.Lines, n int) int {
	gone := n
	for _, run := range lines.Runs() {
		if run.First != grid.Inserted && run.First < n {
			gone -= min(n, run.First+run.N) - run.First
		}
	}
	return gone
}

// movedLines reports whether the rows or columns are in another order.
func movedLines(lines grid.Lines) bool {
	last := 0
	for _, run := range lines.Runs() {
		if run.First == grid.Inserted {
			continue
		}
		if run.First < last {
			return true
		}
		last = run.First
	}
	return false
}

// cell returns what to write to a cell, nil for nothing, and whether that is a change, which
// the result of a formula is not. The cell is at now, and was at first in the file.
func (e *xlsxEditor) cell(s *Sheet, tab *Tab, first, now [2]int) (*xlsx.Cell, bool) {
	var was any
	if first[0] >= 0 && first[0] < len(tab.Values) && first[1] >= 0 && first[1] < len(tab.Values[first[0]]) {
		was = tab.Values[first[0]][first[1]]
	}
	if f, ok := was.(Formula); ok {
		f.Text = e.moved(tab.Title, f.Text)
		was = f
	}
	before, cell := rawCell(was), s.At(now[0], now[1])
	out := &xlsx.Cell{Row: now[0], Column: now[1], Value: e.value(cell)}
	text := cell.Formula()
	samePattern := explicitPattern(cell) == explicitPattern(before)
	switch {
	case cell.Spilled:
		return nil, false
	case text != "" && text == before.Formula() && samePattern:
		out.Result = true
		return out, false
	case text == "" && before.Formula() == "" && samePattern && cell.SameValue(before):
		return nil, false
	case text != "":
		x := xlsxWriter{ss: e.ss, titles: e.titles}
		out.Formula = x.formula(s, text)
	}
	out.Pattern = explicitPattern(cell)
	return out, first[0] != grid.Inserted && first[1] != grid.Inserted
}

// explicitPattern returns the number format that was given to a cell; "" for none.
func explicitPattern(c grid.Cell) string {
	if c.Extra == nil || c.Extra.Format == nil || c.Extra.Format.NumberFormat == nil {
		return ""
	}
	return grid.PatternOf(c.Extra.Format.NumberFormat)
}

// value returns the value of a cell for the file.
func (e *xlsxEditor) value(c grid.Cell) any {
	switch c.Kind {
	case grid.KindBlank, grid.KindUncalculated: // whatever opens the file calculates it
		return nil
	case grid.KindError:
		if slices.Contains([]string{"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}, c.Text) {
			return xlsx.Error(c.Text)
		}
		return xlsx.Error("#VALUE!")
	case grid.KindNumber:
		if f := c.NumberFormat(); e.shift != 0 && f != nil && grid.IsDate(f) {
			return c.Number - e.shift
		}
	}
	return c.Unformatted()
}

// describe notes the changes of a sheet in words.
func (e *xlsxEditor) describe(s *Sheet, out *xlsx.Sheet, cells int) {
	var parts []string
	add := func(n int, one, many string) {
		if n == 1 {
			parts = append(parts, "1 "+one)
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	if tab := e.tab(s); tab != nil {
		width := 0
		for _, values := range tab.Values {
			width = max(width, len(values))
		}
		add(inserted(out.Rows), "row inserted", "rows inserted")
		add(deleted(out.Rows, len(tab.Values)), "row deleted", "rows deleted")
		add(inserted(out.Columns), "column inserted", "columns inserted")
		add(deleted(out.Columns, width), "column deleted", "columns deleted")
		if movedLines(out.Rows) {
			parts = append(parts, "rows moved")
		}
		if movedLines(out.Columns) {
			parts = append(parts, "columns moved")
		}
	}
	if e.tab(s) != nil { // of a sheet that was added, all are
		add(cells, "cell changed", "cells changed")
	}
	if len(parts) > 0 {
		e.changes = append(e.changes, fmt.Sprintf("sheet %q: %s", s.Title, strings.Join(parts, ", ")))
	}
}

// findLost notes what was stored besides values and number formats: the file gets nothing
// of it. What the file had is not among it, as it is not read.
func (e *xlsxEditor) findLost(s *Sheet) {
	var found []string
	note := func(yes bool, what string) {
		if yes && !slices.Contains(found, what) {
			found = append(found, what)
		}
	}
	for r := range s.Rows {
		for _, c := range s.RowCells(r) {
			if x := c.Extra; x != nil {
				note(x.Note != "", "notes")
				note(x.Validation != nil, "validation")
				note(x.Runs != nil || x.Format != nil && hasMoreThanNumberFormat(x.Format), "formats")
			}
		}
	}
	note(len(s.Merges) > 0, "merged cells")
	note(len(s.Rules) > 0, "conditional formats")
	note(len(s.Protected) > 0, "protected ranges")
	note(s.Filter != nil || len(s.Views) > 0, "filters")
	note(len(s.Bands) > 0, "banding")
	note(len(s.rowProps)+len(s.columnProps) > 0, "sizes of rows and columns")
	note(len(s.rowGroups)+len(s.columnGroups) > 0, "groups of rows and columns")
	if len(found) > 0 {
		e.lost = append(e.lost, fmt.Sprintf("sheet %q: %s set since it was opened", s.Title, strings.Join(found, ", ")))
	}
}

// hasMoreThanNumberFormat reports whether a format has other properties, too.
func hasMoreThanNumberFormat(f *sheets.CellFormat) bool {
	rest := *f
	rest.NumberFormat, rest.ForceSendFields, rest.NullFields = nil, nil, nil
	return !reflect.DeepEqual(rest, sheets.CellFormat{})
}
