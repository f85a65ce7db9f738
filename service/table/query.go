package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Query selects rows of a sheet and says how they are encoded. Its zero value is all
// rows below row 1, typed, as JSON. [ParseQuery] makes one of query parameters.
type Query struct {
	Header  int         // the row that names the columns, from 1; 0 is 1
	Filter  Filter      // which rows
	Select  []Selection // which columns, in this order, and aggregates; none is all
	Order   []Sort      // columns to sort by, the most important first
	Offset  int         // number of matching rows to skip
	Limit   int         // maximum number of rows; 0 is all
	NoRows  bool        // select no rows, to have only their number
	Render  Render      // how cells are rendered; "" is [Typed]
	CSV     bool        // encode as CSV instead of JSON
	NoCache bool        // read the sheet again instead of using cached rows

}

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
	for _, parse := range []func(url.Values) error{q.parseLists, q.parseNumbers, q.parseForm} {
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

// columnHint returns how a condition of a column is written that has a parameter's name,
// where that is what was sent; otherwise "".
func columnHint(name, value string) string {
	if _, _, ok := parseOperator(value); ok {
		return "for the column with this name, send " + parameter(name, value)
	}
	return ""
}

func (q *Query) parseForm(p url.Values) error {
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

// Validate reports what is wrong with the query whatever the sheet is, as an [Error].
func (q Query) Validate() error {
	switch {
	case q.Header < 0 || q.Offset < 0 || q.Limit < 0:
		return badRequest("header row %d, offset %d, limit %d: none can be negative", q.Header, q.Offset, q.Limit)
	case q.Render != "" && q.Render != Typed && q.Render != Text && q.Render != Formula:
		return badRequest("values %.100q: want typed, text or formula", q.Render)
	}
	if err := q.Filter.Validate(); err != nil {
		return err
	}
	if err := validateSelections(q.Select); err != nil {
		return err
	}
	return validateOrder(q.Order)
}

// ReadsCells reports whether the rows depend on the values of cells, and not only on their
// number: it takes memory and time to select them.
func (q Query) ReadsCells() bool {
	return !q.Filter.IsZero() || len(q.Order) > 0 || q.aggregates()
}

func (q Query) aggregates() bool {
	return slices.ContainsFunc(q.Select, func(s Selection) bool { return s.Aggregate != "" })
}

// tag returns the part of an ETag that depends on the query. The rest depends on the
// rows.
func (q Query) tag() string {
	q.NoCache = false
	text, _ := json.Marshal(q) // strings and numbers can be encoded
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// find returns the index of the column with this name. A column that the sheet lacks is an
// [Error].
func (c *columns) find(name string) (int, error) {
	if at, ok := c.index[name]; ok {
		return at, nil
	}
	return 0, &Error{Code: BadRequest, Detail: c.lacksDetail(name), Hint: c.guessColumn(name)}
}

// guessColumn returns a hint for the name of a column that the sheet lacks.
func (c *columns) guessColumn(name string) string {
	if hint := unsupportedSyntax(name); hint != "" {
		return hint
	}
	for _, known := range c.names {
		if strings.EqualFold(strings.TrimSpace(name), known) {
			return "the column is named " + Quote(known)
		}
	}
	return ""
}

// sortKey is one of Query.Order, with the column's index.
type sortKey struct {
	column                 int
	descending, nullsFirst bool
}

func (c *columns) sortKeys(order []Sort) ([]sortKey, error) {
	keys := make([]sortKey, len(order))
	for n, s := range order {
		column, err := c.find(s.Column)
		if err != nil {
			return nil, c.orderHint(s, err)
		}
		keys[n] = sortKey{column, s.Descending, s.NullsFirst}
	}
	return keys, nil
}

// orderHint adds the order that is meant where the name of an unknown column has a direction
// in another dialect.
func (c *columns) orderHint(s Sort, err error) error {
	meant := orderOf(s.Column)
	name, _, _ := strings.Cut(strings.TrimSuffix(meant, ".descending"), ".")
	if _, ok := c.index[name]; ok && meant != s.Column {
		return &Error{Code: BadRequest, Detail: c.lacksDetail(s.Column), Hint: "order=" + escapeParameter.Replace(meant)}
	}
	return err
}

func (c *columns) has(name string) bool {
	_, ok := c.index[name]
	return ok
}

func (c *columns) unknown(name string) error {
	return &Error{Code: InvalidRows, Detail: c.lacksDetail(name)}
}

// lacksDetail is an error's detail: the sheet has no such column, and which it has.
func (c *columns) lacksDetail(name string) string {
	if len(c.names) == 0 {
		return fmt.Sprintf("sheet %q has no column %s, nor any other", c.title, Quote(name))
	}
	return fmt.Sprintf("sheet %q has no column %s; its columns are %s", c.title, Quote(name), QuoteList(c.names))
}
