package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"

	"example.com/sheets-function/emulator/internal/grid"
)

// rowWriter writes one row.
type rowWriter struct {
	*worksheet
	out      *bytes.Buffer
	from, at int    // where the row was and is
	model    []byte // the row whose format an inserted one takes on; nil = none
}

// cellXML is a cell as the file has it.
type cellXML struct {
	start  xml.StartElement
	column int
	f      *formulaXML
	rest   []byte // what it contains, without the formula
}

// formulaXML is the formula of a cell.
type formulaXML struct {
	start xml.StartElement
	text  string
}

// write writes the row: as it was where nothing changes in it.
func (r rowWriter) write(raw []byte, changes []Cell, hasFormulas bool) error {
	moved := raw != nil && (r.from != r.at || !r.sheetMap.columns.unchanged())
	if raw != nil && len(changes) == 0 && !moved && !(hasFormulas && (r.formulas.active || r.expand)) {
		r.out.Write(raw)
		return nil
	}
	start := xml.StartElement{Name: xml.Name{Space: r.prefix, Local: "row"}}
	var cells []*cellXML
	var end []byte
	var err error
	switch {
	case raw != nil:
		start, cells, end, err = parseRow(raw)
		cells = r.place(cells)
	case r.model != nil:
		start, cells, _, err = parseRow(r.model)
		start, cells = r.likeModel(start, cells)
	}
	if err != nil {
		return err
	}
	for _, c := range changes {
		cells = r.set(cells, c)
	}
	slices.SortFunc(cells, byColumn)
	setAttr(&start, "r", strconv.Itoa(r.at+1))
	removeAttr(&start, "spans")
	r.out.WriteString(startTag(start, false))
	for _, c := range cells {
		r.writeCell(c)
	}
	r.out.Write(end)
	r.out.WriteString("</" + tagName(start.Name) + ">")
	return nil
}

// place moves the cells to their columns and their formulas with them.
func (r rowWriter) place(cells []*cellXML) []*cellXML {
	kept := cells[:0]
	for _, c := range cells {
		column, ok := r.sheetMap.columns.of(c.column)
		if !ok {
			continue
		}
		if c.f != nil {
			r.moveFormula(c)
		}
		c.column = column
		kept = append(kept, c)
	}
	return kept
}

// moveFormula writes out a formula that cells share, and moves what it refers to.
func (r rowWriter) moveFormula(c *cellXML) {
	text := c.f.text
	if group, isShared := attr(c.f.start, "si"); isShared && r.expand {
		first, ok := r.shared[group]
		if ok && text == "" {
			text = grid.OffsetFormula("="+first.text, r.from-first.row, c.column-first.column)[1:]
		}
		for _, name := range []string{"t", "si", "ref"} {
			removeAttr(&c.f.start, name)
		}
	}
	c.f.text = r.formulas.formula(r.sheetMap, text)
	r.references(&c.f.start)
}

// likeModel returns the row and cells of the model without their values.
func (r rowWriter) likeModel(start xml.StartElement, cells []*cellXML) (xml.StartElement, []*cellXML) {
	made := xml.StartElement{Name: start.Name}
	for _, name := range []string{"s", "customFormat"} {
		if value, ok := attr(start, name); ok {
			setAttr(&made, name, value)
		}
	}
	var styled []*cellXML
	for _, c := range cells {
		column, ok := r.sheetMap.columns.of(c.column)
		style, has := attr(c.start, "s")
		if !ok || !has {
			continue
		}
		empty := &cellXML{start: xml.StartElement{Name: c.start.Name}, column: column}
		setAttr(&empty.start, "s", style)
		styled = append(styled, empty)
	}
	return made, styled
}

// set changes a cell or adds it.
func (r rowWriter) set(cells []*cellXML, c Cell) []*cellXML {
	i := slices.IndexFunc(cells, func(x *cellXML) bool { return x.column == c.Column })
	if i < 0 {
		made := &cellXML{start: xml.StartElement{Name: xml.Name{Space: r.prefix, Local: "c"}}, column: c.Column}
		if style := r.styleOf(c.Column); style > 0 {
			setAttr(&made.start, "s", strconv.Itoa(style))
		}
		i, cells = len(cells), append(cells, made)
	}
	cell := cells[i]
	style := number(&cell.start, "s")
	cell.start.Attr = nil
	if style = r.styles.with(style, c.Pattern); style > 0 {
		setAttr(&cell.start, "s", strconv.Itoa(style))
	}
	if !c.Result {
		cell.f = nil
	}
	if c.Formula != "" {
		cell.f = &formulaXML{xml.StartElement{Name: r.name("f")}, c.Formula[1:]}
	}
	kind, content := r.value(c.Value, cell.f != nil)
	if cell.rest = content; kind != "" {
		setAttr(&cell.start, "t", kind)
	}
	return cells
}

func (r rowWriter) name(local string) xml.Name { return xml.Name{Space: r.prefix, Local: local} }

// value returns the type of a cell with a value, and its content.
func (r rowWriter) value(v any, isResult bool) (kind string, content []byte) {
	v1 := func(kind, text string) (string, []byte) {
		name := tagName(r.name("v"))
		return kind, []byte("<" + name + ">" + escape(text) + "</" + name + ">")
	}
	switch v := v.(type) {
	case float64:
		return v1("", strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		if v {
			return v1("b", "1")
		}
		return v1("b", "0")
	case Error:
		return v1("e", string(v))
	case string:
		if isResult {
			return v1("str", v)
		}
		is, t := tagName(r.name("is")), tagName(r.name("t"))
		return "inlineStr", []byte("<" + is + "><" + t + ` xml:space="preserve">` + escape(v) + "</" + t + "></" + is + ">")
	}
	return "", nil
}

// writeCell writes a cell where it is now.
func (r rowWriter) writeCell(c *cellXML) {
	name := xml.Attr{Name: xml.Name{Local: "r"}, Value: cellName(r.at, c.column)}
	removeAttr(&c.start, "r")
	c.start.Attr = slices.Insert(c.start.Attr, 0, name)
	if c.f == nil && len(c.rest) == 0 {
		r.out.WriteString(startTag(c.start, true))
		return
	}
	r.out.WriteString(startTag(c.start, false))
	if c.f != nil {
		r.out.WriteString(startTag(c.f.start, false) + escape(c.f.text) + "</" + tagName(c.f.start.Name) + ">")
	}
	r.out.Write(c.rest)
	r.out.WriteString("</" + tagName(c.start.Name) + ">")
}

// parseRow returns the start of a row, its cells, and what comes after them.
func parseRow(raw []byte) (start xml.StartElement, cells []*cellXML, end []byte, err error) {
	in := readTokens(raw)
	column := -1
	for {
		token, own, err := in.next()
		if errors.Is(err, io.EOF) {
			return start, cells, end, nil
		}
		if err != nil {
			return start, nil, nil, err
		}
		x, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case x.Name.Local == "row":
			start = x
			start.Attr = slices.Clone(x.Attr)
		case x.Name.Local == "c":
			column = cellColumn(x, column+1)
			c := &cellXML{start: x, column: column}
			if err := c.read(in); err != nil {
				return start, nil, nil, err
			}
			cells = append(cells, c)
		default:
			rest, err := in.rest()
			if err != nil {
				return start, nil, nil, err
			}
			end = slices.Concat(end, own, rest)
		}
	}
}

// read reads what a cell contains.
func (c *cellXML) read(in *tokens) error {
	c.start.Attr = slices.Clone(c.start.Attr)
	for depth := 1; depth > 0; {
		token, raw, err := in.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			if x.Name.Local == "f" && depth == 1 {
				if err := c.readFormula(x, in); err != nil {
					return err
				}
				continue
			}
			depth++
		case xml.EndElement:
			if depth--; depth == 0 {
				return nil
			}
		}
		c.rest = append(c.rest, raw...)
	}
	return nil
}

// readFormula reads the formula of a cell.
func (c *cellXML) readFormula(x xml.StartElement, in *tokens) error {
	c.f = &formulaXML{start: x}
	c.f.start.Attr = slices.Clone(x.Attr)
	for {
		token, _, err := in.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch x := token.(type) {
		case xml.CharData:
			c.f.text += string(x)
		case xml.EndElement:
			return nil
		}
	}
}
