package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// editRelated moves what the parts that belong to a sheet refer to. It returns the
// relations of tables that are lost.
func (wb *workbook) editRelated(t *tab) (lostTables map[string]bool, err error) {
	relations, err := wb.relations(t.part)
	lostTables = map[string]bool{}
	for _, r := range relations {
		if err != nil {
			break
		}
		switch {
		case r.is("table"):
			lostTables[r.ID], err = wb.editTable(t, r)
		case !t.place.moved():
		case r.is("comments"), r.is("threadedComment"), r.is("pivotTable"):
			err = wb.book.rewrite(r.Target, rewriter{element: t.place.references})
		case r.is("drawing"):
			err = wb.book.rewrite(r.Target, rewriter{element: func(*xml.StartElement) verdict { return keep }, text: t.place.anchor})
		case r.is("vmlDrawing"):
			err = wb.editLegacyDrawing(t, r.Target)
		}
	}
	return lostTables, err
}

// editTable moves a table, and takes over new texts of its header, which have to be the
// names of its columns. It returns true if it had to remove the table.
func (wb *workbook) editTable(t *tab, r relation) (lost bool, err error) {
	src, err := wb.part(r.Target)
	if err != nil {
		return false, err
	}
	x := &tableEdit{tab: t, formulas: &wb.formulas}
	now, err := rewriter{element: x.element, text: x.text}.rewrite(src)
	switch {
	case err != nil:
		return false, fmt.Errorf("part %s: %w", r.Target, err)
	case !x.lost && bytes.Equal(now, src):
		return false, nil
	case !x.lost:
		wb.set(r.Target, now)
		return false, nil
	}
	wb.lost = append(wb.lost, fmt.Sprintf("sheet %q: table %q, of which columns or the header have changed (its cells are kept)", t.title, x.title))
	if err := wb.removeRelation(t.part, r.ID); err != nil {
		return false, err
	}
	return true, wb.remove(r.Target)
}

// tableEdit rewrites the part of a table.
type tableEdit struct {
	tab      *tab
	formulas *mapper
	title    string
	area     grid.Area // of the file
	grow     bool      // rows that were inserted right below belong to it
	header   []Cell    // that are written in the header
	column   int       // the next one
	lost     bool
}

func (x *tableEdit) element(e *xml.StartElement) verdict {
	switch e.Name.Local {
	case "table":
		return x.table(e)
	case "tableColumn":
		return x.tableColumn(e)
	}
	if old, ok := attr(*e, "ref"); ok { // of the filter and its order
		return x.move(e, old)
	}
	return keep
}

// table moves the table itself.
func (x *tableEdit) table(e *xml.StartElement) verdict {
	x.title, _ = attr(*e, "name")
	old, _ := attr(*e, "ref")
	area, _, ok := grid.ParseCells(old)
	if !ok {
		return keep
	}
	x.area, x.grow = area, number(e, "totalsRowCount") == 0
	m := x.tab.place
	now, ok := m.area(area, x.grow)
	header, hasHeader := m.rows.of(area.Top)
	if !ok || !hasHeader || now.Columns() != area.Columns() {
		x.lost = true
		return keep
	}
	if count, ok := attr(*e, "headerRowCount"); !ok || count != "0" {
		for _, c := range m.sheet.Cells {
			if c.Row == header && c.Column >= now.Left && c.Column < now.Right {
				x.header = append(x.header, c)
			}
		}
	}
	return x.move(e, old)
}

// move moves a range of the table. One without a row below its header gets one: there is
// no table without.
func (x *tableEdit) move(e *xml.StartElement, old string) verdict {
	area, _, ok := grid.ParseCells(old)
	now, left := x.tab.place.area(area, x.grow)
	if !ok || !left {
		return keep
	}
	if now.Top == area.Top && area.Rows() > 1 {
		now.Bottom = max(now.Bottom, now.Top+2)
	}
	if now == area {
		return keep
	}
	setAttr(e, "ref", now.A1())
	return changed
}

// tableColumn gives a column the name that is in the header.
func (x *tableEdit) tableColumn(e *xml.StartElement) verdict {
	at, ok := x.tab.place.columns.of(x.area.Left + x.column)
	x.column++
	i := slices.IndexFunc(x.header, func(c Cell) bool { return ok && c.Column == at })
	if i < 0 {
		return keep
	}
	name, isText := x.header[i].Value.(string)
	if !isText || name == "" || x.header[i].Formula != "" {
		x.lost = true
		return keep
	}
	setAttr(e, "name", name)
	return changed
}

func (x *tableEdit) text(element, text string) string {
	if slices.Contains(formulaElements, element) {
		return x.formulas.formula(x.tab.place, text)
	}
	return text
}

var (
	legacyShape  = regexp.MustCompile(`(?s)<v:shape[ >].*?</v:shape>`)
	legacyRow    = regexp.MustCompile(`<x:Row>\s*(\d+)\s*</x:Row>`)
	legacyColumn = regexp.MustCompile(`<x:Column>\s*(\d+)\s*</x:Column>`)
	legacyAnchor = regexp.MustCompile(`(?s)<x:Anchor>([^<]*)</x:Anchor>`)
)

// editLegacyDrawing moves the boxes of notes. The format is older than the others and need
// not be XML.
func (wb *workbook) editLegacyDrawing(t *tab, name string) error {
	src, err := wb.part(name)
	if err != nil || src == nil {
		return err
	}
	now := legacyShape.ReplaceAllFunc(src, func(shape []byte) []byte { return []byte(t.place.legacyShape(string(shape))) })
	if !bytes.Equal(now, src) {
		wb.set(name, now)
	}
	return nil
}

// legacyShape moves one box; it returns "" if its cell is gone.
func (m *sheetMap) legacyShape(shape string) string {
	row, column := legacyRow.FindStringSubmatch(shape), legacyColumn.FindStringSubmatch(shape)
	if row == nil || column == nil {
		return shape
	}
	oldRow, _ := strconv.Atoi(row[1])
	oldColumn, _ := strconv.Atoi(column[1])
	newRow, okRow := m.rows.of(oldRow)
	newColumn, okColumn := m.columns.of(oldColumn)
	if !okRow || !okColumn {
		return ""
	}
	if newRow == oldRow && newColumn == oldColumn {
		return shape
	}
	shape = strings.Replace(shape, row[0], fmt.Sprintf("<x:Row>%d</x:Row>", newRow), 1)
	shape = strings.Replace(shape, column[0], fmt.Sprintf("<x:Column>%d</x:Column>", newColumn), 1)
	return legacyAnchor.ReplaceAllStringFunc(shape, func(text string) string {
		numbers := strings.Split(legacyAnchor.FindStringSubmatch(text)[1], ",")
		if len(numbers) != 8 { // column, offset, row, offset, of two corners
			return text
		}
		for i, by := range map[int]int{0: newColumn - oldColumn, 2: newRow - oldRow, 4: newColumn - oldColumn, 6: newRow - oldRow} {
			n, err := strconv.Atoi(strings.TrimSpace(numbers[i]))
			if err != nil {
				return text
			}
			numbers[i] = strconv.Itoa(max(0, n+by))
		}
		return "<x:Anchor>" + strings.Join(numbers, ",") + "</x:Anchor>"
	})
}

var (
	chartPart = regexp.MustCompile(`^xl/charts/[^/]+\.xml$`)
	cachePart = regexp.MustCompile(`^xl/pivotCache/pivotCacheDefinition\d*\.xml$`)
)

// moveReferences moves the ranges of charts and pivot tables, which may be of any sheet.
func (wb *workbook) moveReferences() error {
	if !wb.formulas.active {
		return nil
	}
	for _, f := range wb.files {
		r := rewriter{element: func(*xml.StartElement) verdict { return keep }}
		switch {
		case chartPart.MatchString(f.Name):
			r.text = func(element, text string) string {
				if element == "f" {
					return wb.formulas.formula(nil, text)
				}
				return text
			}
		case cachePart.MatchString(f.Name):
			r.element = wb.pivotSource
		default:
			continue
		}
		if err := wb.book.rewrite(f.Name, r); err != nil {
			return err
		}
	}
	return nil
}

// pivotSource moves the range that a pivot table summarizes.
func (wb *workbook) pivotSource(e *xml.StartElement) verdict {
	title, ok := attr(*e, "sheet")
	m := wb.formulas.byTitle[strings.ToLower(title)]
	if e.Name.Local != "worksheetSource" || !ok || m == nil || m.sheet == nil {
		return keep
	}
	if old, ok := attr(*e, "ref"); ok {
		if now := m.ranges(old, false); now != "" {
			setAttr(e, "ref", now)
		}
	}
	setAttr(e, "sheet", m.sheet.Title)
	return changed
}
