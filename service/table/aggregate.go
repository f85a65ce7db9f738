package table

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// aggregate returns a set with a row for each group of the rows that were found; nil is all
// of them. The groups are in the order of their first rows. Without columns to group by
// there is one row, also for no rows.
func (s *RowSet) aggregate(found []int, selections []Selection) (*RowSet, error) {
	g, err := newGrouping(s, selections)
	if err != nil {
		return nil, err
	}
	if found == nil {
		for row := range s.objectEnds {
			g.add(row)
		}
	} else {
		for _, row := range found {
			g.add(row)
		}
	}
	if len(g.by) == 0 && len(g.groups) == 0 {
		g.groups = append(g.groups, newGroup(0, len(selections)))
	}
	return g.rowSet()
}

// grouping collects rows into groups.
type grouping struct {
	set        *RowSet
	selections []Selection
	columns    []int // of the selections; -1 is no column
	by         []int // columns that rows are grouped by
	index      map[string]int
	groups     []group
	key        []byte // of the last row
}

// group is rows with the same values in the columns they are grouped by.
type group struct {
	row    int // the first one
	totals []total
}

func newGroup(row, selections int) group { return group{row, make([]total, selections)} }

func newGrouping(s *RowSet, selections []Selection) (*grouping, error) {
	g := &grouping{set: s, selections: selections, index: map[string]int{}}
	for _, selection := range selections {
		column := -1
		switch {
		case selection.Column == "*" && selection.Aggregate == "":
			return nil, &Error{Code: BadRequest, Detail: "select: * cannot be grouped by: name the columns", Hint: "select=item,count()"}
		case selection.Column != "":
			var err error
			if column, err = s.columns.find(selection.Column); err != nil {
				return nil, err
			}
		}
		g.columns = append(g.columns, column)
		if selection.Aggregate == "" {
			g.by = append(g.by, column)
		}
	}
	return g, nil
}

// add adds a row to its group.
func (g *grouping) add(row int) {
	g.key = g.key[:0]
	for _, column := range g.by {
		g.key = g.set.scalar(row, column).appendKey(g.key)
	}
	at, ok := g.index[string(g.key)]
	if !ok {
		at = len(g.groups)
		g.index[string(g.key)] = at
		g.groups = append(g.groups, newGroup(row, len(g.selections)))
	}
	totals := g.groups[at].totals
	for i, selection := range g.selections {
		switch {
		case selection.Aggregate == "":
		case g.columns[i] < 0:
			totals[i].count++
		default:
			totals[i].add(g.set.scalar(row, g.columns[i]))
		}
	}
}

// appendKey appends bytes that are the same exactly for the same value.
func (s scalar) appendKey(b []byte) []byte {
	b = append(b, byte(s.kind), byte(s.date))
	if s.kind == textKind {
		return append(binary.AppendUvarint(b, uint64(len(s.text))), s.text...)
	}
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(s.number+0)) // + 0 makes 0 of -0
}

// total is what is known of the values of a group in a column.
type total struct {
	count     int // of cells that are not blank
	min, max  scalar
	numbers   int     // that are summed: the numbers; where there are none, the durations
	durations bool    // these are durations
	sum       float64 // of them
	lost      float64 // digits that sum has lost, by Neumaier's summation
}

func (t *total) add(value scalar) {
	if value.kind == blankKind {
		return
	}
	if t.count++; t.count == 1 || value.kind < t.min.kind {
		t.min, t.max = value, value
	} else if value.kind == t.min.kind {
		if compareScalars(value, t.min) < 0 {
			t.min = value
		}
		if compareScalars(value, t.max) > 0 {
			t.max = value
		}
	}
	if value.kind == numberKind && (value.date == NoDate || value.date == Duration) {
		t.addNumber(value.number, value.date == Duration)
	}
}

func (t *total) addNumber(v float64, duration bool) {
	switch {
	case duration && !t.durations && t.numbers > 0:
		return
	case duration != t.durations:
		t.numbers, t.sum, t.lost, t.durations = 0, 0, 0, duration
	}
	t.numbers++
	sum := t.sum + v
	if math.Abs(t.sum) >= math.Abs(v) {
		t.lost += t.sum - sum + v
	} else {
		t.lost += v - sum + t.sum
	}
	t.sum = sum
}

// result returns the JSON of an aggregate, nil if it is blank, and what kind of a date it
// is. It reports false where the number is too great.
func (t total) result(a Aggregate) (text jsontext.Value, kind DateKind, ok bool) {
	value := t.sum + t.lost
	switch {
	case a == Count:
		return strconv.AppendInt(nil, int64(t.count), 10), NoDate, true
	case a == Min && t.count > 0:
		return t.min.json(), t.min.date, true
	case a == Max && t.count > 0:
		return t.max.json(), t.max.date, true
	case a == Min || a == Max || t.numbers == 0:
		return nil, NoDate, true
	case a == Avg:
		value /= float64(t.numbers)
	}
	if t.durations {
		iso := FormatISO(value, Duration)
		return quoteJSON(iso), Duration, iso != ""
	}
	text, err := json.Marshal(value)
	return text, NoDate, err == nil
}

func (s scalar) json() jsontext.Value {
	switch {
	case s.text != "":
		return quoteJSON(s.text)
	case s.kind == booleanKind:
		return strconv.AppendBool(nil, s.number == 1)
	}
	text, _ := json.Marshal(s.number) // a cell's number is finite
	return text
}

// rowSet returns the groups as rows.
func (g *grouping) rowSet() (*RowSet, error) {
	b := RowsBuilder{set: RowSet{render: g.set.render, columns: newColumns(g.set.columns.title)}}
	for i, selection := range g.selections {
		name := selection.name()
		if _, twice := b.set.columns.index[name]; twice {
			return nil, &Error{
				Code: BadRequest, Detail: fmt.Sprintf("select: two columns of the result have the name %s", Quote(name)),
				Hint: "name one of them, as in select=total:price.sum()",
			}
		}
		b.set.columns.names, b.set.columns.index[name] = append(b.set.columns.names, name), i
	}
	if err := b.addKeys(0); err != nil {
		return nil, err
	}
	cells, kinds := make([]jsontext.Value, len(g.selections)), make([]DateKind, len(g.selections))
	for _, group := range g.groups {
		if err := g.cells(group, cells, kinds); err != nil {
			return nil, err
		}
		b.addRow(cells, kinds)
	}
	return b.RowSet(), nil
}

// cells sets the cells of a group's row, and what kinds of dates they are.
func (g *grouping) cells(of group, cells []jsontext.Value, kinds []DateKind) error {
	for i, selection := range g.selections {
		ok := true
		if selection.Aggregate == "" {
			cells[i], kinds[i] = g.set.cellJSON(of.row, g.columns[i]), g.set.dateKind(of.row, g.columns[i])
		} else if cells[i], kinds[i], ok = of.totals[i].result(selection.Aggregate); !ok {
			return badRequest("the %s of column %s is greater than any value of a cell", selection.Aggregate, Quote(selection.Column))
		}
		if cells[i] == nil {
			cells[i] = jsontext.Value("null")
		}
	}
	return nil
}
