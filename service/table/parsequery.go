package table

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ParseQuery parses the query parameters of a read: select, order, limit, offset, header,
// values, format, and the conditions that [ParseFilter] takes. Errors are an [Error].
func ParseQuery(p url.Values) (q Query, err error) {
	for _, name := range []string{"columns", "on_conflict", "input"} {
		if p.Has(name) {
			return q, &Error{
				Code: BadRequest, Detail: name + " is a parameter of writes",
				Hint: fmt.Sprintf(`for the column, send "%s"=eq.%s`, name, escapeParameter.Replace(p.Get(name))),
			}
		}
	}
	if q.Filter, err = ParseFilter(p); err != nil {
		return q, err
	}
	for _, parse := range []func(url.Values) error{q.parseLists, q.parseNumbers, q.parseFormat} {
		if err := parse(p); err != nil {
			return Query{}, err
		}
	}
	return q, q.Validate()
}

func (q *Query) parseLists(p url.Values) error {
	columns, err := single(p, "select")
	if err != nil {
		return err
	}
	order, err := single(p, "order")
	if err != nil {
		return err
	}
	if q.Select, err = ParseSelect(columns); err != nil {
		return err
	}
	q.Order, err = ParseOrder(order)
	return err
}

// MaxHeader is the lowest row of a sheet that may name the columns.
const MaxHeader = 100

func (q *Query) parseNumbers(p url.Values) (err error) {
	if q.Header, err = number(p, "header", 1, MaxHeader); err != nil {
		return err
	}
	if q.Offset, err = number(p, "offset", 0, math.MaxInt); err != nil {
		return err
	}
	q.Limit, err = number(p, "limit", 0, math.MaxInt)
	q.NoRows = p.Has("limit") && q.Limit == 0
	return err
}

// number parses a whole number; 0 if the parameter is not given.
func number(p url.Values, name string, least, most int) (int, error) {
	text, err := single(p, name)
	if err != nil || !p.Has(name) {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most || strings.HasPrefix(text, "+") {
		wanted := fmt.Sprintf("%d to %d", least, most)
		if most == math.MaxInt {
			wanted = fmt.Sprintf("a whole number from %d", least)
		}
		return 0, &Error{Code: BadRequest, Detail: fmt.Sprintf("%s=%.100s: want %s", name, text, wanted), Hint: columnHint(name, text)}
	}
	return n, nil
}

// columnHint returns a hint if the value of the parameter is a condition: how to write one
// for a column with the parameter's name. Otherwise it returns "".
func columnHint(name, value string) string {
	if _, _, ok := parseOperator(value); ok {
		return "for the column with this name, send " + parameter(name, value)
	}
	return ""
}

func (q *Query) parseFormat(p url.Values) error {
	values, err := single(p, "values")
	if err != nil {
		return err
	}
	format, err := single(p, "format")
	if err != nil {
		return err
	}
	if p.Has("values") && !slices.Contains([]Render{Typed, Text, Formula}, Render(values)) {
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("values=%.100s: want typed, text or formula", values), Hint: columnHint("values", values)}
	}
	if p.Has("format") && format != "json" && format != "csv" {
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("format=%.100s: want json or csv", format), Hint: columnHint("format", format)}
	}
	q.Render, q.CSV = Render(values), format == "csv"
	return nil
}
