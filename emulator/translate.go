package emulator

import (
	"strconv"
	"strings"
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
func (k *calculator) translate(f *formulaAt, text string) string {
	b := hoister{book: k}
	first := len(k.parts)
	parts := formulaParts(strings.TrimPrefix(text, "="))
	for i := 0; i < len(parts); i++ {
		p, used := parts[i], len(f.uses)
		switch name := strings.ToUpper(p.text); {
		case p.kind == rangePart:
			blank, length := k.blankTest(f, parts[i:])
			if length == 0 {
				blank, length = k.reference(f, p), 1
			}
			b.text += blank
			i += length - 1
			if !p.cells.single {
				b.ranges++
			}
		case p.kind == namePart:
			b.text += k.name(f, name)
			b.ranges++
		case p.kind == functionPart && (name == "NOW" || name == "TODAY") && i+2 < len(parts) && parts[i+2].text == ")":
			b.text += k.clock(name)
			i += 2
		case p.kind == plainPart && errorTerms[name] != "":
			b.text += errorTerms[name]
		case p.kind == functionPart:
			b.open(name)
		default:
			b.plain(p.text)
		}
		b.uses = append(b.uses, f.uses[used:]...)
	}
	f.whole = formulaPiece{strict: b.lenient == 0, uses: b.uses, needs: b.needs}
	f.pieces = k.parts[first:]
	return b.text
}

// blankTest translates a comparison of a cell with "", which the library gets
// wrong for an empty cell.
func (k *calculator) blankTest(f *formulaAt, parts []formulaPart) (text string, length int) {
	if parts[0].kind != rangePart || !parts[0].cells.single {
		return "", 0
	}
	operator, at := "", 1
	for ; at < len(parts) && parts[at].kind == plainPart && len(operator) < 3; at++ {
		switch strings.TrimSpace(parts[at].text) {
		case "":
		case "=", "<", ">":
			operator += parts[at].text
		case `""`:
			test := map[string]string{"=": "=0", "<>": ">0"}[operator]
			if test == "" {
				return "", 0
			}
			return "(LEN(" + k.reference(f, parts[0]) + ")" + test + ")", at + 1
		default:
			return "", 0
		}
	}
	return "", 0
}

func (k *calculator) clock(name string) string {
	n := serial(k.now.UTC())
	if name == "TODAY" {
		n = float64(int(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func (k *calculator) reference(f *formulaAt, p formulaPart) string {
	s := f.sheet
	if p.sheet != "" {
		s = k.of.sheetByTitle(p.sheet)
	}
	if s == nil {
		return errorTerms[refError]
	}
	return k.cells(f, s, p.cells)
}

// cells writes a range with its sheet; what lies outside the grid is #REF!.
func (k *calculator) cells(f *formulaAt, s *sheet, r cellRange) string {
	if r.area.top >= s.height || r.area.left >= s.width {
		return errorTerms[refError]
	}
	r.area = r.area.closed(s.height, s.width)
	f.uses = append(f.uses, usedCells{s, r.area})
	// Rows below the last one with anything in it are not walked through.
	if last := max(len(s.rows), r.area.top+1); r.area.bottom > last && r.area.rows() > maxIdleRows {
		r.area.bottom = last
	}
	r.absolute = [4]bool{true, true, true, true}
	return k.code(s) + "!" + r.text()
}

// maxIdleRows is how many empty rows at the end a range may have before they
// are left out of the calculation.
const maxIdleRows = 2000

func (k *calculator) name(f *formulaAt, name string) string {
	for _, n := range k.of.named {
		if s := k.of.sheetByID(n.sheetID); s != nil && strings.EqualFold(n.name, name) {
			return k.cells(f, s, cellRange{area: n.area, single: n.area.rows() == 1 && n.area.columns() == 1})
		}
	}
	return errorTerms["#NAME?"]
}
