package spreadsheet

import (
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// errorTerms are expressions whose value is an error, for errors that a formula
// has as a literal, which are bad syntax to the library.
var errorTerms = map[string]string{
	"#REF!": "INDEX(A1:A1,2,2)", "#NAME?": "NOSUCHNAME()", "#DIV/0!": "(1/0)", "#N/A": "NA()",
	"#VALUE!": `("x"+1)`, "#NUM!": "SQRT(-1)", "#NULL!": "(1/0)", "#ERROR!": `("x"+1)`,
}

// translate returns a formula for the library, and stores in f which cells it
// uses: sheets have their names in the workbook, names are replaced with their
// cells, open ranges are closed, and the time is that of the emulator.
func (calc *calculator) translate(f *formulaCell, text string) string {
	x := extractor{calculator: calc}
	first := len(calc.subexprs)
	parts := grid.SplitFormula(strings.TrimPrefix(text, "="))
	for i := 0; i < len(parts); i++ {
		p, used := parts[i], len(f.uses)
		switch name := strings.ToUpper(p.Text); {
		case p.Kind == grid.RangePart:
			blank, length := calc.blankTest(f, parts[i:])
			if length == 0 {
				blank, length = calc.writeReference(f, p), 1
			}
			x.text += blank
			i += length - 1
			if !p.Cells.Single {
				x.ranges++
			}
		case p.Kind == grid.NamePart:
			x.text += calc.writeName(f, name)
			x.ranges++
		case p.Kind == grid.FunctionPart && (name == "NOW" || name == "TODAY") && i+2 < len(parts) && parts[i+2].Text == ")":
			x.text += calc.writeClock(name)
			i += 2
		case p.Kind == grid.PlainPart && errorTerms[name] != "":
			x.text += errorTerms[name]
		case p.Kind == grid.FunctionPart:
			x.openCall(name)
		default:
			x.literal(p.Text)
		}
		x.uses = append(x.uses, f.uses[used:]...)
	}
	f.whole = subexpr{strict: x.lenient == 0, uses: x.uses, needs: x.needs}
	f.subexprs = calc.subexprs[first:]
	return x.text
}

// blankTest translates a comparison of a cell with "", which is wrong in the
// library for an empty cell.
func (calc *calculator) blankTest(f *formulaCell, parts []grid.FormulaPart) (text string, length int) {
	if parts[0].Kind != grid.RangePart || !parts[0].Cells.Single {
		return "", 0
	}
	operator, at := "", 1
	for ; at < len(parts) && parts[at].Kind == grid.PlainPart && len(operator) < 3; at++ {
		switch strings.TrimSpace(parts[at].Text) {
		case "":
		case "=", "<", ">":
			operator += parts[at].Text
		case `""`:
			test := map[string]string{"=": "=0", "<>": ">0"}[operator]
			if test == "" {
				return "", 0
			}
			return "(LEN(" + calc.writeReference(f, parts[0]) + ")" + test + ")", at + 1
		default:
			return "", 0
		}
	}
	return "", 0
}

// writeClock returns the value of NOW or TODAY.
func (calc *calculator) writeClock(name string) string {
	n := grid.Serial(calc.now.UTC())
	if name == "TODAY" {
		n = float64(int(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// writeReference returns a reference for the library.
func (calc *calculator) writeReference(f *formulaCell, p grid.FormulaPart) string {
	s := f.sheet
	if p.Sheet != "" {
		s = calc.ss.sheetByTitle(p.Sheet)
	}
	if s == nil {
		return errorTerms[grid.RefError]
	}
	return calc.writeRange(f, s, p.Cells)
}

// writeRange returns a range with its sheet; #REF! for one outside the grid.
func (calc *calculator) writeRange(f *formulaCell, s *Sheet, r grid.CellRange) string {
	if r.Area.Top >= s.Height || r.Area.Left >= s.Width {
		return errorTerms[grid.RefError]
	}
	r.Area = r.Area.Closed(s.Height, s.Width)
	f.uses = append(f.uses, usedRange{s, r.Area})
	// The library visits every row of a range, also the empty ones at the end.
	if last := max(len(s.Rows), r.Area.Top+1); r.Area.Bottom > last && r.Area.Rows() > maxEmptyRows {
		r.Area.Bottom = last
	}
	r.Absolute = [4]bool{true, true, true, true}
	return calc.sheetName(s) + "!" + r.Text()
}

// maxEmptyRows is the number of empty rows at the end that a range may have
// before they are left out of the calculation.
const maxEmptyRows = 2000

// writeName returns the cells of a named range.
func (calc *calculator) writeName(f *formulaCell, name string) string {
	for _, n := range calc.ss.NamedRanges {
		if s := calc.ss.SheetByID(n.SheetID); s != nil && strings.EqualFold(n.Name, name) {
			return calc.writeRange(f, s, grid.CellRange{Area: n.Area, Single: n.Area.Rows() == 1 && n.Area.Columns() == 1})
		}
	}
	return errorTerms["#NAME?"]
}
