package table

import "fmt"

// Page is a sheet while writes are planned. Its methods do a write whole or, with
// an error, not at all.
type Page struct {
	Title string
	Tail  Tail
	Lines []*Line // from row 1 on, as they were read; none where no write needs them
	Added []*Line
}

func NewPage(title string, t Tail, grid [][]any) *Page {
	p := &Page{Title: title, Tail: t}
	for i, cells := range grid {
		p.Lines = append(p.Lines, &Line{Number: i + 1, At: i + 1, Cells: cells})
	}
	return p
}

func (p *Page) Do(e *Edit) (*Done, error) {
	switch e.Kind {
	case Updates:
		return p.update(e)
	case Deletes:
		return p.delete(e)
	case Upserts:
		return p.upsert(e)
	}
	return p.append(e)
}

// columns names the columns of a header, and those right of it where one of the
// rows is wider.
func (p *Page) columns(e *Edit, rows []*Line) (*columns, error) {
	c := newColumns(p.Title)
	widest := 0
	for _, l := range rows {
		widest = max(widest, len(l.Cells))
	}
	return c, c.extend(p.Tail.Headers[e.Header], widest)
}

// rows are the rows that callers see.
func (p *Page) rows(e *Edit) (rows []*Line) {
	for _, l := range p.Lines[min(e.Header, len(p.Lines)):] {
		if !l.Deleted && !l.blank() {
			rows = append(rows, l)
		}
	}
	return rows
}

func (p *Page) append(e *Edit) (*Done, error) {
	c, err := p.columns(e, nil)
	if err != nil {
		return nil, err
	}
	added, err := c.lines(p.Tail.Headers[e.Header], e)
	if err != nil {
		return nil, err
	}
	p.add(added)
	return &Done{columns: len(c.names), Added: added}, nil
}

// add puts lines below the last one that holds any value.
func (p *Page) add(lines []*Line) {
	for _, l := range lines {
		p.Added = append(p.Added, l)
		l.At = p.Tail.Rows + len(p.Added)
	}
}

// match finds the rows that an update or a delete is for.
func (p *Page) match(e *Edit) (*columns, []*Line, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, nil, err
	}
	conditions, err := c.conditions(e.Match.Where)
	if err != nil {
		return nil, nil, err
	}
	var hits []*Line
	for _, l := range rows {
		if hold(conditions, l.cell) {
			hits = append(hits, l)
		}
	}
	switch limit := e.Match.Limit; {
	case limit > 0:
		hits = hits[:min(limit, len(hits))]
	case len(hits) > MaxMatches:
		return nil, nil, &Error{
			Code:   InvalidRows,
			Detail: fmt.Sprintf("%d rows match, and more than %d are changed only with a limit", len(hits), MaxMatches),
			Remedy: fmt.Sprintf("add a condition, or a limit, which is %d at the most", MaxRows),
		}
	}
	return c, hits, nil
}

func (p *Page) update(e *Edit) (*Done, error) {
	c, hits, err := p.match(e)
	if err != nil {
		return nil, err
	}
	columns, cells, err := c.changes(e.Records[0])
	if err != nil {
		return nil, err
	}
	for _, l := range hits {
		l.write(columns, cells)
	}
	return &Done{columns: len(c.names), Hits: hits}, nil
}

func (p *Page) delete(e *Edit) (*Done, error) {
	c, hits, err := p.match(e)
	if err != nil {
		return nil, err
	}
	for _, l := range hits {
		l.Deleted = true
	}
	return &Done{columns: len(c.names), Hits: hits}, nil
}
