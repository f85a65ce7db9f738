package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// addSheets adds empty sheets that the file does not have yet.
func (wb *workbook) addSheets() error {
	for i := range wb.sheets {
		s := &wb.sheets[i]
		if s.From != "" {
			continue
		}
		n := len(wb.tabs) + 1
		for wb.byName[newPart(n)] != nil || wb.changed[newPart(n)] != nil {
			n++
		}
		id := 1
		for slices.ContainsFunc(wb.tabs, func(t *tab) bool { return t.id >= id }) {
			id++
		}
		t := &tab{
			title: s.Title, part: newPart(n), relation: "added" + strconv.Itoa(n), id: id, isWorksheet: true,
			place: &sheetMap{sheet: s, from: s.Title, rows: newPositions(nil, maxRows), columns: newPositions(nil, maxColumns)},
		}
		wb.tabs = append(wb.tabs, t)
		wb.set(t.part, []byte(xml.Header+`<worksheet xmlns="`+mainNamespace+`"><sheetData/></worksheet>`))
		if err := wb.link(t); err != nil {
			return err
		}
	}
	return nil
}

func newPart(n int) string { return "xl/worksheets/sheet" + strconv.Itoa(n) + ".xml" }

// link makes the part of an added sheet known.
func (wb *workbook) link(t *tab) error {
	for name, fragment := range map[string]string{
		"[Content_Types].xml": fmt.Sprintf(`<Override PartName="/%s" ContentType="%s"/>`, t.part, worksheetType),
		relationsOf(wb.name):  fmt.Sprintf(`<Relationship Id="%s" Type="%s/worksheet" Target="/%s"/>`, t.relation, relationsNamespace, t.part),
	} {
		old, err := wb.part(name)
		if err != nil {
			return err
		}
		wb.set(name, appendChild(old, fragment))
	}
	return nil
}

// order returns the tabs in the order that they have now. A tab that is not a worksheet
// stays after the one that it follows in the file.
func (wb *workbook) order() []*tab {
	var out []*tab
	for i := range wb.sheets {
		for _, t := range wb.tabs {
			if t.place.sheet == &wb.sheets[i] {
				out = append(out, t)
			}
		}
	}
	for i, t := range wb.tabs {
		if t.isWorksheet || t.place.sheet == nil || slices.Contains(out, t) {
			continue
		}
		at := 0
		if i > 0 {
			at = slices.Index(out, wb.tabs[i-1]) + 1
		}
		out = slices.Insert(out, at, t)
	}
	return out
}

// list returns the list of sheets.
func (wb *workbook) list(sheets xml.StartElement) []byte {
	var out bytes.Buffer
	out.WriteString(startTag(sheets, false))
	for _, t := range wb.order() {
		out.Write(t.entry(sheets.Name.Space))
	}
	out.WriteString("</" + tagName(sheets.Name) + ">")
	return out.Bytes()
}

// entry returns the tab's entry of the list.
func (t *tab) entry(prefix string) []byte {
	if t.raw == nil {
		e := xml.StartElement{Name: xml.Name{Space: prefix, Local: "sheet"}}
		setAttr(&e, "name", t.title)
		setAttr(&e, "sheetId", strconv.Itoa(t.id))
		if t.place.sheet.Hidden {
			setAttr(&e, "state", "hidden")
		}
		e.Attr = append(e.Attr,
			xml.Attr{Name: xml.Name{Space: "xmlns", Local: "r"}, Value: relationsNamespace},
			xml.Attr{Name: xml.Name{Space: "r", Local: "id"}, Value: t.relation})
		return []byte(startTag(e, true))
	}
	r := rewriter{element: func(e *xml.StartElement) verdict {
		if e.Name.Local != "sheet" || !t.isWorksheet {
			return keep
		}
		old, _ := attr(*e, "state")
		wasHidden := strings.EqualFold(old, "hidden") || strings.EqualFold(old, "veryHidden")
		if t.place.sheet.Title == t.title && t.place.sheet.Hidden == wasHidden {
			return keep
		}
		setAttr(e, "name", t.place.sheet.Title)
		if removeAttr(e, "state"); t.place.sheet.Hidden {
			setAttr(e, "state", "hidden")
		}
		return changed
	}}
	now, err := r.rewrite(t.raw)
	if err != nil { // it was read without an error before
		return t.raw
	}
	return now
}

// indexNow returns where a tab of the file is now; -1 if it is deleted.
func (wb *workbook) indexNow(index int) int {
	if index < 0 || index >= len(wb.tabs) {
		return -1
	}
	return slices.Index(wb.order(), wb.tabs[index])
}
