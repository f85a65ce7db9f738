package table

import (
	"fmt"
	"slices"
	"strings"
)

// upsert sets the columns that a record has in the row with the same key, and appends the
// other records.
func (p *SheetPlan) upsert(e *Edit) (*EditResult, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, err
	}
	var key []int
	for _, name := range e.OnConflict {
		if !c.has(name) {
			return nil, c.unknown(name)
		}
		if err := c.checkClear(name, func(other string) bool { return slices.Contains(e.OnConflict, other) }); err != nil {
			return nil, err
		}
		key = append(key, c.index[name])
	}
	fresh, err := p.newRows(c, e)
	if err != nil {
		return nil, err
	}
	known, err := p.pair(e, slices.Concat(rows, p.Added), fresh, key)
	if err != nil {
		return nil, err
	}
	need := p.memoryOfNew(fresh, len(c.names), e)
	for i, row := range known {
		if row != nil && !e.IgnoreDuplicates {
			need += row.memory(fresh[i].sent)
		}
	}
	if err := p.reserve(len(fresh), need, fewerRows); err != nil {
		return nil, err
	}
	d := &EditResult{columns: len(c.names)}
	var added []*PlannedRow
	for i, row := range fresh {
		switch old := known[i]; {
		case old == nil:
			added = append(added, row)
		case e.IgnoreDuplicates:
			d.Ignored++
		default:
			old.write(row.sent, row.given, &p.Before)
			d.Changed = append(d.Changed, old)
		}
	}
	sortByRow(d.Changed)
	return p.add(d, added, e), nil
}

// pair returns for each new row the row with the same key; nil if there is none. A key
// that two new rows have, or two rows of the sheet, is an error.
func (p *SheetPlan) pair(e *Edit, rows, fresh []*PlannedRow, key []int) ([]*PlannedRow, error) {
	byKey := make(map[string]int, len(fresh)) // index in fresh
	for i, row := range fresh {
		k, blank := row.key(key)
		if blank >= 0 {
			err := e.Records[i].invalid(i, "no value for the key column %s", Quote(e.OnConflict[blank]))
			err.Hint = "send a value for each column of on_conflict, or append the row without on_conflict"
			return nil, err
		}
		if first, twice := byKey[k]; twice {
			err := e.Records[i].invalid(i, "the key is the same as that of %s", e.Records[first].label(first))
			err.Hint = "leave out one of the two"
			return nil, err
		}
		byKey[k] = i
	}
	known := make([]*PlannedRow, len(fresh))
	for _, row := range rows {
		k, _ := row.key(key)
		i, ok := byKey[k]
		if !ok {
			continue
		}
		if known[i] != nil {
			return nil, &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("%s: the key is twice in sheet %q, in rows %d and %d", e.Records[i].label(i), p.Title, known[i].At, row.At),
				Hint:   "give each row its own key, or delete one of the two",
			}
		}
		known[i] = row
	}
	return known, nil
}

// key returns the text by which rows with the same values in these columns are recognized,
// and the index of the first column that is empty; -1 if none is.
func (r *PlannedRow) key(columns []int) (key string, blank int) {
	blank = -1
	var b strings.Builder
	for i, column := range columns {
		text := keyText(r.cell(column))
		if text == "" && blank < 0 {
			blank = i
		}
		fmt.Fprintf(&b, "%d:%s", len(text), text)
	}
	return b.String(), blank
}
