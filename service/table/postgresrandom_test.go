//go:build unix

package table

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// columnType is what the cells of a random column are, beside blank ones.
type columnType int

const (
	numbers columnType = iota
	texts
	booleans
	days
	mixed // numbers, texts and booleans
)

// randomColumns are the columns of each random sheet. Some have names that need quotes.
var randomColumns = []struct {
	name string
	is   columnType
}{
	{"n", numbers}, {"Unit Price", numbers}, {"item", texts}, {"a,b.c", texts}, {"sold", booleans}, {"day", days}, {"limit", mixed}, {"m", mixed},
}

var randomTexts = []string{
	"a", "A", "b", "B", "ab", "aB", "Ab", "abc", "ä", "Ä", "2", "10", "1.0", "true", "TRUE", "2026-03-02", "a*b", "a%b", "a_b", `a\b`, `"`, "a,b", "(a)", "{a}", " ", "a b", "null", "x\ny", "'",
}

var randomNumbers = []float64{-1.5, -1, 0, 0.25, 1, 2, 3, 10, 46083, 1000}

// randomSheet makes a sheet and queries for it.
type randomSheet struct {
	*rand.Rand
	rows [][]any
}

func newRandomSheet(r *rand.Rand) *randomSheet {
	s := &randomSheet{Rand: r}
	blanks := r.IntN(4)
	for range r.IntN(40) {
		row := make([]any, len(randomColumns))
		for i, c := range randomColumns {
			if r.IntN(8) >= blanks {
				row[i] = s.cell(c.is)
			}
		}
		if slices.ContainsFunc(row, func(cell any) bool { return cell != nil }) {
			s.rows = append(s.rows, row)
		}
	}
	return s
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (s *randomSheet) cell(is columnType) any {
	switch is {
	case numbers:
		return pick(s.Rand, randomNumbers)
	case texts:
		return pick(s.Rand, randomTexts)
	case booleans:
		return s.IntN(2) == 0
	case days:
		return DateCell{Serial: float64(46080 + s.IntN(6)), Kind: Date}
	}
	return s.cell(pick(s.Rand, []columnType{numbers, texts, booleans}))
}

// rowSet returns the sheet as it is read.
func (s *randomSheet) rowSet(t *testing.T) *RowSet {
	t.Helper()
	b := NewRowsBuilder("T", 1, Typed)
	var header []any
	for _, c := range randomColumns {
		header = append(header, c.name)
	}
	for _, row := range slices.Concat([][]any{header}, s.rows) {
		cells, kinds := make([]any, len(row)), make([]DateKind, len(row))
		for i, cell := range row {
			if cells[i] = cell; cell != nil {
				if d, ok := cell.(DateCell); ok {
					cells[i], kinds[i] = d.String(), d.Kind
				}
			}
		}
		if err := b.Add(jsonCells(t, cells), kinds); err != nil {
			t.Fatal(err)
		}
	}
	return b.RowSet()
}

// literal returns a value to compare cells of a column with.
func (s *randomSheet) literal(is columnType) string {
	switch is {
	case numbers:
		return pick(s.Rand, []string{"0", "-1", "2", "2.0", "1e1", "0.25", "3", "-0"})
	case booleans:
		return pick(s.Rand, []string{"true", "false", "TRUE", "fAlse"})
	case days:
		return FormatISO(float64(46080+s.IntN(6)), Date)
	case texts:
		return pick(s.Rand, randomTexts)
	}
	return s.literal(pick(s.Rand, []columnType{numbers, texts, booleans, days}))
}

func (s *randomSheet) filter() (f Filter) {
	for range s.IntN(3) {
		f.Conditions = append(f.Conditions, s.condition(0))
	}
	if f.Validate() != nil { // too many conditions
		return Filter{}
	}
	return f
}

func (s *randomSheet) condition(depth int) Condition {
	c := Condition{Not: s.IntN(3) == 0}
	if depth < 3 && s.IntN(4) == 0 {
		c.Op = pick(s.Rand, []Operator{OpAnd, OpOr})
		for range 1 + s.IntN(3) {
			c.Conditions = append(c.Conditions, s.condition(depth+1))
		}
		return c
	}
	column := pick(s.Rand, randomColumns)
	c.Column = column.name
	switch s.IntN(8) {
	case 0:
		c.Op, c.Values = OpIs, []string{pick(s.Rand, isValues)}
		return c
	case 1:
		c.Op = OpIn
	case 2, 3:
		if column.is == texts || column.is == mixed {
			c.Op = pick(s.Rand, []Operator{OpLike, OpILike, OpMatch, OpIMatch})
			break
		}
		fallthrough
	default:
		c.Op = pick(s.Rand, []Operator{OpEq, OpNeq, OpGt, OpGte, OpLt, OpLte})
	}
	n := 1
	if c.Op == OpIn {
		n = s.IntN(4)
	} else if s.IntN(6) == 0 {
		c.Quantifier, n = pick(s.Rand, []Quantifier{Any, All}), s.IntN(4)
	}
	for range n {
		c.Values = append(c.Values, s.value(c.Op, column.is))
	}
	return c
}

func (s *randomSheet) value(op Operator, is columnType) string {
	var parts []string
	switch op {
	case OpLike, OpILike:
		parts = []string{"*", "%", "_", "a", "B", "ä", "Ä", "0", "1", ".", `\*`, `\_`, `\\`, `\a`, "t", ","}
	case OpMatch, OpIMatch:
		parts = []string{"a", "B", "ä", ".", "[a-c]", "(a|b)", "b*", "(ab)?", "[0-9]+", "^", "$", "[^a]", "t|b", `\.`, `\d`, "x{1,2}"}
	default:
		return s.literal(is)
	}
	text := ""
	for range s.IntN(4) {
		text += pick(s.Rand, parts)
	}
	return text
}

func (s *randomSheet) query() Query {
	q := Query{Filter: s.filter(), Offset: s.IntN(3) * s.IntN(5)}
	if s.IntN(2) == 0 {
		q.Limit = 1 + s.IntN(10)
	}
	columns := s.Perm(len(randomColumns))
	grouped := s.IntN(3) == 0
	for i, at := range columns[:s.IntN(4)] {
		selection := Selection{Column: randomColumns[at].name}
		if s.IntN(3) == 0 {
			selection.As = fmt.Sprintf("as %d", i)
		}
		q.Select = append(q.Select, selection)
	}
	for i := range 1 + s.IntN(3) {
		if grouped {
			selection := Selection{Column: pick(s.Rand, randomColumns).name, As: fmt.Sprintf("x%d", i), Aggregate: pick(s.Rand, aggregates)}
			if selection.Aggregate == Count && s.IntN(2) == 0 {
				selection.Column = ""
			}
			q.Select = append(q.Select, selection)
		}
	}
	names := []string{}
	for _, c := range randomColumns {
		names = append(names, c.name)
	}
	if grouped {
		names = nil
		for _, selection := range q.Select {
			names = append(names, selection.name())
		}
	}
	for _, at := range s.Perm(len(names))[:s.IntN(min(4, len(names)+1))] {
		q.Order = append(q.Order, Sort{Column: names[at], Descending: s.IntN(2) == 0, NullsFirst: s.IntN(3) == 0})
	}
	return q
}

// urlText returns the query as it is in a URL.
func urlText(q Query) string {
	quote := func(name string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	p := url.Values{}
	for _, c := range q.Filter.Conditions {
		text := groupText(c)
		switch {
		case c.Op == OpAnd || c.Op == OpOr:
			word, list, _ := strings.Cut(text, "(")
			p.Add(word, "("+list)
		case c.Quantifier == "" && c.Op != OpIn:
			not := map[bool]string{true: "not."}[c.Not]
			p.Add(quote(c.Column), not+string(c.Op)+"."+c.Values[0])
		default:
			name, _ := unquote(text[:len(quote(c.Column))])
			p.Add(quote(name), text[len(quote(c.Column))+1:])
		}
	}
	var columns, order []string
	for _, s := range q.Select {
		text := ""
		if s.As != "" {
			text = quote(s.As) + ":"
		}
		if s.Column != "" {
			text += quote(s.Column)
		}
		if s.Aggregate != "" {
			text += strings.TrimPrefix("."+string(s.Aggregate)+"()", map[bool]string{true: "."}[s.Column == ""])
		}
		columns = append(columns, text)
	}
	for _, s := range q.Order {
		order = append(order, quote(s.Column)+map[bool]string{true: ".desc"}[s.Descending]+map[bool]string{true: ".nullsfirst"}[s.NullsFirst])
	}
	p.Set("select", strings.Join(columns, ","))
	p.Set("order", strings.Join(order, ","))
	p.Set("offset", strconv.Itoa(q.Offset))
	if q.Limit > 0 {
		p.Set("limit", strconv.Itoa(q.Limit))
	}
	return p.Encode()
}
