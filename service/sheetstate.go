package service

import (
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
	at      time.Time          // when it was requested; zero is not to be used to plan
	formats []*sheets.CellData // the last row's cells, with their formats, where they were read
}

func (s *sheetState) has(header int) bool {
	_, ok := s.Headers[header]
	return ok
}

// tailRange returns the range from the last row that has a value to the end of the sheet.
func tailRange(title string, last int) string {
	return table.QuoteTitle(title) + "!A" + strconv.Itoa(max(1, last)) + ":ZZZ"
}

// extend moves the end of the sheet to the last row of those shown that has a value. It
// returns false where the row that was the last is blank: then the end is above it.
func (s *sheetState) extend(rows map[int][]*sheets.CellData) bool {
	if s.Rows > 0 && blank(rows[s.Rows]) {
		return false
	}
	for row, cells := range rows {
		if row >= s.Rows && !blank(cells) {
			s.Rows, s.Last, s.formats = row, typedCells(cells), cells
		}
	}
	return true
}

// ReadTails implements [commit.Planner]: the headers, and all from the last row on.
func (p *planner) ReadTails(writes []*write) (ranges []string, load func(*sheets.Spreadsheet, time.Time) bool) {
	states := map[*sheets.SheetProperties]*sheetState{}
	for _, w := range writes {
		e := w.Request
		tab := p.tab(e.Title)
		if tab == nil && time.Since(p.listed) < missingTTL {
			continue
		}
		if tab == nil || e.NeedsRows() {
			return nil, nil
		}
		old := p.sheets[tab.Title]
		if old == nil || old.Rows == 0 || !old.has(e.Header) || e.Header > old.Grid {
			return nil, nil
		}
		if states[tab] == nil {
			states[tab] = &sheetState{SheetState: table.SheetState{ID: old.ID, Rows: old.Rows, Headers: map[int][]any{}}}
			ranges = append(ranges, tailRange(tab.Title, old.Rows))
		}
		if !states[tab].has(e.Header) {
			states[tab].Headers[e.Header] = nil
			ranges = append(ranges, table.RowRange(tab.Title, e.Header, e.Header))
		}
	}
	return ranges, func(shown *sheets.Spreadsheet, at time.Time) bool {
		for tab, state := range states {
			rows, found := shownRows(shown, tab)
			if !found || !state.extend(rows) {
				return false
			}
			for header := range state.Headers {
				state.Headers[header] = typedCells(rows[header])
			}
			state.at, state.Grid = at, int(tab.GridProperties.RowCount)
			p.sheets[tab.Title] = state
		}
		return true
	}
}

// ReadAll implements [commit.Planner]: whole sheets, because where a sheet ends is known
// only by its values.
func (p *planner) ReadAll(tabs []*sheets.SheetProperties, writes []*write) (ranges []string, load func([][][]any, time.Time)) {
	p.tabs, p.listed = tabs, time.Now()
	var wanted []*sheets.SheetProperties
	headers := map[*sheets.SheetProperties]map[int][]any{}
	for _, w := range writes {
		tab := p.tab(w.Request.Title)
		if tab == nil {
			continue
		}
		if headers[tab] == nil {
			wanted, headers[tab] = append(wanted, tab), map[int][]any{}
			ranges = append(ranges, table.QuoteTitle(tab.Title))
		}
		headers[tab][w.Request.Header] = nil
	}
	return ranges, func(grids [][][]any, at time.Time) {
		p.grids = map[string][][]any{}
		known := map[string]*sheetState{}
		for _, tab := range tabs { // of others, what is known stays a hint
			if old := p.sheets[tab.Title]; old != nil && old.ID == tab.SheetId {
				known[tab.Title] = old
			}
		}
		for i, tab := range wanted {
			grid := grids[i]
			state := &sheetState{at: at, SheetState: table.SheetState{ID: tab.SheetId, Headers: headers[tab], Rows: len(grid), Grid: int(tab.GridProperties.RowCount)}}
			if len(grid) > 0 {
				state.Last = grid[len(grid)-1]
			}
			for header := range state.Headers {
				if header <= len(grid) {
					state.Headers[header] = grid[header-1]
				}
			}
			known[tab.Title], p.grids[tab.Title] = state, grid
		}
		p.sheets = known
	}
}

// shownRows returns the rows that are shown of a sheet, by number, and takes over its
// size. It returns false if the sheet is not there, or has another title now.
func shownRows(shown *sheets.Spreadsheet, tab *sheets.SheetProperties) (rows map[int][]*sheets.CellData, found bool) {
	rows = map[int][]*sheets.CellData{}
	i := slices.IndexFunc(shown.Sheets, func(s *sheets.Sheet) bool {
		return s.Properties.SheetId == tab.SheetId && s.Properties.Title == tab.Title
	})
	if i < 0 {
		return rows, false
	}
	if size := shown.Sheets[i].Properties.GridProperties; size != nil {
		tab.GridProperties = size
	}
	for _, data := range shown.Sheets[i].Data {
		for n, row := range data.RowData {
			rows[int(data.StartRow)+n+1] = row.Values
		}
	}
	return rows, true
}

// typedCells returns cells as values.get does: a date as text.
func typedCells(cells []*sheets.CellData) []any {
	typed := make([]any, len(cells))
	for i, cell := range cells {
		v := cell.EffectiveValue
		switch {
		case v == nil:
		case v.StringValue != nil:
			typed[i] = *v.StringValue
		case v.BoolValue != nil:
			typed[i] = *v.BoolValue
		case v.NumberValue != nil && !isDate(cell):
			typed[i] = *v.NumberValue
		default: // a date, or an error
			typed[i] = cell.FormattedValue
		}
	}
	return typed
}

// isDate reports whether a number is a date, which only its format shows.
func isDate(cell *sheets.CellData) bool {
	f := cell.EffectiveFormat
	return f != nil && f.NumberFormat != nil && slices.Contains([]string{"DATE", "TIME", "DATE_TIME"}, f.NumberFormat.Type)
}

var _ commit.Planner[*table.Edit, []*sheetEffect] = (*planner)(nil)
