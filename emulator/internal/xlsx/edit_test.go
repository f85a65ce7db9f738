package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"example.com/sheets-function/emulator/internal/grid"
)

// pack returns a file with two sheets, "One" with these rows and "Two", and other parts.
func pack(t testing.TB, one string, more map[string]string) []byte {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": `<Types><Override PartName="/xl/workbook.xml" ContentType="w"/><Override PartName="/xl/calcChain.xml" ContentType="c"/></Types>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r" Type="t/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="r"><bookViews><workbookView activeTab="1"/></bookViews>` +
			`<sheets><sheet name="One" sheetId="3" r:id="a"/><sheet name="Two" sheetId="7" r:id="b"/></sheets>` +
			`<definedNames><definedName name="n" localSheetId="1">One!$A$2:$A$3</definedName></definedNames><x/></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="t/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="b" Type="t/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="s" Type="t/styles" Target="styles.xml"/>` +
			`<Relationship Id="c" Type="t/calcChain" Target="calcChain.xml"/></Relationships>`,
		"xl/calcChain.xml":         `<calcChain/>`,
		"xl/styles.xml":            `<styleSheet><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" fontId="1"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + one + `</sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row r="1"><c r="A1"><f>One!A3+A1</f><v>1</v></c></row></sheetData></worksheet>`,
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, list := range []map[string]string{parts, more} {
		for name, text := range list {
			if _, again := more[name]; again && list["_rels/.rels"] != "" {
				continue
			}
			part, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(part, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack returns the parts of a file.
func unpack(t testing.TB, file []byte) map[string]string {
	t.Helper()
	b, err := openBook(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name := range b.byName {
		content, err := b.part(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(content)
	}
	return out
}

// sheets are those of the file, the first with changes.
func sheets(rows, columns grid.Lines, cells ...Cell) []Sheet {
	return []Sheet{{From: "One", Title: "One", Rows: rows, Columns: columns, Cells: cells}, {From: "Two", Title: "Two"}}
}

func edit(t testing.TB, file []byte, list []Sheet) (map[string]string, []string) {
	t.Helper()
	var out bytes.Buffer
	lost, err := Edit(file, list, &out)
	if err != nil {
		t.Fatal(err)
	}
	return unpack(t, out.Bytes()), lost
}

func TestEditCells(t *testing.T) {
	const rows = `<row r="1" spans="1:2" ht="20"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><f>A1</f><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>`
	row3 := `<row r="3"><c r="A3"><v>3</v></c></row>`
	tests := []struct {
		name string
		cell Cell
		want string
	}{
		{"text", Cell{Row: 0, Value: "<a>"}, `<row r="1" ht="20"><c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve">&lt;a&gt;</t></is></c><c r="B1"><f>A1</f><v>2</v></c></row>` + row3},
		{"number", Cell{Row: 0, Value: 1.5}, `<row r="1" ht="20"><c r="A1" s="1"><v>1.5</v></c><c r="B1"><f>A1</f><v>2</v></c></row>` + row3},
		{"boolean over a formula", Cell{Column: 1, Value: true}, `<row r="1" ht="20"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="b"><v>1</v></c></row>` + row3},
		{"error", Cell{Column: 1, Value: Error("#N/A")}, `<row r="1" ht="20"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="e"><v>#N/A</v></c></row>` + row3},
		{"nothing, which keeps the format", Cell{}, `<row r="1" ht="20"><c r="A1" s="1"/><c r="B1"><f>A1</f><v>2</v></c></row>` + row3},
		{"result", Cell{Column: 1, Value: "x", Result: true}, `<row r="1" ht="20"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="str"><f>A1</f><v>x</v></c></row>` + row3},
		{"formula", Cell{Row: 2, Column: 2, Value: 4.0, Formula: "=A1&A2"}, strings.Split(rows, row3)[0] + `<row r="3"><c r="A3"><v>3</v></c><c r="C3"><f>A1&amp;A2</f><v>4</v></c></row>`},
		{"between rows", Cell{Row: 1, Value: 2.0}, strings.Split(rows, row3)[0] + `<row r="2"><c r="A2"><v>2</v></c></row>` + row3},
		{"the same number format", Cell{Row: 0, Value: 1.0, Pattern: "m/d/yyyy"}, `<row r="1" ht="20"><c r="A1" s="1"><v>1</v></c><c r="B1"><f>A1</f><v>2</v></c></row>` + row3},
		{"another number format", Cell{Row: 0, Value: 1.0, Pattern: "0.0"}, `<row r="1" ht="20"><c r="A1" s="2"><v>1</v></c><c r="B1"><f>A1</f><v>2</v></c></row>` + row3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts, _ := edit(t, pack(t, rows, nil), sheets(nil, nil, tt.cell))
			if got, want := parts["xl/worksheets/sheet1.xml"], `<worksheet><sheetData>`+tt.want+`</sheetData></worksheet>`; got != want {
				t.Errorf("sheet:\n%s\nwant\n%s", got, want)
			}
			if strings.Contains(tt.name, "another") {
				want := `<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" fontId="1"/>` +
					`<xf numFmtId="164" fontId="1" applyNumberFormat="1"/></cellXfs></styleSheet>`
				if got := parts["xl/styles.xml"]; got != want {
					t.Errorf("styles:\n%s\nwant\n%s", got, want)
				}
			}
			if _, kept := parts["xl/calcChain.xml"]; kept || strings.Contains(parts["[Content_Types].xml"], "calcChain") {
				t.Error("the order of calculation is still there")
			}
			if !strings.Contains(parts["xl/workbook.xml"], `</definedNames><calcPr fullCalcOnLoad="1"/><x/>`) {
				t.Errorf("the workbook does not say that formulas are to be calculated: %s", parts["xl/workbook.xml"])
			}
		})
	}
}

// TestEditMoves checks elements whose form other programs than those of the tests of the
// emulator write.
func TestEditMoves(t *testing.T) {
	deleted := grid.Lines(nil).Delete(1, 2)
	inserted := grid.Lines(nil).Insert(2, 1).Take(2, 3, 1)
	tests := []struct {
		name          string
		sheet         string // <worksheet> around it
		rows, columns grid.Lines
		want          string
	}{
		{
			"rows and cells without a number", `<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row></sheetData>`, deleted, nil,
			`<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row></sheetData>`,
		},
		{
			"what a row has besides cells", `<sheetData><row r="3"><c r="A3"/><extLst><ext a="b"/></extLst></row></sheetData>`, deleted, nil,
			`<sheetData><row r="2"><c r="A2"/><extLst><ext a="b"/></extLst></row></sheetData>`,
		},
		{
			"a shared formula whose first row is gone",
			`<sheetData><row r="2"><c r="B2"><f t="shared" ref="B2:B4" si="0">A2*$D$1</f></c></row><row r="3"><c r="B3"><f t="shared" si="0"/></c></row></sheetData>`, deleted, nil,
			`<sheetData><row r="2"><c r="B2"><f>A2*$D$1</f></c></row></sheetData>`,
		},
		{
			"an array formula", `<sheetData><row r="3"><c r="A3"><f t="array" ref="A3:A4">B3:B4</f><v>1</v></c></row></sheetData>`, deleted, nil,
			`<sheetData><row r="2"><c r="A2"><f t="array" ref="A2:A3">B2:B3</f><v>1</v></c></row></sheetData>`,
		},
		{
			"formulas that are not references to cells", `<sheetData><row r="3"><c r="A3"><f>SUM(T3[A3])+[1]Two!A3+"A3"+LOG10(A3)</f></c></row></sheetData>`, deleted, nil,
			`<sheetData><row r="2"><c r="A2"><f>SUM(T3[A3])+[1]Two!A3+&#34;A3&#34;+LOG10(A2)</f></c></row></sheetData>`,
		},
		{
			"a prefix", `<sheetData><x:row xmlns:x="m" r="1"><x:c r="A1"/></x:row></sheetData><x:mergeCells><x:mergeCell ref="A2:B2"/><x:mergeCell ref="A3:B3"/></x:mergeCells>`, deleted, nil,
			`<sheetData><x:row xmlns:x="m" r="1"><x:c r="A1"/></x:row></sheetData><x:mergeCells><x:mergeCell ref="A2:B2"/></x:mergeCells>`,
		},
		{
			"what an inserted row takes on", `<cols><col min="3" max="3" style="1"/></cols><sheetData><row r="2" ht="9" s="1" customFormat="1"><c r="A2" s="1"><v>2</v></c><c r="B2"/></row></sheetData>` +
				`<dataValidations><dataValidation sqref="A1:A2 D9"/></dataValidations><conditionalFormatting sqref="A2"><cfRule><formula>A2&gt;1</formula></cfRule></conditionalFormatting>`, inserted, nil,
			`<cols><col min="3" max="3" style="1"/></cols><sheetData><row r="2" ht="9" s="1" customFormat="1"><c r="A2" s="1"><v>2</v></c><c r="B2"/></row><row s="1" customFormat="1" r="3"><c r="A3" s="1"/></row></sheetData>` +
				`<dataValidations><dataValidation sqref="A1:A3 D10"/></dataValidations><conditionalFormatting sqref="A2:A3"><cfRule><formula>A2&gt;1</formula></cfRule></conditionalFormatting>`,
		},
		{
			"columns", `<cols><col min="1" max="1" width="9"/><col min="2" max="3" width="7"/></cols><sheetData><row r="1"><c r="A1"/><c r="B1"><v>2</v></c><c r="C1"><f>B1</f></c></row></sheetData><rowBreaks><brk id="3" max="16383"/></rowBreaks>`,
			nil, grid.Lines(nil).Delete(0, 1),
			`<cols><col min="1" max="2" width="7"/></cols><sheetData><row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1</f></c></row></sheetData><rowBreaks><brk id="3" max="16383"/></rowBreaks>`,
		},
		{
			"an extension", `<sheetData/><extLst><ext><x14:dv><xm:f>One!$A$3</xm:f><xm:sqref>A3:A4</xm:sqref></x14:dv></ext></extLst>`, deleted, nil,
			`<sheetData></sheetData><extLst><ext><x14:dv><xm:f>One!$A$2</xm:f><xm:sqref>A2:A3</xm:sqref></x14:dv></ext></extLst>`,
		},
		{
			"page breaks and links", `<sheetData/><hyperlinks><hyperlink ref="A2"/><hyperlink ref="A5"/></hyperlinks><rowBreaks><brk id="2"/><brk id="7"/></rowBreaks>`, deleted, nil,
			`<sheetData></sheetData><hyperlinks><hyperlink ref="A4"/></hyperlinks><rowBreaks><brk id="6"/></rowBreaks>`,
		},
		{
			"a moved row", `<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><f>A1</f></c></row></sheetData>`, grid.Lines(nil).Move(0, 1, 3), nil,
			`<sheetData><row r="1"><c r="A1"><f>A3</f></c></row><row r="3"><c r="A3"><v>1</v></c></row></sheetData>`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := pack(t, "", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet>` + tt.sheet + `</worksheet>`})
			parts, lost := edit(t, file, sheets(tt.rows, tt.columns))
			if got, want := parts["xl/worksheets/sheet1.xml"], `<worksheet>`+tt.want+`</worksheet>`; got != want {
				t.Errorf("sheet:\n%s\nwant\n%s", got, want)
			}
			if len(lost) > 0 {
				t.Errorf("lost: %v", lost)
			}
		})
	}
}

func TestEditTables(t *testing.T) {
	const table = `<table name="T" ref="A1:B3"><autoFilter ref="A1:B3"/><tableColumns><tableColumn name="id"/><tableColumn name="qty"/></tableColumns></table>`
	tests := []struct {
		name          string
		rows, columns grid.Lines
		cells         []Cell
		want          string // "" = the table is lost
	}{
		{"a row right below", grid.Lines(nil).Insert(3, 2).Take(3, 5, 2), nil, nil, `<table name="T" ref="A1:B5"><autoFilter ref="A1:B5"/><tableColumns><tableColumn name="id"/><tableColumn name="qty"/></tableColumns></table>`},
		{"all rows deleted", grid.Lines(nil).Delete(1, 3), nil, nil, `<table name="T" ref="A1:B2"><autoFilter ref="A1:B2"/><tableColumns><tableColumn name="id"/><tableColumn name="qty"/></tableColumns></table>`},
		{"another header", nil, nil, []Cell{{Column: 1, Value: "n"}}, strings.Replace(table, "qty", "n", 1)},
		{"a header that is no text", nil, nil, []Cell{{Column: 1, Value: 3.0}}, ""},
		{"a column inside", nil, grid.Lines(nil).Insert(1, 1), nil, ""},
		{"the header row deleted", grid.Lines(nil).Delete(0, 1), nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := pack(t, "", map[string]string{
				"xl/worksheets/sheet1.xml":            `<worksheet><sheetData/><tableParts><tablePart r:id="t1"/></tableParts></worksheet>`,
				"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="t1" Type="t/table" Target="../tables/table1.xml"/></Relationships>`,
				"xl/tables/table1.xml":                table,
			})
			parts, lost := edit(t, file, sheets(tt.rows, tt.columns, tt.cells...))
			if got := parts["xl/tables/table1.xml"]; got != tt.want {
				t.Errorf("table:\n%s\nwant\n%s", got, tt.want)
			}
			if (tt.want == "") != (len(lost) == 1) || (tt.want == "") == strings.Contains(parts["xl/worksheets/sheet1.xml"], "tablePart ") {
				t.Errorf("lost: %v, sheet %s", lost, parts["xl/worksheets/sheet1.xml"])
			}
		})
	}
}

func TestEditSheets(t *testing.T) {
	entry := func(name, id, relation, more string) string {
		return `<sheet name="` + name + `" sheetId="` + id + `" r:id="` + relation + `"` + more + `/>`
	}
	tests := []struct {
		name  string
		list  []Sheet
		want  []string // in the workbook
		two   string   // the formula on Two
		parts int      // worksheets
	}{
		{"renamed", []Sheet{{From: "One", Title: "It's"}, {From: "Two", Title: "Two"}}, []string{entry("It&#39;s", "3", "a", "") + entry("Two", "7", "b", ""), `localSheetId="1">&#39;It&#39;&#39;s&#39;!$A$2:$A$3`}, "'It''s'!A3+A1", 2},
		{"deleted", []Sheet{{From: "Two", Title: "Two"}}, []string{`<sheets>` + entry("Two", "7", "b", "") + `</sheets>`, `localSheetId="0">#REF!`, `activeTab="0"`}, "#REF!+A1", 1},
		{"swapped", []Sheet{{From: "Two", Title: "Two"}, {From: "One", Title: "One"}}, []string{entry("Two", "7", "b", "") + entry("One", "3", "a", ""), `localSheetId="0"`, `activeTab="0"`}, "One!A3+A1", 2},
		{"titles swapped", []Sheet{{From: "One", Title: "Two"}, {From: "Two", Title: "One"}}, []string{entry("Two", "3", "a", "") + entry("One", "7", "b", "")}, "Two!A3+A1", 2},
		{"hidden", []Sheet{{From: "One", Title: "One"}, {From: "Two", Title: "Two", Hidden: true}}, []string{entry("Two", "7", "b", ` state="hidden"`), `activeTab="0"`}, "One!A3+A1", 2},
		{"added", []Sheet{{From: "One", Title: "One"}, {From: "Two", Title: "Two"}, {Title: "New", Hidden: true, Cells: []Cell{{Value: 1.0}}}},
			[]string{`<sheet name="New" sheetId="8" state="hidden" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="added3"/></sheets>`}, "One!A3+A1", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts, _ := edit(t, pack(t, "", nil), tt.list)
			for _, want := range tt.want {
				if !strings.Contains(parts["xl/workbook.xml"], want) {
					t.Errorf("workbook %s\nlacks %s", parts["xl/workbook.xml"], want)
				}
			}
			if want := "<f>" + escape(tt.two) + "</f>"; !strings.Contains(parts["xl/worksheets/sheet2.xml"], want) {
				t.Errorf("sheet 2 %s lacks %s", parts["xl/worksheets/sheet2.xml"], want)
			}
			n := 0
			for name := range parts {
				if strings.HasPrefix(name, "xl/worksheets/") {
					n++
				}
			}
			if n != tt.parts {
				t.Errorf("%d worksheets, want %d", n, tt.parts)
			}
		})
	}
}

// FuzzEdit edits worksheets of any content: there is no panic, and XML stays XML.
func FuzzEdit(f *testing.F) {
	f.Add(`<worksheet><cols><col min="1" max="2"/></cols><sheetData><row r="1"><c r="A1" t="s"><f t="shared" si="0" ref="A1:A2">B1</f><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`)
	f.Add(`<a><sheetData/><sheetData><row><c r="ZZZ9"/></row></sheetData></a>`)
	f.Add(`<w><sheetData><row r="-1"><c><is/></c></row><row r="99999999999"/></sheetData><dimension ref="B2:A1"/></w>`)
	f.Add(`<w><sheetData><row r="2"><c r="A2"><f/></c></row><c r="A1"><f>1</f></c></sheetData></w>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		file := pack(t, "", map[string]string{"xl/worksheets/sheet1.xml": sheet})
		rows := grid.Lines(nil).Insert(1, 2).Take(1, 3, 0).Delete(4, 6).Move(0, 1, 3)
		var out bytes.Buffer
		if _, err := Edit(file, sheets(rows, grid.Lines(nil).Delete(1, 2), Cell{Row: 1, Value: "x", Pattern: "0.0"}), &out); err != nil {
			return
		}
		if isXML(sheet) && !isXML(unpack(t, out.Bytes())["xl/worksheets/sheet1.xml"]) {
			t.Errorf("%s\nbecame\n%s", sheet, unpack(t, out.Bytes())["xl/worksheets/sheet1.xml"])
		}
	})
}

func isXML(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
