package service

import (
	"fmt"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
)

// landing is where a plan puts rows in one sheet.
type landing struct {
	title string
	tail  tail // before
	works []*commit.Work
	rows  int
}

func (l *landing) requests(rows []*sheets.RowData) []*sheets.Request {
	return []*sheets.Request{
		{InsertDimension: &sheets.InsertDimensionRequest{
			Range: &sheets.DimensionRange{
				SheetId: l.tail.id, Dimension: "ROWS", StartIndex: int64(l.tail.rows), EndIndex: int64(l.tail.rows + l.rows),
				ForceSendFields: []string{"SheetId"},
			},
			// The header's own format is not for rows; at the end of the grid
			// there is only the row before to inherit from.
			InheritFromBefore: l.tail.rows > 1 || l.tail.rows >= l.tail.grid,
		}},
		{UpdateCells: &sheets.UpdateCellsRequest{
			Start: &sheets.GridCoordinate{SheetId: l.tail.id, RowIndex: int64(l.tail.rows), ForceSendFields: []string{"SheetId"}},
			Rows:  rows, Fields: "userEnteredValue",
		}},
	}
}

// ranges are the header, and the rows above and below what is written. None
// starts past the grid, which Google would refuse.
func (l *landing) ranges() []string {
	above, below := l.tail.rows, l.tail.rows+l.rows+1
	ranges := []string{quoteTitle(l.title) + "!1:1", fmt.Sprintf("%s!%d:%[2]d", quoteTitle(l.title), above)}
	if below <= l.tail.grid+l.rows {
		ranges = append(ranges, fmt.Sprintf("%s!%d:%[2]d", quoteTitle(l.title), below))
	}
	return ranges
}

// landed compares what the spreadsheet shows with what was planned. Rows under
// another header than they were made for are a conflict; rows that are not
// where they should be only mean that the sheet has to be read again.
func (t *tails) landed(p *commit.Plan, shown *sheets.Spreadsheet) (conflicts map[*commit.Work]error, again bool) {
	conflicts = map[*commit.Work]error{}
	for _, l := range p.Memo.([]*landing) {
		t.stored(l.title) // also where the caller has left
		headerHolds, placeHolds := t.seen(l), false
		if shown != nil {
			headerHolds, placeHolds = l.holds(shown)
		}
		if !headerHolds {
			for _, work := range l.works {
				conflicts[work] = &Error{
					Code:   Conflict,
					Detail: fmt.Sprintf("the rows are stored at %s, but the sheet's title or header was changed meanwhile, so that they may stand under other columns", work.Result),
					Remedy: "look at the rows and put them right by hand",
				}
			}
		}
		if !headerHolds || !placeHolds {
			again = true
			continue
		}
		now := l.tail
		now.rows += l.rows
		now.grid += l.rows
		t.known[l.title] = now
	}
	return conflicts, again
}

// seen is whether the header that was just read is still the landing's.
func (t *tails) seen(l *landing) bool {
	now, ok := t.known[l.title]
	return ok && now.id == l.tail.id && slices.Equal(now.header, l.tail.header)
}

// holds looks for the landing's header, and whether the rows came below a row
// with values and above one without.
func (l *landing) holds(shown *sheets.Spreadsheet) (header, place bool) {
	for _, sheet := range shown.Sheets {
		if sheet.Properties.SheetId != l.tail.id {
			continue
		}
		header, place = sheet.Properties.Title == l.title, true
		for _, data := range sheet.Data {
			var cells []*sheets.CellData
			if len(data.RowData) > 0 {
				cells = data.RowData[0].Values
			}
			switch row := int(data.StartRow) + 1; row {
			case 1:
				header = header && sameCells(l.tail.header, cells)
			case l.tail.rows:
				place = place && !blank(cells)
			default:
				place = place && blank(cells)
			}
		}
	}
	return header, place
}

func blank(cells []*sheets.CellData) bool {
	return !slices.ContainsFunc(cells, func(c *sheets.CellData) bool { return c.EffectiveValue != nil })
}

// sameCells compares values as values.get gives them with cells as the grid has
// them. A date is text there and a number here, so its text counts too.
func sameCells(values []any, cells []*sheets.CellData) bool {
	if blankFrom(cells, len(values)) && len(cells) >= len(values) {
		for i, value := range values {
			if !sameCell(value, cells[i]) {
				return false
			}
		}
		return true
	}
	return false
}

func blankFrom(cells []*sheets.CellData, n int) bool { return blank(cells[min(n, len(cells)):]) }

func sameCell(value any, cell *sheets.CellData) bool {
	v := cell.EffectiveValue
	switch value := value.(type) {
	case string:
		return v == nil && value == "" || v != nil && (v.StringValue != nil && *v.StringValue == value || cell.FormattedValue == value)
	case float64:
		return v != nil && v.NumberValue != nil && *v.NumberValue == value
	case bool:
		return v != nil && v.BoolValue != nil && *v.BoolValue == value
	}
	return false
}
