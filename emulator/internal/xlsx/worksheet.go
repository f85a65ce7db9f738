package xlsx

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// worksheet rewrites the part of one sheet.
type worksheet struct {
	*sheetMap
	formulas *mapper
	styles   *styles
	rows     map[int]*rowXML // by their number in the file, from 0
	columns  []columnStyle
	shared   map[string]sharedFormula
	expand   bool // shared formulas are written out
	prefix   string
	lostTab  map[string]bool // relations of tables that are gone
}

// rowXML is a row as the file has it.
type rowXML struct {
	raw         []byte
	hasFormulas bool
}

// sharedFormula is the first cell of those that share a formula.
type sharedFormula struct {
	row, column int
	text        string
}

type columnStyle struct{ first, last, style int }

// rewrite returns the part with the changes.
func (w *worksheet) rewrite(src []byte) ([]byte, error) {
	r := rewriter{element: w.element, text: w.text, whole: w.sheetData}
	return r.rewrite(src)
}

// formulaElements hold formulas of a sheet, except those of cells. Those that begin with
// xm: are of extensions.
var formulaElements = []string{"formula", "formula1", "formula2", "f", "calculatedColumnFormula", "totalsRowFormula"}

// text moves what the elements around the cells refer to.
func (w *worksheet) text(element, text string) string {
	switch {
	case slices.Contains(formulaElements, element):
		return w.formulas.formula(w.sheetMap, text)
	case element == "sqref" && w.moved():
		return cmp.Or(w.ranges(text, true), text)
	}
	return w.anchor(element, text)
}

// anchor moves the corners of drawings.
func (m *sheetMap) anchor(element, text string) string {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err != nil || n < 0:
	case element == "row":
		return strconv.Itoa(m.rows.after(n))
	case element == "col":
		return strconv.Itoa(m.columns.after(n))
	}
	return text
}

// element decides about the elements around the cells.
func (w *worksheet) element(e *xml.StartElement) verdict {
	switch e.Name.Local {
	case "worksheet":
		w.prefix = e.Name.Space
	case "sheetData":
		return replace
	case "dimension":
		return w.dimension(e)
	case "col":
		return w.column(e)
	case "brk":
		return w.pageBreak(e)
	case "tablePart":
		if id, _ := attr(*e, "id"); w.lostTab[id] {
			return drop
		}
	case "selection", "sheetView", "pane":
		return keep
	}
	return w.references(e)
}

// references moves the attributes that hold ranges. An element whose range is gone goes
// with it.
func (m *sheetMap) references(e *xml.StartElement) verdict {
	if !m.moved() {
		return keep
	}
	result := keep
	for _, name := range []string{"ref", "sqref"} {
		old, ok := attr(*e, name)
		if !ok {
			continue
		}
		grow := e.Name.Local == "dataValidation" || e.Name.Local == "conditionalFormatting"
		now := m.ranges(old, grow)
		if now == "" || e.Name.Local == "mergeCell" && !strings.Contains(now, ":") {
			return drop
		}
		if now != old {
			setAttr(e, name, now)
			result = changed
		}
	}
	return result
}

// dimension writes the area that has cells.
func (w *worksheet) dimension(e *xml.StartElement) verdict {
	old, _ := attr(*e, "ref")
	area, _, ok := grid.ParseCells(old)
	if !ok {
		return keep
	}
	if area, ok = w.area(area, false); !ok {
		area = grid.Rect(0, 1, 0, 1)
	}
	for _, c := range w.sheet.Cells {
		area.Top, area.Left = min(area.Top, c.Row), min(area.Left, c.Column)
		area.Bottom, area.Right = max(area.Bottom, c.Row+1), max(area.Right, c.Column+1)
	}
	setAttr(e, "ref", area.A1())
	return changed
}

// column moves the width and style of columns.
func (w *worksheet) column(e *xml.StartElement) verdict {
	first, last := number(e, "min"), number(e, "max")
	from, to, ok := w.sheetMap.columns.span(first-1, last, true)
	if !ok {
		return drop
	}
	w.columns = append(w.columns, columnStyle{from, to - 1, number(e, "style")})
	if from+1 == first && to == last {
		return keep
	}
	setAttr(e, "min", strconv.Itoa(from+1))
	setAttr(e, "max", strconv.Itoa(to))
	return changed
}

// pageBreak moves a break, which is after the row or column that it names. Those of
// columns end at the last row.
func (w *worksheet) pageBreak(e *xml.StartElement) verdict {
	lines := w.sheetMap.rows
	if number(e, "max") == maxRows-1 {
		lines = w.sheetMap.columns
	}
	now, ok := lines.of(number(e, "id") - 1)
	if !ok {
		return drop
	}
	setAttr(e, "id", strconv.Itoa(now+1))
	return changed
}

// number returns an attribute that is a number, 0 where there is none.
func number(e *xml.StartElement, name string) int {
	text, _ := attr(*e, name)
	n, _ := strconv.Atoi(text)
	return n
}

// sheetData returns the rows with their cells.
func (w *worksheet) sheetData(e xml.StartElement, raw []byte) ([]byte, error) {
	if err := w.readRows(raw); err != nil {
		return nil, err
	}
	changes := map[int][]Cell{}
	for _, c := range w.sheet.Cells {
		changes[c.Row] = append(changes[c.Row], c)
	}
	now := map[int]int{} // rows of the file by where they are
	for number := range w.rows {
		if at, ok := w.sheetMap.rows.of(number); ok {
			now[at] = number
		}
	}
	models := w.models()
	w.expand = len(w.shared) > 0 && (w.formulas.active || len(w.sheet.Cells) > 0)
	numbers := slices.Concat(slices.Collect(maps.Keys(now)), slices.Collect(maps.Keys(changes)), slices.Collect(maps.Keys(models)))
	slices.Sort(numbers)
	var out bytes.Buffer
	out.WriteString(startTag(e, false))
	for _, at := range slices.Compact(numbers) {
		old := rowXML{}
		from, ok := now[at]
		if ok {
			old = *w.rows[from]
		}
		r := rowWriter{worksheet: w, out: &out, from: from, at: at, model: models[at]}
		if err := r.write(old.raw, changes[at], old.hasFormulas); err != nil {
			return nil, err
		}
	}
	out.WriteString("</" + tagName(e.Name) + ">")
	return out.Bytes(), nil
}

// models returns the rows of the file whose format inserted rows take on.
func (w *worksheet) models() map[int][]byte {
	models := map[int][]byte{}
	for _, run := range w.sheetMap.rows.runs {
		if run.First != grid.Inserted || run.Model == grid.Inserted || w.rows[run.Model] == nil {
			continue
		}
		for i := range run.N {
			models[run.now+i] = w.rows[run.Model].raw
		}
	}
	return models
}

// readRows finds the rows and the formulas that cells share.
func (w *worksheet) readRows(raw []byte) error {
	w.rows, w.shared = map[int]*rowXML{}, map[string]sharedFormula{}
	in := readTokens(raw)
	row, column := -1, -1
	var begin int64
	for {
		start := in.dec.InputOffset()
		token, _, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case xml.StartElement:
			switch x.Name.Local {
			case "row":
				row, column, begin = rowNumber(x, row+1), -1, start
				w.rows[row] = &rowXML{}
			case "c":
				column = cellColumn(x, column+1)
			case "f":
				if w.rows[row] == nil {
					continue // outside of a row
				}
				if err := w.noteFormula(x, in, row, column); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if x.Name.Local == "row" && w.rows[row] != nil {
				w.rows[row].raw = raw[begin:in.dec.InputOffset()]
			}
		}
	}
}

// noteFormula notes that a row has formulas, and the text of one that is shared.
func (w *worksheet) noteFormula(x xml.StartElement, in *tokens, row, column int) error {
	w.rows[row].hasFormulas = true
	group, isShared := attr(x, "si")
	if _, first := attr(x, "ref"); !isShared || !first {
		return nil
	}
	token, _, err := in.next()
	if text, ok := token.(xml.CharData); ok {
		w.shared[group] = sharedFormula{row, column, string(text)}
	}
	return err
}

// rowNumber returns the number of a row from 0; next is for one that has none.
func rowNumber(x xml.StartElement, next int) int {
	if n := number(&x, "r"); n > 0 {
		return n - 1
	}
	return next
}

// cellColumn returns the column of a cell from 0; next is for one that has none.
func cellColumn(x xml.StartElement, next int) int {
	name, _ := attr(x, "r")
	if a, single, ok := grid.ParseCells(name); ok && single {
		return a.Left
	}
	return next
}

// styleOf returns the style of an empty cell in a column.
func (w *worksheet) styleOf(column int) int {
	i := slices.IndexFunc(w.columns, func(c columnStyle) bool { return c.first <= column && column <= c.last })
	if i < 0 {
		return 0
	}
	return w.columns[i].style
}

// cellName returns a cell in A1 notation.
func cellName(row, column int) string { return grid.ColumnLetters(column) + strconv.Itoa(row+1) }

// byColumn orders cells.
func byColumn(a, b *cellXML) int { return cmp.Compare(a.column, b.column) }
