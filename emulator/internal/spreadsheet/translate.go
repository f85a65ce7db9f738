package spreadsheet

import (
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// Formulas in the calculator's dialect.

// errorTerms stand for errors written in a formula, which the library takes
// for bad syntax: terms that have the error as their value.
var errorTerms = map[string]string{
	"#REF!": "INDEX(A1:A1,2,2)", "#NAME?": "NOSUCHNAME()", "#DIV/0!": "(1/0)", "#N/A": "NA()",
	"#VALUE!": `("x"+1)`, "#NUM!": "SQRT(-1)", "#NULL!": "(1/0)", "#ERROR!": `("x"+1)`,
}

// translate writes a formula for the calculator and notes which cells it uses:
// sheets by their code, names by their cells, open ranges closed, and the clock
// by the emulator's.
func (k *calculator) translate(f *formulaCell, text string) string {
	b := extractor{calculator: k}
	first := len(k.subexprs)
	parts := grid.SplitFormula(strings.TrimPrefix(text, "="))
	for i := 0; i < len(parts); i++ {
		p, used := parts[i], len(f.uses)
		switch name := strings.ToUpper(p.Text); {
		case p.Kind == grid.RangePart:
			blank, length := k.blankTest(f, parts[i:])
			if length == 0 {
				blank, length = k.writeReference(f, p), 1
			}
			b.text += blank
			i += length - 1
			if !p.Cells.Single {
				b.ranges++
			}
		case p.Kind == grid.NamePart:
			b.text += k.writeName(f, name)
			b.ranges++
		case p.Kind == grid.FunctionPart && (name == "NOW" || name == "TODAY") && i+2 < len(parts) && parts[i+2].Text == ")":
			b.text += k.writeClock(name)
			i += 2
		case p.Kind == grid.PlainPart && errorTerms[name] != "":
			b.text += errorTerms[name]
		case p.Kind == grid.FunctionPart:
			b.openCall(name)
		default:
			b.literal(p.Text)
		}
		b.uses = append(b.uses, f.uses[used:]...)
	}
	f.whole = subexpr{strict: b.lenient == 0, uses: b.uses, needs: b.needs}
	f.subexprs = k.subexprs[first:]
	return b.text
}

// blankTest translates a comparison of a cell with "", which the library gets
// wrong for an empty cell.
func (k *calculator) blankTest(f *formulaCell, parts []grid.FormulaPart) (text string, length int) {
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
			return "(LEN(" + k.writeReference(f, parts[0]) + ")" + test + ")", at + 1
		default:
			return "", 0
		}
	}
	return "", 0
}

func (k *calculator) writeClock(name string) string {
	n := grid.Serial(k.now.UTC())
	if name == "TODAY" {
		n = float64(int(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func (k *calculator) writeReference(f *formulaCell, p grid.FormulaPart) string {
	s := f.sheet
	if p.Sheet != "" {
		s = k.spreadsheet.sheetByTitle(p.Sheet)
	}
	if s == nil {
		return errorTerms[grid.RefError]
	}
	return k.writeRange(f, s, p.Cells)
}

// writeRange writes a range with its sheet; what lies outside the grid is #REF!.
func (k *calculator) writeRange(f *formulaCell, s *Sheet, r grid.CellRange) string {
	if r.Area.Top >= s.Height || r.Area.Left >= s.Width {
		return errorTerms[grid.RefError]
	}
	r.Area = r.Area.Closed(s.Height, s.Width)
	f.uses = append(f.uses, usedRange{s, r.Area})
	// Rows below the last one with anything in it are not walked through.
	if last := max(len(s.Rows), r.Area.Top+1); r.Area.Bottom > last && r.Area.Rows() > maxEmptyRows {
		r.Area.Bottom = last
	}
	r.Absolute = [4]bool{true, true, true, true}
	return k.sheetName(s) + "!" + r.Text()
}

// maxEmptyRows is how many empty rows at the end a range may have before they
// are left out of the calculation.
const maxEmptyRows = 2000

func (k *calculator) writeName(f *formulaCell, name string) string {
	for _, n := range k.spreadsheet.NamedRanges {
		if s := k.spreadsheet.SheetByID(n.SheetID); s != nil && strings.EqualFold(n.Name, name) {
			return k.writeRange(f, s, grid.CellRange{Area: n.Area, Single: n.Area.Rows() == 1 && n.Area.Columns() == 1})
		}
	}
	return errorTerms["#NAME?"]
}
