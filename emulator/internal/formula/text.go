package formula

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/grid"
)

// maxText is the number of characters that a text function returns at most, as
// the error message of Sheets has it.
const maxText = 32_000

// textOf returns a function of text, which may be no longer than Sheets allows.
func textOf(least, most int, apply func(v []grid.Cell) grid.Cell) function {
	return ofValues(least, most, func(_ *evaluator, v []grid.Cell) grid.Cell {
		out := apply(v)
		if len(out.Text) > maxText && utf8.RuneCountInString(out.Text) > maxText {
			return valueError
		}
		return out
	})
}

// count returns a number argument, or a default where it is left out; ok is
// false for one below least.
func countAt(v []grid.Cell, i int, other, least float64) (n int, ok bool) {
	x := other
	if i < len(v) {
		if x, ok = number(v[i]); !ok {
			return 0, false
		}
	}
	return int(min(math.Trunc(x), 1<<30)), x >= least
}

func textFunctions() map[string]function {
	list := map[string]function{
		"LEN": textOf(1, 1, func(v []grid.Cell) grid.Cell {
			return grid.NumberCell(float64(utf16Length(text(v[0]))))
		}),
		"LEFT":      textOf(1, 2, left),
		"RIGHT":     textOf(1, 2, right),
		"MID":       textOf(3, 3, middle),
		"HYPERLINK": textOf(1, 2, func(v []grid.Cell) grid.Cell { return v[len(v)-1] }),
		"EXACT":     textOf(2, 2, func(v []grid.Cell) grid.Cell { return grid.BoolCell(text(v[0]) == text(v[1])) }),
		"REPT": textOf(2, 2, func(v []grid.Cell) grid.Cell {
			s := text(v[0])
			n, ok := countAt(v, 1, 0, 0)
			if !ok || n*max(1, len(s)) > 4*maxText {
				return valueError
			}
			return textValue(strings.Repeat(s, n))
		}),
		"SUBSTITUTE": textOf(3, 4, substitute),
		"REPLACE": textOf(4, 4, func(v []grid.Cell) grid.Cell {
			s := []rune(text(v[0]))
			from, ok := countAt(v, 1, 1, 1)
			n, alsoOK := countAt(v, 2, 0, 0)
			if !ok || !alsoOK {
				return valueError
			}
			from = min(from-1, len(s))
			return textValue(string(s[:from]) + text(v[3]) + string(s[min(from+n, len(s)):]))
		}),
		"CHAR": textOf(1, 1, func(v []grid.Cell) grid.Cell {
			n, ok := countAt(v, 0, 0, 1)
			if !ok || n > unicode.MaxRune {
				return numError
			}
			return textValue(string(rune(n)))
		}),
		"CODE": textOf(1, 1, func(v []grid.Cell) grid.Cell {
			for _, r := range text(v[0]) {
				return grid.NumberCell(float64(r))
			}
			return valueError
		}),
	}
	list["UNICHAR"], list["UNICODE"] = list["CHAR"], list["CODE"]
	return list
}

// joiningFunctions are the functions that convert, join and split text.
func joiningFunctions() map[string]function {
	list := map[string]function{
		"FIND":   textOf(2, 3, func(v []grid.Cell) grid.Cell { return find(v, strings.Index) }),
		"SEARCH": textOf(2, 3, search),
		"VALUE": textOf(1, 1, func(v []grid.Cell) grid.Cell {
			n, ok := number(v[0])
			if !ok || v[0].Kind == grid.KindBool {
				return valueError
			}
			return grid.NumberCell(n)
		}),
		"TEXT":        textOf(2, 2, format),
		"CONCATENATE": ofRanges(1, -1, false, func(e *evaluator, args []operand) operand { return e.join("", false, args) }),
		"JOIN": ofRanges(2, -1, false, func(e *evaluator, args []operand) operand {
			return e.join(text(e.one(args[0])), true, args[1:])
		}),
		"TEXTJOIN": ofRanges(3, -1, false, func(e *evaluator, args []operand) operand {
			given := []grid.Cell{e.one(args[0]), e.one(args[1])}
			if failed, ok := firstError(given); ok {
				return single(failed)
			}
			ignore, ok := truth(given[1])
			if !ok {
				return single(valueError)
			}
			return e.join(text(given[0]), ignore, args[2:])
		}),
		"SPLIT": ofRanges(2, 4, false, split),
	}
	for name, f := range map[string]func(string) string{
		"UPPER": strings.ToUpper, "LOWER": strings.ToLower, "PROPER": proper,
		"TRIM": func(s string) string {
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
		},
		"CLEAN": func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, s)
		},
	} {
		list[name] = textOf(1, 1, func(v []grid.Cell) grid.Cell { return textValue(f(text(v[0]))) })
	}
	return list
}

// utf16Length returns the length of a text as Sheets counts it.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}

func left(v []grid.Cell) grid.Cell {
	s := []rune(text(v[0]))
	n, ok := countAt(v, 1, 1, 0)
	if !ok {
		return valueError
	}
	return textValue(string(s[:min(n, len(s))]))
}

func right(v []grid.Cell) grid.Cell {
	s := []rune(text(v[0]))
	n, ok := countAt(v, 1, 1, 0)
	if !ok {
		return valueError
	}
	return textValue(string(s[len(s)-min(n, len(s)):]))
}

func middle(v []grid.Cell) grid.Cell {
	s := []rune(text(v[0]))
	from, ok := countAt(v, 1, 1, 1)
	n, alsoOK := countAt(v, 2, 0, 0)
	if !ok || !alsoOK {
		return valueError
	}
	from = min(from-1, len(s))
	return textValue(string(s[from:min(from+n, len(s))]))
}

func substitute(v []grid.Cell) grid.Cell {
	s, old, now := text(v[0]), text(v[1]), text(v[2])
	if old == "" {
		return textValue(s)
	}
	if len(v) < 4 {
		return textValue(strings.ReplaceAll(s, old, now))
	}
	which, ok := countAt(v, 3, 0, 1)
	if !ok {
		return valueError
	}
	for at := 0; ; {
		i := strings.Index(s[at:], old)
		if i < 0 {
			return textValue(s)
		}
		if at += i; which == 1 {
			return textValue(s[:at] + now + s[at+len(old):])
		}
		which--
		at += len(old)
	}
}

// find returns the position of a text in another, in characters from 1.
func find(v []grid.Cell, index func(s, what string) int) grid.Cell {
	from, ok := countAt(v, 2, 1, 1)
	s := []rune(text(v[1]))
	if !ok || from > len(s)+1 {
		return valueError
	}
	rest := string(s[from-1:])
	i := index(rest, text(v[0]))
	if i < 0 {
		return valueError
	}
	return grid.NumberCell(float64(from + utf8.RuneCountInString(rest[:i])))
}

// search is FIND without regard to case. Wildcards are not emulated.
func search(v []grid.Cell) grid.Cell {
	if strings.ContainsAny(text(v[0]), "*?~") {
		return uncalculated("SEARCH with wildcards")
	}
	return find(v, func(s, what string) int { return strings.Index(strings.ToLower(s), strings.ToLower(what)) })
}

// proper begins every word with a capital letter.
func proper(s string) string {
	letter := false
	return strings.Map(func(r rune) rune {
		inside := letter
		if letter = unicode.IsLetter(r); inside {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// format is TEXT: a number in a format.
func format(v []grid.Cell) grid.Cell {
	n, ok := number(v[0])
	if v[0].Kind == grid.KindText && !ok || v[0].Kind == grid.KindBool {
		return textValue(text(v[0]))
	}
	shown, err := grid.FormatPattern(n, text(v[1]))
	if err != nil {
		return uncalculated("TEXT with the format " + text(v[1]))
	}
	return textValue(shown)
}

// join joins values with a text between.
func (e *evaluator) join(between string, ignoreEmpty bool, args []operand) operand {
	var b strings.Builder
	var failed *grid.Cell
	some := false
	for _, o := range args {
		if !ignoreEmpty && between != "" && o.from != nil {
			o = e.copied(o) // with the empty cells at the end
		}
		e.visit(o, func(_, _ int, v grid.Cell) bool {
			s := text(v)
			switch {
			case isError(v):
				failed = &v
				return false
			case s == "" && ignoreEmpty:
				return true
			case some:
				b.WriteString(between)
			}
			some = true
			b.WriteString(s)
			return b.Len() <= 4*maxText
		})
	}
	switch {
	case failed != nil:
		return single(*failed)
	case utf8.RuneCountInString(b.String()) > maxText:
		return single(valueError)
	}
	return single(textValue(b.String()))
}

// split is SPLIT: a text divided at each of some characters. Parts that are
// numbers or dates become these.
func split(e *evaluator, args []operand) operand {
	if args[0].rows > 1 || args[0].columns > 1 {
		panic(lacking{"SPLIT of an array"})
	}
	given := make([]grid.Cell, len(args))
	for i := range args {
		given[i] = e.one(args[i])
	}
	if failed, ok := firstError(given); ok {
		return single(failed)
	}
	s, at := text(given[0]), text(given[1])
	if at == "" || s == "" {
		return single(valueError)
	}
	each, dropEmpty := true, true
	if len(given) > 2 {
		each, _ = truth(given[2])
	}
	if len(given) > 3 {
		dropEmpty, _ = truth(given[3])
	}
	var parts []string
	if each {
		parts = splitAny(s, at)
	} else {
		parts = strings.Split(s, at)
	}
	out := operand{rows: 1}
	for _, part := range parts {
		if part != "" || !dropEmpty {
			out.cells = append(out.cells, typed(part))
		}
	}
	if out.columns = len(out.cells); out.columns == 0 {
		return single(notAvailable)
	}
	return out
}

// splitAny divides a text at each character of a set.
func splitAny(s, set string) []string {
	parts := []string{""}
	for _, r := range s {
		if strings.ContainsRune(set, r) {
			parts = append(parts, "")
			continue
		}
		parts[len(parts)-1] += string(r)
	}
	return parts
}

// typed returns a text as a number where it is one.
func typed(s string) grid.Cell {
	if n, ok := number(textValue(s)); ok {
		return grid.NumberCell(n)
	}
	return textValue(s)
}
