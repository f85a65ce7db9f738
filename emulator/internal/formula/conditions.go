package formula

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
)

// criterion reports whether a value meets a criterion such as ">5" or "a*".
type criterion func(v grid.Cell) bool

// parseCriterion parses the criterion of COUNTIF and its like
// (support.google.com/docs/answer/3093480): an operator and a value. Without an
// operator, or with =, text may have the wildcards ? and *.
func parseCriterion(c grid.Cell) criterion {
	if c.Kind != grid.KindText {
		if c.Kind == grid.KindBlank {
			c = grid.NumberCell(0)
		}
		return func(v grid.Cell) bool { return v.Kind == c.Kind && equal(v, c) }
	}
	operator, rest := "", c.Text
	for _, o := range []string{"<=", ">=", "<>", "<", ">", "="} {
		if strings.HasPrefix(rest, o) {
			operator, rest = o, rest[len(o):]
			break
		}
	}
	want := textValue(rest)
	if typed, err := grid.ParseUserEntered(rest, time.Time{}); err == nil && typed.Kind != grid.KindBlank && typed.Formula() == "" && !strings.HasPrefix(rest, "'") {
		want = plainValue(typed)
	}
	switch operator {
	case "", "=":
		return equalTo(want, operator == "")
	case "<>":
		is := equalTo(want, false)
		return func(v grid.Cell) bool { return !is(v) }
	}
	return func(v grid.Cell) bool {
		by := order(v, want)
		return v.Kind == want.Kind && (by < 0 && operator[0] == '<' || by > 0 && operator[0] == '>' || by == 0 && len(operator) == 2)
	}
}

// equalTo returns the criterion of a value without an operator, or with =. An
// empty one is met by empty cells and, without an operator, by empty text.
func equalTo(want grid.Cell, bare bool) criterion {
	if want.Kind != grid.KindText {
		return func(v grid.Cell) bool { return v.Kind == want.Kind && v.Number == want.Number }
	}
	if want.Text == "" {
		return func(v grid.Cell) bool {
			return v.Kind == grid.KindBlank || bare && v.Kind == grid.KindText && v.Text == ""
		}
	}
	matches := wildcard(want.Text)
	return func(v grid.Cell) bool { return v.Kind == grid.KindText && matches(v.Text) }
}

// wildcard returns whether a text matches a pattern in which ? is one character,
// * any number of them, and ~ makes the next character an ordinary one. Case
// does not count.
func wildcard(pattern string) func(string) bool {
	if !strings.ContainsAny(pattern, "?*~") {
		return func(s string) bool { return strings.EqualFold(s, pattern) }
	}
	var b strings.Builder
	b.WriteString("(?is)^")
	escaped := false
	for _, r := range pattern {
		switch {
		case !escaped && r == '~':
			escaped = true
			continue
		case !escaped && r == '?':
			b.WriteString(".")
		case !escaped && r == '*':
			b.WriteString(".*")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		escaped = false
	}
	re, err := regexp.Compile(b.String() + "$")
	if err != nil {
		return func(string) bool { return false }
	}
	return re.MatchString
}

// condition is a range and the criterion of its values.
type condition struct {
	of    operand
	meets criterion
}

// conditions returns the pairs of a range and a criterion, and an error value
// for ranges of different sizes.
func (e *evaluator) conditions(args []operand) ([]condition, *grid.Cell) {
	var list []condition
	for i := 0; i+1 < len(args); i += 2 {
		c := e.one(args[i+1])
		switch {
		case isError(c):
			return nil, &c
		case args[i].rows != args[0].rows || args[i].columns != args[0].columns:
			return nil, &valueError
		}
		list = append(list, condition{args[i], parseCriterion(c)})
	}
	return list, nil
}

// matching calls do for every position at which all conditions are met.
func (e *evaluator) matching(list []condition, do func(r, c int)) (failed *grid.Cell) {
	first := list[0].of
	rows := first.rows
	if empty := slices.IndexFunc(list, func(c condition) bool { return !c.meets(grid.Cell{}) }); empty >= 0 {
		rows = list[empty].of.used() // below that, one condition is not met
	}
	for r := range rows {
		e.step(first.columns * len(list))
		for c := range first.columns {
			met := true
			for _, one := range list {
				v := one.of.at(r, c)
				if v.Kind == grid.KindUncalculated {
					return &v
				}
				if met = one.meets(v); !met {
					break
				}
			}
			if met {
				do(r, c)
			}
		}
	}
	return nil
}

// totals are the numbers that meet all conditions.
type totals struct {
	count         int
	sum, min, max float64
}

// total adds up the numbers of values where the conditions are met. An error
// among them is the result.
func (e *evaluator) total(values operand, list []condition) (t totals, failed *grid.Cell) {
	t.min, t.max = math.Inf(1), math.Inf(-1)
	var inValues *grid.Cell
	failed = e.matching(list, func(r, c int) {
		v := grid.Cell{}
		if values.from != nil || r < values.rows && c < values.columns {
			v = values.at(r, c)
		}
		switch {
		case isError(v) && inValues == nil:
			inValues = &v
		case v.Kind == grid.KindNumber:
			t.count++
			t.sum, t.min, t.max = t.sum+v.Number, min(t.min, v.Number), max(t.max, v.Number)
		}
	})
	if failed == nil {
		failed = inValues
	}
	return t, failed
}

func average(t totals) grid.Cell {
	if t.count == 0 {
		return divideByZero
	}
	return numeric(t.sum / float64(t.count))
}

func conditionalFunctions() map[string]function {
	list := map[string]function{
		"COUNTIF": ofRanges(2, 2, false, countIf), "COUNTIFS": ofRanges(2, -1, false, countIf),
		"SUMPRODUCT": ofRanges(1, -1, true, sumProduct),
	}
	extreme := func(of func(totals) float64) func(totals) grid.Cell {
		return func(t totals) grid.Cell {
			if t.count == 0 {
				return grid.NumberCell(0)
			}
			return numeric(of(t))
		}
	}
	for name, result := range map[string]func(totals) grid.Cell{
		"SUMIF": func(t totals) grid.Cell { return numeric(t.sum) }, "AVERAGEIF": average,
	} {
		list[name] = ofRanges(2, 3, false, func(e *evaluator, args []operand) operand {
			values := args[(len(args)/3)*2]
			return e.forCriteria(args[:2], func(pairs []operand) operand { return e.totalOf(values, pairs, result) })
		})
	}
	for name, result := range map[string]func(totals) grid.Cell{
		"SUMIFS": func(t totals) grid.Cell { return numeric(t.sum) }, "AVERAGEIFS": average,
		"MINIFS": extreme(func(t totals) float64 { return t.min }), "MAXIFS": extreme(func(t totals) float64 { return t.max }),
	} {
		list[name] = ofRanges(3, -1, false, func(e *evaluator, args []operand) operand {
			if len(args)%2 == 0 || args[0].rows != args[1].rows || args[0].columns != args[1].columns {
				return single(valueError)
			}
			return e.forCriteria(args[1:], func(pairs []operand) operand { return e.totalOf(args[0], pairs, result) })
		})
	}
	return list
}

// totalOf returns a result about the values where conditions are met.
func (e *evaluator) totalOf(values operand, pairs []operand, result func(totals) grid.Cell) operand {
	conditions, failed := e.conditions(pairs)
	if failed != nil {
		return single(*failed)
	}
	t, failed := e.total(values, conditions)
	if failed != nil {
		return single(*failed)
	}
	return single(result(t))
}

// forCriteria applies a function to pairs of a range and a criterion, in an array
// expression to each criterion of an array.
func (e *evaluator) forCriteria(pairs []operand, apply func(pairs []operand) operand) operand {
	rows, columns := 1, 1
	for i := 1; i < len(pairs); i += 2 {
		rows, columns = max(rows, pairs[i].rows), max(columns, pairs[i].columns)
	}
	if !e.array || rows == 1 && columns == 1 {
		return apply(pairs)
	}
	out, now := newArray(rows, columns), slices.Clone(pairs)
	for r := range rows {
		for c := range columns {
			for i := 1; i < len(pairs); i += 2 {
				now[i] = single(pairs[i].repeated(r, c))
			}
			out.cells[r*columns+c] = apply(now).at(0, 0)
		}
	}
	return out
}

func countIf(e *evaluator, args []operand) operand {
	if len(args)%2 != 0 {
		return single(notAvailable)
	}
	return e.forCriteria(args, e.countOf)
}

// countOf counts the positions where conditions are met.
func (e *evaluator) countOf(args []operand) operand {
	conditions, failed := e.conditions(args)
	n := 0
	if failed == nil {
		failed = e.matching(conditions, func(int, int) { n++ })
	}
	if failed != nil {
		return single(*failed)
	}
	return single(grid.NumberCell(float64(n)))
}

// sumProduct multiplies the values of arrays one by one and adds the products.
// What is not a number counts as 0.
func sumProduct(e *evaluator, args []operand) operand {
	total := 0.0
	for _, o := range args {
		if o.rows != args[0].rows || o.columns != args[0].columns {
			return single(valueError)
		}
	}
	for r := range args[0].used() {
		e.step(args[0].columns * len(args))
		for c := range args[0].columns {
			product := 1.0
			for _, o := range args {
				v := o.at(r, c)
				if isError(v) {
					return single(v)
				}
				if v.Kind != grid.KindNumber && (v.Kind != grid.KindBool || o.from != nil) {
					product = 0
				} else {
					product *= v.Number
				}
			}
			total += product
		}
	}
	return single(numeric(total))
}
