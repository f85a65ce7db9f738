package table

import (
	"cmp"
	"fmt"
	"slices"
)

// SheetPlan is a sheet while the edits of a batch are planned. It is not safe for concurrent
// use.
type SheetPlan struct {
	Title    string
	Before   SheetState    // as it was read
	Rows     []*PlannedRow // those that are known, ascending without gaps, from First on
	First    int           // number of the first one
	Complete bool          // they are all that hold anything
	Added    []*PlannedRow // rows to be inserted, below the others
	// Reserved is about how many bytes of memory it takes to change rows here, and Elsewhere
	// on other sheets of the batch; see [ErrBatchFull].
	Reserved, Elsewhere int
}

// NewSheetPlan returns the sheet with this title and state. The grid has the cells of all
// its rows, from row 1 on; nil if they were not read, and then only appends can be done
// that the state covers, see [SheetState.Covers].
func NewSheetPlan(title string, t SheetState, grid [][]any) *SheetPlan {
	p := &SheetPlan{Title: title, Before: t, First: 1, Complete: grid != nil}
	if grid == nil && t.Rows > 0 {
		p.First, grid = t.Rows, append([][]any{t.Last}, t.Below...)
	} else if grid == nil {
		grid = t.Below
	}
	for i, cells := range grid[:min(len(grid), t.bottom()-p.First+1)] {
		p.Rows = append(p.Rows, &PlannedRow{Number: p.First + i, At: p.First + i, Cells: cells})
	}
	return p
}

// Do plans an edit, which must be valid; see [Edit.Validate]. With an error, which is an
// [Error] with the code [InvalidRows], [BadRequest] or [TooLarge], or [ErrBatchFull], it
// changes nothing.
func (p *SheetPlan) Do(e *Edit) (*EditResult, error) {
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
func (p *SheetPlan) columns(e *Edit, rows []*PlannedRow) (*columns, error) {
	c := newColumns(p.Title)
	widest := 0
	for _, row := range rows {
		widest = max(widest, row.width())
	}
	c.extend(p.Before.Headers[e.Header], widest)
	if i := slices.IndexFunc(p.Rows, func(row *PlannedRow) bool { return !row.blank() }); i >= 0 && p.Complete && len(c.real) == 0 {
		c.firstRow = p.Rows[i].Number
	}
	for _, s := range e.Select {
		if s.Column == "" || s.Column == "*" {
			continue
		}
		if _, err := c.find(s.Column); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// rows returns the rows below the edit's header that have a value.
func (p *SheetPlan) rows(e *Edit) (rows []*PlannedRow) {
	for _, row := range p.Rows[min(e.Header, len(p.Rows)):] {
		if !row.Deleted && !row.blank() {
			rows = append(rows, row)
		}
	}
	return rows
}

func (p *SheetPlan) append(e *Edit) (*EditResult, error) {
	c, err := p.columns(e, nil)
	if err != nil {
		return nil, err
	}
	fresh, err := p.newRows(c, e)
	if err != nil {
		return nil, err
	}
	if err := p.reserve(len(fresh), p.memoryOfNew(fresh, len(c.names), e), fewerRows); err != nil {
		return nil, err
	}
	return p.add(&EditResult{columns: len(c.names)}, fresh, e), nil
}

// match returns the rows that an update or a delete changes.
func (p *SheetPlan) match(e *Edit) (*columns, []*PlannedRow, error) {
	rows := p.rows(e)
	c, err := p.columns(e, rows)
	if err != nil {
		return nil, nil, err
	}
	matcher, err := e.Filter.compile(c)
	if err != nil {
		return nil, nil, err
	}
	if err := c.checkConditions(e.Filter); err != nil {
		return nil, nil, err
	}
	matcher.work.left = maxChangeWork
	var matched []*PlannedRow
	for _, row := range rows {
		holds, err := matcher.matchCells(row.cell)
		if err != nil {
			return nil, nil, err
		}
		if holds {
			matched = append(matched, row)
		}
	}
	if most := cmp.Or(e.MaxAffected, DefaultMaxAffected); len(matched) > most {
		return nil, nil, &Error{
			Code:   MaxAffected,
			Detail: fmt.Sprintf("%d rows match, and %d may be changed, so none was", len(matched), most),
			Hint:   tooManyHint(len(matched)),
		}
	}
	return c, matched, e.checkMatched(matched)
}

func tooManyHint(matches int) string {
	if matches > MaxRows {
		return fmt.Sprintf("add a condition: one request changes up to %d rows", MaxRows)
	}
	return fmt.Sprintf("add a condition, or the header Prefer: max-affected=%d", matches)
}

func (p *SheetPlan) update(e *Edit) (*EditResult, error) {
	c, matched, err := p.match(e)
	if err != nil {
		return nil, err
	}
	columns, cells, err := c.setCells(e.Records[0])
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, &Error{Code: InvalidRows, Detail: "there is no column to set", Hint: `send an object with the columns to set, as in {"qty": 5}`}
	}
	need := perTextByte * len(matched) * e.Size()
	for _, row := range matched {
		need += row.memory(columns)
	}
	if err := p.reserve(len(matched), need, "add a condition, so that fewer rows match"); err != nil {
		return nil, err
	}
	for _, row := range matched {
		row.write(columns, cells, &p.Before)
	}
	return &EditResult{columns: len(c.names), Changed: matched}, nil
}

func (p *SheetPlan) delete(e *Edit) (*EditResult, error) {
	c, matched, err := p.match(e)
	if err != nil {
		return nil, err
	}
	need := 0
	for _, row := range endsOfRuns(matched) {
		need += row.memory(nil)
	}
	if err := p.reserve(len(matched), need, "add a condition, so that fewer rows match"); err != nil {
		return nil, err
	}
	for _, row := range matched {
		row.Deleted = true
	}
	return &EditResult{columns: len(c.names), Changed: matched}, nil
}
