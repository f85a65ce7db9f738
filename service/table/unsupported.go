package table

import "strings"

// unsupported are PostgREST's operators that this package lacks, with what they are for.
var unsupported = map[string]string{
	"fts": "full-text search", "plfts": "full-text search", "phfts": "full-text search", "wfts": "full-text search",
	"cs": "arrays and ranges", "cd": "arrays and ranges", "ov": "arrays and ranges", "sl": "ranges", "sr": "ranges",
	"nxr": "ranges", "nxl": "ranges", "adj": "ranges", "isdistinct": "IS DISTINCT FROM",
}

// unsupportedOperator returns an error if the value begins with an operator of PostgREST's
// that this package lacks. Its hint is a condition of a group, or a parameter.
func unsupportedOperator(column, value string, inGroup bool) error {
	text, not := strings.CutPrefix(value, "not.")
	word, operand, _ := strings.Cut(text, ".")
	op, _, _ := strings.Cut(word, "(")
	what, ok := unsupported[op]
	if !ok {
		return nil
	}
	name := parameterName(column)
	condition := "ilike.*" + operand + "*"
	if op == "isdistinct" {
		condition, not = distinctFrom(operand, not)
	}
	if not {
		condition = "not." + condition
	}
	hint := parameter(column, condition)
	switch {
	case condition == "": // a blank cell is distinct from any value
		hint = "or=" + escapeParameter.Replace("("+name+".neq."+operand+","+name+".is.null)")
		if inGroup {
			hint = escapeParameter.Replace("or(" + name + ".neq." + operand + "," + name + ".is.null)")
		}
	case inGroup:
		hint = escapeParameter.Replace(name + "." + condition)
	}
	return &Error{Code: BadRequest, Detail: "the operator " + op + " (" + what + ") is not supported", Hint: hint}
}

// distinctFrom returns the condition that isdistinct is with this value, and whether it is
// negated; "" if it takes two conditions.
func distinctFrom(value string, not bool) (condition string, negated bool) {
	switch {
	case strings.EqualFold(value, "null"):
		return "is.null", !not
	case not:
		return "eq." + value, false
	}
	return "", false
}

// unsupportedSyntax returns which feature of PostgREST's, that this package lacks, a name
// seems to use; "" if none.
func unsupportedSyntax(name string) string {
	_, cast, isCast := strings.Cut(name, "::")
	switch {
	case strings.Contains(name, "->"):
		return "JSON paths (->) are not supported; a column whose name has such characters is given in double quotes"
	case isCast:
		return "casts (::) are not supported: leave out " + Quote("::"+cast)
	case strings.HasSuffix(name, "()") || strings.HasSuffix(name, "(*)"):
		return "the aggregates are avg, count, max, min and sum, as in select=item,price.sum(),count()"
	case strings.HasSuffix(name, ")") || strings.HasPrefix(name, "..."):
		return "embedding of other sheets is not supported: request each sheet by itself"
	}
	return ""
}
