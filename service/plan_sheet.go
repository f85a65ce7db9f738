package service

import "fmt"

// page is a sheet while writes are planned. Its methods do a write whole or, with
// an error, not at all.
type page struct {
	title string
	tail  tail
	lines []*line // from row 1 on, as they were read; none where no write needs them
	added []*line
}

func newPage(title string, t tail, grid [][]any) *page {
	p := &page{title: title, tail: t}
	for i, cells := range grid {
		p.lines = append(p.lines, &line{number: i + 1, at: i + 1, cells: cells})
	}
	return p
}

func (p *page) do(e *edit) (*done, error) {
	switch e.Kind {
	case updates:
		return p.update(e)
	case deletes:
		return p.delete(e)
	case upserts:
		return p.upsert(e)
	}
	return p.append(e)
}

// columns names the columns of a header, and those right of it where one of the
// rows is wider.
func (p *page) columns(e *edit, rows []*line) (*columns, error) {
	c := newColumns(p.title)
	widest := 0
	for _, l := range rows {
		widest = max(widest, len(l.cells))
	}
	return c, c.extend(p.tail.headers[e.Header], widest)
}

// rows are the rows that callers see.
func (p *page) rows(e *edit) (rows []*line) {
	for _, l := range p.lines[min(e.Header, len(p.lines)):] {
		if !l.deleted && !l.blank() {
			rows = append(rows, l)
		}
	}
	return rows
}

func (p *page) append(e *edit) (*done, error) {
	c, err := p.columns(e, nil)
	if err != nil {
		return nil, err
	}
	added, err := c.lines(p.tail.headers[e.Header], e)
	if err != nil {
		return nil, err
	}
	p.add(added)
	return &done{columns: len(c.names), added: added}, nil
}

// add puts lines below the last one that holds any value.
func (p *page) add(lines []*line) {
	for _, l := range lines {
		p.added = append(p.added, l)
		l.at = p.tail.rows + len(p.added)
	}
}

// match finds the rows that an update or a delete is for.
func (p *page) match(e *edit) (*columns, []*line, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, nil, err
	}
	conditions, err := c.conditions(e.Match.Where)
	if err != nil {
		return nil, nil, err
	}
	var hits []*line
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

func (p *page) update(e *edit) (*done, error) {
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
	return &done{columns: len(c.names), hits: hits}, nil
}

func (p *page) delete(e *edit) (*done, error) {
	c, hits, err := p.match(e)
	if err != nil {
		return nil, err
	}
	for _, l := range hits {
		l.deleted = true
	}
	return &done{columns: len(c.names), hits: hits}, nil
}
