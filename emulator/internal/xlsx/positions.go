package xlsx

import (
	"cmp"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// positions are where the rows or columns of a sheet of the file are now.
type positions struct {
	runs  []placedRun // in their present order
	first []placedRun // those that the file has, in the file's order
	max   int         // of lines in a sheet
}

type placedRun struct {
	grid.LineRun
	now int // where the run begins
}

func newPositions(lines grid.Lines, limit int) positions {
	p := positions{max: limit}
	now := 0
	for _, run := range lines.Runs() {
		placed := placedRun{run, now}
		p.runs = append(p.runs, placed)
		if run.First != grid.Inserted {
			p.first = append(p.first, placed)
		}
		now += run.N
	}
	slices.SortFunc(p.first, func(a, b placedRun) int { return cmp.Compare(a.First, b.First) })
	return p
}

// unchanged reports whether all lines are where they were.
func (p positions) unchanged() bool { return len(p.runs) == 1 && p.runs[0].First == 0 }

// of returns where a line of the file is now; false if it was deleted.
func (p positions) of(line int) (int, bool) {
	i, found := slices.BinarySearchFunc(p.first, line, func(run placedRun, line int) int { return cmp.Compare(run.First, line) })
	if !found {
		i--
	}
	if i < 0 || line >= p.first[i].First+p.first[i].N {
		return 0, false
	}
	now := p.first[i].now + line - p.first[i].First
	return now, now < p.max
}

// after returns where a line of the file is now or, if it was deleted, the next one.
func (p positions) after(line int) int {
	if now, ok := p.of(line); ok {
		return now
	}
	for _, run := range p.first {
		if run.First >= line {
			return min(run.now, p.max-1)
		}
	}
	return p.max - 1
}

// span returns where the lines from start up to end-1 are now; false if all were deleted.
// With grow, inserted lines that follow and took on the format of one of them belong to it.
func (p positions) span(start, end int, grow bool) (from, to int, ok bool) {
	from = p.max
	for _, run := range p.first {
		if run.First >= end || run.First+run.N <= start {
			continue
		}
		from = min(from, run.now+max(0, start-run.First))
		to = max(to, run.now+min(run.N, end-run.First))
	}
	for _, run := range p.runs {
		if grow && run.First == grid.Inserted && run.now == to && run.Model >= start && run.Model < end {
			to += run.N
		}
	}
	to = min(to, p.max)
	return from, to, from < to
}

// sheetMap is where the cells of a sheet of the file are now.
type sheetMap struct {
	sheet         *Sheet // nil = it is deleted
	from          string
	rows, columns positions
}

// moved reports whether any row or column is not where it was.
func (m *sheetMap) moved() bool { return !m.rows.unchanged() || !m.columns.unchanged() }

// area returns where an area is now; false if nothing of it is left.
func (m *sheetMap) area(a grid.Area, grow bool) (grid.Area, bool) {
	var okRows, okColumns bool
	openRows, openColumns := a.Bottom == grid.ToEnd, a.Right == grid.ToEnd
	whole := a.Closed(m.rows.max, m.columns.max)
	whole.Top, whole.Bottom, okRows = m.rows.span(whole.Top, cmpOpen(openRows, m.rows.max, whole.Bottom), grow)
	whole.Left, whole.Right, okColumns = m.columns.span(whole.Left, cmpOpen(openColumns, m.columns.max, whole.Right), grow)
	if openRows {
		whole.Bottom = grid.ToEnd
		if a.Top == 0 {
			whole.Top = 0
		}
	}
	if openColumns {
		whole.Right = grid.ToEnd
		if a.Left == 0 {
			whole.Left = 0
		}
	}
	return whole, okRows && okColumns
}

func cmpOpen(open bool, most, end int) int {
	if open {
		return most
	}
	return end
}

// ranges returns a list of ranges in A1 notation, separated by blanks, as they are now; ""
// if nothing is left. Text that is not such a list stays as it is.
func (m *sheetMap) ranges(text string, grow bool) string {
	var out []string
	for name := range strings.FieldsSeq(text) {
		a, _, ok := grid.ParseCells(name)
		if !ok {
			return text
		}
		if a, ok := m.area(a, grow); ok {
			out = append(out, a.A1())
		}
	}
	return strings.Join(out, " ")
}

// mapper rewrites formulas.
type mapper struct {
	byTitle map[string]*sheetMap // in lower case
	active  bool                 // something has moved or has another title
}

// formula returns a formula, without '=', of a sheet; own is nil where references without
// a title are of no sheet.
func (m *mapper) formula(own *sheetMap, text string) string {
	if !m.active {
		return text
	}
	return rewriteReferences(text, func(p grid.FormulaPart) (string, bool) {
		of := own
		if p.Sheet != "" {
			of = m.byTitle[strings.ToLower(p.Sheet)]
		}
		if of == nil {
			return "", false
		}
		if of.sheet == nil {
			return grid.RefError, true
		}
		moved, ok := of.area(p.Cells.Area, false)
		if !ok {
			return grid.RefError, true
		}
		if moved == p.Cells.Area && (p.Sheet == "" || of.sheet.Title == of.from) {
			return "", false
		}
		p.Cells.Area = moved
		if p.Sheet != "" {
			p.Sheet = of.sheet.Title
		}
		return p.Qualified(p.Cells.Text()), true
	})
}

// rewriteReferences is [grid.RewriteReferences] for what formulas in a file have besides:
// T[column] of tables and [1]Sheet!A1 of other files, which are not references to cells.
func rewriteReferences(text string, change func(grid.FormulaPart) (string, bool)) string {
	var out strings.Builder
	depth, foreign := 0, false
	parts := grid.SplitFormula(text)
	for i, p := range parts {
		opens := i+1 < len(parts) && parts[i+1].Text == "["
		switch {
		case p.Kind == grid.PlainPart && p.Text == "[":
			if depth == 0 {
				foreign = i == 0 || parts[i-1].Kind == grid.PlainPart
			}
			depth++
		case p.Kind == grid.PlainPart && p.Text == "]":
			depth--
		case p.Kind == grid.RangePart && depth == 0 && !opens && !foreign:
			if now, ok := change(p); ok {
				out.WriteString(now)
				continue
			}
		}
		if depth == 0 && p.Text != "]" {
			foreign = false
		}
		out.WriteString(p.Text)
	}
	return out.String()
}

// FormulaMover returns a function that rewrites formulas, with their '=', of a sheet of the
// file: as they are after the rows, columns and titles have changed as in sheets. The
// titles are those of all sheets of the file.
func FormulaMover(titles []string, sheets []Sheet) func(title, text string) string {
	wb := workbook{sheets: sheets, formulas: mapper{byTitle: map[string]*sheetMap{}}}
	for _, title := range titles {
		wb.place(&tab{title: title, isWorksheet: true})
	}
	return func(title, text string) string {
		return wb.formulas.formula(wb.formulas.byTitle[strings.ToLower(title)], text)
	}
}
