package xlsx

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// workbook is the main part: the list of sheets, and names of ranges.
type workbook struct {
	*book
	name     string // of the part
	sheets   []Sheet
	tabs     []*tab // of the file, in its order; those that are added at the end
	formulas mapper
}

// tab is an entry of the list of sheets.
type tab struct {
	title, relation, part string
	isWorksheet           bool
	id                    int
	raw                   []byte // the entry
	place                 *sheetMap
}

// read reads the list of sheets and finds what becomes of each.
func (wb *workbook) read() error {
	relations, err := wb.relations(wb.name)
	if err != nil {
		return err
	}
	src, err := wb.part(wb.name)
	if err != nil {
		return err
	}
	wb.formulas.byTitle = map[string]*sheetMap{}
	r := rewriter{
		element: func(e *xml.StartElement) verdict {
			if e.Name.Local == "sheet" {
				return replace
			}
			return keep
		},
		whole: func(e xml.StartElement, raw []byte) ([]byte, error) {
			t := &tab{raw: raw, id: number(&e, "sheetId")}
			t.title, _ = attr(e, "name")
			t.relation, _ = attr(e, "id")
			if i := slices.IndexFunc(relations, func(r relation) bool { return r.ID == t.relation }); i >= 0 {
				t.part, t.isWorksheet = relations[i].Target, relations[i].is("worksheet")
			}
			wb.place(t)
			return nil, nil
		},
	}
	_, err = r.rewrite(src)
	return err
}

// Titles returns the titles of the sheets of a file that have cells, in order: not of those
// that are a chart.
func Titles(content []byte) (titles []string, err error) {
	b, err := openBook(content)
	if err != nil {
		return nil, err
	}
	wb := workbook{book: b}
	if wb.name, err = b.workbookPart(); err != nil {
		return nil, err
	}
	if err := wb.read(); err != nil {
		return nil, err
	}
	for _, t := range wb.tabs {
		if t.isWorksheet {
			titles = append(titles, t.title)
		}
	}
	return titles, nil
}

// place notes which sheet a tab is now. A tab that is not a worksheet, such as a chart,
// stays.
func (wb *workbook) place(t *tab) {
	m := &sheetMap{sheet: findSheet(wb.sheets, t.title), from: t.title}
	if !t.isWorksheet && m.sheet == nil {
		m.sheet = &Sheet{From: t.title, Title: t.title}
	}
	if s := m.sheet; s != nil {
		m.rows, m.columns = newPositions(s.Rows, maxRows), newPositions(s.Columns, maxColumns)
	}
	if m.sheet == nil || m.sheet.Title != t.title || m.moved() {
		wb.formulas.active = true
	}
	t.place = m
	wb.tabs = append(wb.tabs, t)
	wb.formulas.byTitle[strings.ToLower(t.title)] = m
}

const (
	mainNamespace      = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relationsNamespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	worksheetType      = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
)

// rewrite rewrites the main part.
func (wb *workbook) rewrite() error {
	for _, kind := range []string{"calcChain"} { // the order of calculation, which programs find again
		if err := wb.removeTarget(kind); err != nil {
			return err
		}
	}
	calculates := false
	r := rewriter{
		element: func(e *xml.StartElement) verdict {
			switch e.Name.Local {
			case "sheets":
				return replace
			case "definedName":
				return wb.definedName(e)
			case "workbookView":
				return wb.view(e)
			case "calcPr":
				calculates = true
				setAttr(e, "fullCalcOnLoad", "1")
				return changed
			}
			return keep
		},
		text: func(element, text string) string {
			if element == "definedName" {
				return wb.formulas.formula(nil, text)
			}
			return text
		},
		whole: func(e xml.StartElement, _ []byte) ([]byte, error) { return wb.list(e), nil },
	}
	if err := wb.book.rewrite(wb.name, r); err != nil || calculates {
		return err
	}
	src, err := wb.part(wb.name)
	if err != nil {
		return err
	}
	wb.set(wb.name, insertCalculation(src))
	return nil
}

// removeTarget removes the part to which the workbook has a relation of a kind.
func (wb *workbook) removeTarget(kind string) error {
	relations, err := wb.relations(wb.name)
	if err != nil {
		return err
	}
	for _, r := range relations {
		if !r.is(kind) {
			continue
		}
		if err := wb.removeRelation(wb.name, r.ID); err != nil {
			return err
		}
		if err := wb.remove(r.Target); err != nil {
			return err
		}
	}
	return nil
}

// insertCalculation adds what makes programs calculate the file again. It comes right after
// the names of ranges, or the sheets where there are none.
func insertCalculation(src []byte) []byte {
	in := readTokens(src)
	var at int64
	prefix := ""
	for {
		token, _, err := in.next()
		if err != nil {
			break
		}
		switch x := token.(type) {
		case xml.StartElement:
			if x.Name.Local == "workbook" {
				prefix = x.Name.Space
			}
		case xml.EndElement:
			if slices.Contains([]string{"sheets", "functionGroups", "externalReferences", "definedNames"}, x.Name.Local) {
				at = in.dec.InputOffset()
			}
		}
	}
	e := xml.StartElement{Name: xml.Name{Space: prefix, Local: "calcPr"}}
	setAttr(&e, "fullCalcOnLoad", "1")
	return slices.Concat(src[:at], []byte(startTag(e, true)), src[at:])
}

// definedName moves a name that belongs to one sheet.
func (wb *workbook) definedName(e *xml.StartElement) verdict {
	if _, local := attr(*e, "localSheetId"); !local {
		return keep
	}
	old := number(e, "localSheetId")
	now := wb.indexNow(old)
	if now < 0 {
		return drop
	}
	if now == old {
		return keep
	}
	setAttr(e, "localSheetId", strconv.Itoa(now))
	return changed
}

// view makes the sheet that was in front be in front, or else the first visible one.
func (wb *workbook) view(e *xml.StartElement) verdict {
	old := number(e, "activeTab")
	now, order := wb.indexNow(old), wb.order()
	if now < 0 || order[now].place.sheet.Hidden {
		now = max(0, slices.IndexFunc(order, func(t *tab) bool { return !t.place.sheet.Hidden }))
	}
	if now == old {
		return keep
	}
	setAttr(e, "activeTab", strconv.Itoa(now))
	removeAttr(e, "firstSheet")
	return changed
}
