package formula

import (
	"regexp"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// regexFunctions are the functions with regular expressions, which are RE2's in
// Sheets as in Go (support.google.com/docs/answer/3098244).
func regexFunctions() map[string]function {
	return map[string]function{
		"REGEXMATCH": ofRegex(2, func(re *regexp.Regexp, v []grid.Cell) grid.Cell {
			return grid.BoolCell(re.MatchString(v[0].Text))
		}),
		"REGEXREPLACE": ofRegex(3, func(re *regexp.Regexp, v []grid.Cell) grid.Cell {
			if v[2].Kind != grid.KindText && v[2].Kind != grid.KindBlank {
				return valueError
			}
			return textValue(re.ReplaceAllString(v[0].Text, groupNames.ReplaceAllString(v[2].Text, "${$1}")))
		}),
		"REGEXEXTRACT": {2, 2, regexExtract},
	}
}

// groupNames matches the reference to a group in a replacement.
var groupNames = regexp.MustCompile(`[$\\]([0-9])`)

// compile returns a regular expression, and whether the text that it is applied
// to is text: numbers are #VALUE! to these functions.
func compile(v []grid.Cell) (*regexp.Regexp, *grid.Cell) {
	if failed, ok := firstError(v); ok {
		return nil, &failed
	}
	if v[0].Kind != grid.KindText && v[0].Kind != grid.KindBlank || v[1].Kind != grid.KindText {
		return nil, &valueError
	}
	re, err := regexp.Compile(v[1].Text)
	if err != nil {
		failed := grid.ErrorCell(grid.RefError) // "not a valid regular expression"
		return nil, &failed
	}
	return re, nil
}

func ofRegex(args int, apply func(re *regexp.Regexp, v []grid.Cell) grid.Cell) function {
	return ofAnyValues(args, args, func(_ *evaluator, v []grid.Cell) grid.Cell {
		re, failed := compile(v)
		if failed != nil {
			return *failed
		}
		return apply(re, v)
	})
}

// regexExtract is REGEXEXTRACT: the first match or, of an expression with groups,
// the groups side by side.
func regexExtract(e *evaluator, args []*node, array bool) operand {
	operands := []operand{e.evaluate(args[0], array), e.evaluate(args[1], array)}
	if !array || operands[0].rows == 1 && operands[0].columns == 1 {
		re, failed := compile([]grid.Cell{e.scalar(operands[0], array), e.scalar(operands[1], array)})
		if failed != nil {
			return single(*failed)
		}
		return extracted(re, e.scalar(operands[0], array).Text)
	}
	return e.each(array, operands, func(v []grid.Cell) grid.Cell {
		re, failed := compile(v)
		if failed != nil {
			return *failed
		}
		o := extracted(re, v[0].Text)
		if o.columns > 1 {
			panic(lacking{"REGEXEXTRACT of an array with several groups"})
		}
		return o.at(0, 0)
	})
}

func extracted(re *regexp.Regexp, s string) operand {
	m := re.FindStringSubmatch(s)
	switch {
	case m == nil:
		return single(notAvailable)
	case len(m) == 1:
		return single(textValue(m[0]))
	}
	out := newArray(1, len(m)-1)
	for i, group := range m[1:] {
		out.cells[i] = textValue(strings.Clone(group))
	}
	return out
}
