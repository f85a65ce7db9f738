package service

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// sheetState is what is known of a sheet. As it grows old it is only a hint where to read.
type sheetState struct {
	table.SheetState
	at time.Time // when it was requested; zero is not to be used to plan
}

func (s *sheetState) has(header int) bool {
	_, ok := s.Headers[header]
	return ok
}

// serves reports whether an edit can be planned from the state alone.
func (s *sheetState) serves(e *table.Edit) bool {
	return s.Rows > 0 && s.has(e.Header) && !e.NeedsRows() && s.Covers(e)
}

// tailRange returns the range from the last row that is in use to the end of the sheet.
func tailRange(title string, last int) string {
	return table.QuoteTitle(title) + "!A" + strconv.Itoa(max(1, last)) + ":ZZZ"
}

// extend moves the end of the sheet, given the rows from the last one that was in use on.
// It returns false where they do not show where the sheet ends.
func (s *sheetState) extend(rows map[int][]*sheets.CellData) bool {
	f := formats{}
	var cells [][]any
	last := 0
	for row := range rows {
		last = max(last, row)
	}
	for row := max(s.Rows, 1); row <= last; row++ {
		cells = append(cells, f.row(rows[row]))
	}
	return s.Extend(cells)
}

// ReadTails implements [commit.Planner]: the headers, and all from the last row on.
func (p *planner) ReadTails(writes []*write) (ranges []string, load func(*sheets.Spreadsheet, time.Time) bool) {
	states := map[*sheets.SheetProperties]*sheetState{}
	for _, w := range writes {
		e := w.Request
		tab := p.tab(e.Title)
		if tab == nil && p.lacks(e.Title) {
			continue
		}
		if tab == nil {
			return nil, nil
		}
		old := p.sheets[tab.Title]
		if old == nil || !old.serves(e) || e.Header > old.Grid {
			return nil, nil
		}
		if states[tab] == nil {
			states[tab] = &sheetState{SheetState: table.SheetState{ID: old.ID, Rows: old.Rows, Width: old.Width, Headers: map[int][]any{}}}
			ranges = append(ranges, tailRange(tab.Title, old.Rows))
		}
		if !states[tab].has(e.Header) {
			states[tab].Headers[e.Header] = nil
			ranges = append(ranges, table.RowRange(tab.Title, e.Header, e.Header))
		}
	}
	return ranges, func(shown *sheets.Spreadsheet, at time.Time) bool {
		for tab, state := range states {
			sheet, rows := shownSheet(shown, tab)
			for header := range state.Headers {
				state.Headers[header] = formats{}.row(rows[header])
			}
			if sheet == nil || !state.extend(rows) {
				return false
			}
			state.Protected, state.Tables = areasOf(sheet)
			state.at, state.Grid = at, int(tab.GridProperties.RowCount)
			p.sheets[tab.Title] = state
		}
		return true
	}
}

// ReadAll implements [commit.Planner]: whole sheets, because where a sheet ends is known
// only by its values.
func (p *planner) ReadAll(tabs []*sheets.SheetProperties, writes []*write, at time.Time) func(context.Context) error {
	p.tabs, p.listed, p.cells = tabs, time.Now(), cellsRead{}
	p.forgetOthers()
	headers := map[*sheets.SheetProperties][]int{}
	var ranges []string
	var versioned []int // headers of the writes that depend on the version of the rows
	for _, w := range writes {
		tab := p.tab(w.Request.Title)
		if tab == nil {
			continue
		}
		if len(w.Request.IfMatch) > 0 {
			versioned = append(versioned, w.Request.Header)
		}
		if headers[tab] == nil {
			ranges = append(ranges, table.QuoteTitle(tab.Title))
		}
		headers[tab] = append(headers[tab], w.Request.Header)
	}
	if len(ranges) == 0 {
		return nil
	}
	return func(ctx context.Context) error {
		read, err := p.read(ctx, ranges, versioned)
		if err != nil {
			return err
		}
		p.cells = *read
		for tab, headers := range headers {
			grid := p.grid(tab.Title)
			state := &sheetState{at: at, SheetState: table.NewState(tab.SheetId, int(tab.GridProperties.RowCount), grid, headers)}
			state.Protected, state.Tables = areasOf(p.cells.areas[tab.Title])
			p.sheets[tab.Title] = state
		}
		return nil
	}
}

// forgetOthers drops what is known of sheets that are not there any more. Of the others it
// stays a hint.
func (p *planner) forgetOthers() {
	maps.DeleteFunc(p.sheets, func(title string, old *sheetState) bool {
		return !slices.ContainsFunc(p.tabs, func(tab *sheets.SheetProperties) bool { return tab.Title == title && tab.SheetId == old.ID })
	})
}

// areasOf returns the cells of a sheet that the function's account may not edit, and its
// tables.
func areasOf(sheet *sheets.Sheet) (protected []table.Area, tables []table.Table) {
	if sheet == nil {
		return nil, nil
	}
	area := func(r *sheets.GridRange) table.Area {
		return table.Area{FromRow: int(r.StartRowIndex), ToRow: int(r.EndRowIndex), FromColumn: int(r.StartColumnIndex), ToColumn: int(r.EndColumnIndex)}
	}
	for _, p := range sheet.ProtectedRanges {
		if p.Range != nil && !p.RequestingUserCanEdit && !p.WarningOnly {
			protected = append(protected, area(p.Range))
		}
	}
	for _, t := range sheet.Tables {
		if t.Range != nil {
			footer := t.RowsProperties != nil && t.RowsProperties.FooterColorStyle != nil
			tables = append(tables, table.Table{ID: t.TableId, Area: area(t.Range), Footer: footer})
		}
	}
	return protected, tables
}

// shownSheet returns a sheet as it is shown, and its rows by number, and takes over its
// size. The sheet is nil if it is not there, or has another title now.
func shownSheet(shown *sheets.Spreadsheet, tab *sheets.SheetProperties) (sheet *sheets.Sheet, rows map[int][]*sheets.CellData) {
	rows = map[int][]*sheets.CellData{}
	i := slices.IndexFunc(shown.Sheets, func(s *sheets.Sheet) bool {
		return s.Properties.SheetId == tab.SheetId && s.Properties.Title == tab.Title
	})
	if i < 0 {
		return nil, rows
	}
	sheet = shown.Sheets[i]
	if size := sheet.Properties.GridProperties; size != nil {
		tab.GridProperties = size
	}
	for _, data := range sheet.Data {
		for n, row := range data.RowData {
			rows[int(data.StartRow)+n+1] = row.Values
		}
	}
	return sheet, rows
}

var _ commit.Planner[*table.Edit, []*sheetEffect] = (*planner)(nil)
