package table

import "fmt"

// upsert replaces the rows whose key is there, and appends the others.
func (p *Page) upsert(e *Edit) (*Done, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, err
	}
	column, ok := c.at[e.Column]
	if !ok {
		return nil, c.unknown(e.Column)
	}
	fresh, err := c.lines(p.Tail.Headers[e.Header], e)
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
	d := &Done{columns: len(c.names)}
	for i, l := range fresh {
		if old := known[i]; old != nil {
			old.write(all, l.Cells)
			d.Hits = append(d.Hits, old)
		} else {
			d.Added = append(d.Added, l)
		}
	}
	p.add(d.Added)
	inOrder(d.Hits)
	return d, nil
}

// pair finds for each new line the row with the same key; nil if there is none.
// A key that stands twice, among the new lines or in the rows, is refused.
func (p *Page) pair(e *Edit, rows, fresh []*Line, column int) ([]*Line, error) {
	asked := make(map[string]int, len(fresh)) // → index in fresh
	for i, l := range fresh {
		key := keyOf(l.cell(column))
		if key == "" {
			return nil, e.Records[i].invalid(i, "no value for the key column %s", QuoteName(e.Column))
		}
		if first, twice := asked[key]; twice {
			return nil, e.Records[i].invalid(i, "the key is the same as that of %s", e.Records[first].place(first))
		}
		asked[key] = i
	}
	known := make([]*Line, len(fresh))
	for _, l := range rows {
		i, ok := asked[keyOf(l.cell(column))]
		if !ok {
			continue
		}
		if known[i] != nil {
			return nil, &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("%s: the key stands twice in sheet %q, in rows %d and %d", e.Records[i].place(i), p.Title, known[i].At, l.At),
				Remedy: "give each row its own key, or delete one of the two",
			}
		}
		known[i] = l
	}
	return known, nil
}
