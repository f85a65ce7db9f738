//go:build unix

package table

import (
	"fmt"
	"strconv"
	"strings"
)

// sqlText returns a text as SQL has it.
func sqlText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// sqlColumn is a column of a random sheet in SQL. A mixed one is three columns, of which
// one has a value at the most.
type sqlColumn struct {
	name string
	is   columnType
}

func sqlColumnOf(name string) sqlColumn {
	for i, c := range randomColumns {
		if c.name == name {
			return sqlColumn{fmt.Sprintf("c%d", i), c.is}
		}
	}
	return sqlColumn{}
}

func (c sqlColumn) number() string  { return c.name + "_number" }
func (c sqlColumn) text() string    { return c.name + "_text" }
func (c sqlColumn) boolean() string { return c.name + "_boolean" }

// json is the value as it is in a row.
func (c sqlColumn) json() string {
	if c.is != mixed {
		return c.name
	}
	return fmt.Sprintf("coalesce(to_jsonb(%s), to_jsonb(%s), to_jsonb(%s))", c.number(), c.text(), c.boolean())
}

// choose returns an expression for each type of a cell; of a blank one NULL.
func (c sqlColumn) choose(number, text, boolean string) string {
	return fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN %s WHEN %s IS NOT NULL THEN %s WHEN %s IS NOT NULL THEN %s END",
		c.number(), number, c.text(), text, c.boolean(), boolean)
}

// createSQL makes the table t, whose column row has the order of the rows.
func (s *randomSheet) createSQL() string {
	columns := []string{"row int"}
	for _, named := range randomColumns {
		c := sqlColumnOf(named.name)
		switch c.is {
		case mixed:
			columns = append(columns, c.number()+" float8", c.text()+" text", c.boolean()+" boolean")
		default:
			columns = append(columns, c.name+" "+[]string{"float8", "text", "boolean", "date"}[c.is])
		}
	}
	sql := "DROP TABLE IF EXISTS t; CREATE TABLE t (" + strings.Join(columns, ", ") + ")"
	for n, row := range s.rows {
		values := []string{strconv.Itoa(n)}
		for i, cell := range row {
			values = append(values, sqlCell(randomColumns[i].is, cell))
		}
		sql += ";\nINSERT INTO t VALUES (" + strings.Join(values, ", ") + ")"
	}
	return sql
}

func sqlCell(is columnType, cell any) string {
	value := "NULL"
	switch v := cell.(type) {
	case string:
		value = sqlText(v)
	case DateCell:
		value = sqlText(v.String())
	case float64, bool:
		value = fmt.Sprint(v)
	}
	if is != mixed {
		return value
	}
	switch cell.(type) {
	case float64:
		return value + ", NULL, NULL"
	case string:
		return "NULL, " + value + ", NULL"
	}
	return "NULL, NULL, " + value
}

func sqlFilter(conditions []Condition, op string) string {
	parts := []string{}
	for _, c := range conditions {
		parts = append(parts, sqlCondition(c))
	}
	if len(parts) == 0 {
		return "true"
	}
	return "(" + strings.Join(parts, " "+op+" ") + ")"
}

func sqlCondition(c Condition) string {
	sql := ""
	switch column := sqlColumnOf(c.Column); {
	case c.Op == OpAnd || c.Op == OpOr:
		sql = sqlFilter(c.Conditions, string(c.Op))
	case c.Op == OpIs:
		sql = column.isSQL(c.Values[0])
	case c.Op == OpIn:
		sql = column.each(OpEq, c.Values, "OR")
	case c.Quantifier == All:
		sql = column.each(c.Op, c.Values, "AND")
	default:
		sql = column.each(c.Op, c.Values, "OR")
	}
	if c.Not {
		return "NOT (" + sql + ")"
	}
	return sql
}

// each compares a cell with values.
func (c sqlColumn) each(op Operator, values []string, joined string) string {
	parts := []string{}
	for _, value := range values {
		parts = append(parts, c.compare(op, value))
	}
	if len(parts) == 0 {
		return map[string]string{"AND": "true", "OR": "false"}[joined]
	}
	return "(" + strings.Join(parts, " "+joined+" ") + ")"
}

// isSQL is is.true and the like: cells of other types are neither true nor false.
func (c sqlColumn) isSQL(value string) string {
	boolean, blank := c.name, c.name+" IS NULL"
	if c.is == mixed {
		boolean, blank = c.boolean(), "("+c.json()+") IS NULL"
	}
	switch {
	case value == "null" || value == "unknown":
		return blank
	case value == "not_null":
		return "NOT (" + blank + ")"
	case c.is != mixed && c.is != booleans:
		return "false"
	}
	return boolean + " IS " + value
}

var sqlOperators = map[Operator]string{
	OpEq: "=", OpNeq: "<>", OpGt: ">", OpGte: ">=", OpLt: "<", OpLte: "<=", OpLike: "LIKE", OpILike: "ILIKE", OpMatch: "~", OpIMatch: "~*",
}

// compare compares a cell with a value, which is of the cell's type if it can be. Else
// numbers are before texts, and texts before booleans.
func (c sqlColumn) compare(op Operator, value string) string {
	switch c.is {
	case texts:
		return compareTextSQL(c.name, op, value)
	case mixed:
		number := before[op]
		if _, ok := plainNumber(value); ok {
			number = compareSQL(c.number(), op, value)
		}
		boolean := after[op]
		if strings.EqualFold(value, "true") || strings.EqualFold(value, "false") {
			boolean = compareSQL(c.boolean(), op, value)
		}
		if before[op] == "" {
			number, boolean = compareTextSQL(c.number()+"::text", op, value), compareTextSQL(c.boolean()+"::text", op, value)
		}
		return c.choose(number, compareTextSQL(c.text(), op, value), boolean)
	}
	return compareSQL(c.name, op, value)
}

// before and after say how a number, and a boolean, compares with a text.
var (
	before = map[Operator]string{OpEq: "false", OpNeq: "true", OpGt: "false", OpGte: "false", OpLt: "true", OpLte: "true"}
	after  = map[Operator]string{OpEq: "false", OpNeq: "true", OpGt: "true", OpGte: "true", OpLt: "false", OpLte: "false"}
)

func compareSQL(expression string, op Operator, value string) string {
	return fmt.Sprintf("%s %s %s", expression, sqlOperators[op], sqlText(value))
}

// compareTextSQL compares texts without regard to case first, as Sheets sorts.
func compareTextSQL(expression string, op Operator, value string) string {
	switch op {
	case OpLike, OpILike:
		pattern := strings.NewReplacer(`\\`, `\\`, `\*`, `\*`, "*", "%").Replace(value)
		return fmt.Sprintf("%s %s %s", expression, sqlOperators[op], sqlText(pattern))
	case OpMatch, OpIMatch, OpEq, OpNeq:
		return fmt.Sprintf("%s %s %s", expression, sqlOperators[op], sqlText(value))
	}
	return fmt.Sprintf(`(lower(%s) COLLATE "C", %[1]s COLLATE "C") %s (lower(%s), %[3]s)`, expression, sqlOperators[op], sqlText(value))
}
