package table

import "fmt"

// Page is a sheet while the edits of a batch are planned. It is not safe for concurrent
// use.
type Page struct {
	Title string
	Tail  Tail    // as it was read
	Lines []*Line // all rows, from row 1 on; nil where no edit needs them
	Added []*Line // new rows, below the others
}

// NewPage returns the sheet with this title and tail. The grid has the typed cells of all
// its rows, from row 1 on; nil if they were not read, and then only appends can be done.
func NewPage(title string, t Tail, grid [][]any) *Page {
	p := &Page{Title: title, Tail: t}
	for i, cells := range grid {
		p.Lines = append(p.Lines, &Line{Number: i + 1, At: i + 1, Cells: cells})
	}
	return p
}

// Do plans an edit, which must be valid; see [Edit.Validate]. With an error, which is an
// [Error] with the code [InvalidRows] or [BadRequest], it changes nothing.
func (p *Page) Do(e *Edit) (*EditResult, error) {
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

// columns returns the columns of the edit's header, and of those right of it where one
// of the rows is wider.
func (p *Page) columns(e *Edit, rows []*Line) (*columns, error) {
	c := newColumns(p.Title)
	widest := 0
	for _, l := range rows {
		widest = max(widest, len(l.Cells))
	}
	return c, c.extend(p.Tail.Headers[e.Header], widest)
}

// rows returns the rows below the edit's header that have a value.
func (p *Page) rows(e *Edit) (rows []*Line) {
	for _, l := range p.Lines[min(e.Header, len(p.Lines)):] {
		if !l.Deleted && !l.blank() {
			rows = append(rows, l)
		}
	}
	return rows
}

func (p *Page) append(e *Edit) (*EditResult, error) {
	c, err := p.columns(e, nil)
	if err != nil {
		return nil, err
	}
	added, err := c.newLines(p.Tail.Headers[e.Header], e)
	if err != nil {
		return nil, err
	}
	p.add(added)
	return &EditResult{columns: len(c.names), Appended: added}, nil
}

// add adds lines below the last row that has a value.
func (p *Page) add(lines []*Line) {
	for _, l := range lines {
		p.Added = append(p.Added, l)
		l.At = p.Tail.Rows + len(p.Added)
	}
}

// match returns the rows that an update or a delete changes.
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
		if matchAll(conditions, l.cell) {
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
			Hint:   fmt.Sprintf("add a condition, or a limit, of up to %d", MaxRows),
		}
	}
	return c, hits, nil
}

func (p *Page) update(e *Edit) (*EditResult, error) {
	c, hits, err := p.match(e)
	if err != nil {
		return nil, err
	}
	columns, cells, err := c.setCells(e.Records[0])
	if err != nil {
		return nil, err
	}
	for _, l := range hits {
		l.write(columns, cells)
	}
	return &EditResult{columns: len(c.names), Changed: hits}, nil
}

func (p *Page) delete(e *Edit) (*EditResult, error) {
	c, hits, err := p.match(e)
	if err != nil {
		return nil, err
	}
	for _, l := range hits {
		l.Deleted = true
	}
	return &EditResult{columns: len(c.names), Changed: hits}, nil
}
