//go:build unix

package table

import (
	"fmt"
	"strings"
)

// sql returns the query as SQL, whose rows are JSON.
func (s *randomSheet) sql(q Query) string {
	sql := fmt.Sprintf("SELECT row_to_json(q) FROM (%s ORDER BY %s OFFSET %d", selectSQL(q), orderSQL(q), q.Offset)
	if q.Limit > 0 {
		sql += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	return sql + ") q"
}

// countSQL returns the number of rows without offset and limit.
func (s *randomSheet) countSQL(q Query) string {
	return "SELECT count(*) FROM (" + selectSQL(q) + ") q"
}

func selectSQL(q Query) string {
	var columns, by []string
	for _, s := range q.Select {
		expression := sqlColumnOf(s.Column).json()
		if s.Aggregate == "" {
			by = append(by, expression)
		} else {
			expression = aggregateSQL(s)
		}
		columns = append(columns, fmt.Sprintf("%s AS %q", expression, s.name()))
	}
	if len(columns) == 0 {
		for _, c := range randomColumns {
			columns = append(columns, fmt.Sprintf("%s AS %q", sqlColumnOf(c.name).json(), c.name))
		}
	}
	sql := "SELECT " + strings.Join(columns, ", ") + " FROM t WHERE " + sqlFilter(q.Filter.Conditions, "AND")
	if q.aggregates() && len(by) > 0 {
		sql += " GROUP BY " + strings.Join(by, ", ")
	}
	return sql
}

// aggregateSQL has sums of numbers only, and extremes of the first type that there is.
func aggregateSQL(s Selection) string {
	c := sqlColumnOf(s.Column)
	number, text, boolean := c.number(), c.text(), c.boolean()
	switch {
	case s.Column == "":
		return "count(*)"
	case s.Aggregate == Count:
		return "count(" + c.json() + ")"
	case c.is == numbers || c.is == days && (s.Aggregate == Min || s.Aggregate == Max):
		return string(s.Aggregate) + "(" + c.name + ")"
	case c.is == texts:
		number, text, boolean = "NULL::float8", c.name, "NULL::boolean"
	case c.is == booleans:
		number, text, boolean = "NULL::float8", "NULL::text", c.name
	case c.is == days:
		return "min(NULL::float8)"
	}
	direction, fold := "ASC", "bool_and"
	switch s.Aggregate {
	case Sum, Avg:
		return string(s.Aggregate) + "(" + number + ")"
	case Max:
		direction, fold = "DESC", "bool_or"
	}
	return fmt.Sprintf(`coalesce(to_jsonb(%s(%s)), to_jsonb((array_agg(%s ORDER BY lower(%[3]s) COLLATE "C" %s NULLS LAST, %[3]s COLLATE "C" %[4]s NULLS LAST))[1]), to_jsonb(%s(%s)))`,
		s.Aggregate, number, text, direction, fold, boolean)
}

// orderSQL has blank cells last in both directions, unless they are first.
func orderSQL(q Query) string {
	var keys []string
	for _, s := range q.Order {
		direction, nulls := "ASC", "LAST"
		if s.Descending {
			direction = "DESC"
		}
		if s.NullsFirst {
			nulls = "FIRST"
		}
		for _, expression := range sortSQL(q, s.Column) {
			keys = append(keys, expression+" "+direction+" NULLS "+nulls)
		}
	}
	if q.aggregates() {
		return strings.Join(append(keys, "min(row)"), ", ")
	}
	return strings.Join(append(keys, "row"), ", ")
}

// sortSQL returns what rows are sorted by for a column: its value, or where that can be of
// several types, or is a text, expressions that make the order of Sheets.
func sortSQL(q Query, name string) []string {
	c := sqlColumnOf(name)
	for _, s := range q.Select {
		if q.aggregates() && s.name() == name {
			if c = sqlColumnOf(s.Column); s.Aggregate != "" {
				return aggregateSortSQL(s, c)
			}
		}
	}
	switch c.is {
	case texts:
		return []string{"lower(" + c.name + `) COLLATE "C"`, c.name + ` COLLATE "C"`}
	case mixed:
		return jsonSortSQL(c.json())
	}
	return []string{c.name}
}

func aggregateSortSQL(s Selection, c sqlColumn) []string {
	if (s.Aggregate == Min || s.Aggregate == Max) && c.is != numbers && c.is != days {
		return jsonSortSQL(aggregateSQL(s))
	}
	return []string{aggregateSQL(s)}
}

// jsonSortSQL sorts by an expression that is JSON: numbers, texts, booleans.
func jsonSortSQL(json string) []string {
	of := func(kind, value string) string {
		return fmt.Sprintf("CASE jsonb_typeof(%s) WHEN '%s' THEN %s END", json, kind, value)
	}
	text := "(" + json + ")#>>'{}'"
	return []string{
		fmt.Sprintf("CASE jsonb_typeof(%s) WHEN 'number' THEN 0 WHEN 'string' THEN 1 WHEN 'boolean' THEN 2 END", json),
		of("number", "("+text+")::float8"), of("string", "lower("+text+`) COLLATE "C"`), of("string", "("+text+`) COLLATE "C"`), of("boolean", "("+text+")::boolean"),
	}
}
