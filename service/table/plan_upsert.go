package table

import "fmt"

// upsert replaces the rows that have the same key as a record, in all columns, and
// appends the other records.
func (p *SheetPlan) upsert(e *Edit) (*EditResult, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, err
	}
	column, ok := c.index[e.Column]
	if !ok {
		return nil, c.unknown(e.Column)
	}
	fresh, err := c.newRows(p.Before.Headers[e.Header], e)
	if err != nil {
		return nil, err
	}
	known, err := p.pair(e, append(rows, p.Added...), fresh, column)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(c.names))
	for i := range all {
		all[i] = i
	}
	d := &EditResult{columns: len(c.names)}
	for i, l := range fresh {
		if old := known[i]; old != nil {
			old.write(all, l.Cells)
			d.Changed = append(d.Changed, old)
		} else {
			d.Appended = append(d.Appended, l)
		}
	}
	p.add(d.Appended)
	sortByRow(d.Changed)
	return d, nil
}

// pair returns for each new line the row with the same key; nil if there is none. A
// key that two new rows or two rows of the sheet have is an error.
func (p *SheetPlan) pair(e *Edit, rows, fresh []*PlannedRow, column int) ([]*PlannedRow, error) {
	byKey := make(map[string]int, len(fresh)) // index in fresh
	for i, l := range fresh {
		key := keyText(l.cell(column))
		if key == "" {
			return nil, e.Records[i].invalid(i, "no value for the key column %s", Quote(e.Column))
		}
		if first, twice := byKey[key]; twice {
			return nil, e.Records[i].invalid(i, "the key is the same as that of %s", e.Records[first].label(first))
		}
		byKey[key] = i
	}
	known := make([]*PlannedRow, len(fresh))
	for _, l := range rows {
		i, ok := byKey[keyText(l.cell(column))]
		if !ok {
			continue
		}
		if known[i] != nil {
			return nil, &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("%s: the key stands twice in sheet %q, in rows %d and %d", e.Records[i].label(i), p.Title, known[i].At, l.At),
				Hint:   "give each row its own key, or delete one of the two",
			}
		}
		known[i] = l
	}
	return known, nil
}
