package table

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxGroupValues bounds the memory of groups: how many values their rows have together.
	maxGroupValues = 100_000
	// maxGroupBytes bounds the texts of groups.
	maxGroupBytes = 16 << 20
	// groupValueSize is about how many bytes such a value takes, with its key and its JSON.
	groupValueSize = 120
)

// aggregate returns a set with a row for each group of the rows that were found; nil is all
// of them. The groups are in the order of their first rows. Without columns to group by
// there is one row, also for no rows.
func (s *RowSet) aggregate(found []int, selections []Selection) (*RowSet, error) {
	g, err := newGrouping(s, selections)
	if err != nil {
		return nil, err
	}
	if len(g.by) == 0 {
		g.grow(0)
	}
	rows := len(s.objectEnds)
	if found != nil {
		rows = len(found)
	}
	for n := range rows {
		row := n
		if found != nil {
			row = found[n]
		}
		if err := g.add(row); err != nil {
			return nil, err
		}
	}
	return g.rowSet()
}

// grouping collects the rows of a set into groups.
type grouping struct {
	set          *RowSet
	by           []int // columns whose values the rows of a group share
	repeated     int   // how many of them are in the result again
	accumulators []accumulator
	order        []int          // of the result's columns: an index in by, or, negative, in accumulators
	index        map[string]int // groups by their key
	first        []int          // the first row of each group
	key          []byte         // of the last row
	size         int            // of the keys, in bytes
	columns      *columns       // of the result
}

func newGrouping(s *RowSet, selections []Selection) (*grouping, error) {
	g := &grouping{set: s, index: map[string]int{}, columns: newColumns(s.columns.title)}
	for i, selection := range selections {
		name := selection.name()
		if g.columns.has(name) {
			return nil, errNameTwice(name)
		}
		g.columns.names, g.columns.index[name] = append(g.columns.names, name), i
		if err := g.addColumn(selection); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// addColumn adds a column to the result.
func (g *grouping) addColumn(selection Selection) (err error) {
	column := -1
	switch {
	case g.set.isAll(selection):
		return &Error{Code: BadRequest, Detail: "select: * cannot be grouped by: name the columns", Hint: "select=item,count()"}
	case selection.Column != "":
		if column, err = g.set.columns.find(selection.Column); err != nil {
			return err
		}
	}
	if selection.Aggregate == "" {
		at := slices.Index(g.by, column)
		if at < 0 {
			at, g.by = len(g.by), append(g.by, column)
		} else if g.repeated++; g.repeated > maxRepeated {
			return errRepeated
		}
		g.order = append(g.order, at)
		return nil
	}
	g.accumulators = append(g.accumulators, accumulator{aggregate: selection.Aggregate, column: column})
	g.order = append(g.order, -len(g.accumulators))
	return nil
}

// add adds a row to its group.
func (g *grouping) add(row int) error {
	group := g.groupOf(row)
	size := g.size
	for i := range g.accumulators {
		a := &g.accumulators[i]
		if a.column < 0 {
			a.counts[group]++
		} else {
			a.add(group, g.set.scalar(row, a.column))
		}
		size += a.size
	}
	if len(g.first)*len(g.columns.names) > maxGroupValues || size > maxGroupBytes {
		return errTooManyGroups
	}
	return nil
}

var errTooManyGroups = &Error{
	Code: BadRequest, Detail: fmt.Sprintf("the groups have more than %d values, or more than %d MB", maxGroupValues, maxGroupBytes>>20),
	Hint: "add a condition, or select fewer columns",
}

// groupOf returns the group of a row, which may be a new one.
func (g *grouping) groupOf(row int) int {
	if len(g.by) == 0 {
		return 0
	}
	g.key = g.key[:0]
	for _, column := range g.by {
		g.key = g.set.scalar(row, column).appendKey(g.key)
	}
	group, known := g.index[string(g.key)]
	if !known {
		group = len(g.first)
		g.index[string(g.key)] = group
		g.size += len(g.key)
		g.grow(row)
	}
	return group
}

// grow adds a group that begins with a row.
func (g *grouping) grow(row int) {
	g.first = append(g.first, row)
	for i := range g.accumulators {
		g.accumulators[i].grow()
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

// rowSet returns the groups as rows.
func (g *grouping) rowSet() (*RowSet, error) {
	b := RowsBuilder{set: RowSet{render: g.set.render, columns: g.columns}, fewest: -1}
	b.addKeys(0)
	cells, kinds := make([]jsontext.Value, len(g.order)), make([]DateKind, len(g.order))
	for group, row := range g.first {
		for i, at := range g.order {
			if at >= 0 {
				if cells[i], kinds[i] = g.set.cellJSON(row, g.by[at]), g.set.dateKind(row, g.by[at]); cells[i] == nil {
					cells[i] = jsonNull
				}
				continue
			}
			var ok bool
			if cells[i], kinds[i], ok = g.accumulators[-1-at].result(group); !ok {
				return nil, badRequest("select: column %s has a value that is greater than a cell holds", Quote(g.columns.names[i]))
			}
		}
		if b.addRow(cells, kinds); b.Size() > maxGroupBytes {
			return nil, errTooManyGroups
		}
	}
	return b.RowSet(), nil
}
