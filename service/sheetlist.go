package service

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// render gives Google's name for each, https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueRenderOption.
var render = map[table.Values]string{table.Typed: "UNFORMATTED_VALUE", table.Text: "FORMATTED_VALUE", table.Formula: "FORMULA"}

// readSheets returns the typed values of several sheets in one call, when the
// pace allows it.
func (s *Service) readSheets(ctx context.Context, titles []string) ([][][]any, error) {
	if len(titles) == 0 {
		return nil, nil
	}
	ranges := make([]string, len(titles))
	for i, title := range titles {
		ranges[i] = table.QuoteTitle(title)
	}
	if err := s.paceRead(ctx); err != nil {
		return nil, err
	}
	answer, err := s.sheets.Spreadsheets.Values.BatchGet(s.id).Ranges(ranges...).
		ValueRenderOption(render[table.Typed]).DateTimeRenderOption("FORMATTED_STRING").
		Fields("valueRanges(values)").Context(ctx).Do()
	if err != nil {
		return nil, fromGoogle("read all sheets", err)
	}
	grids := make([][][]any, len(titles))
	for i := range min(len(grids), len(answer.ValueRanges)) {
		grids[i] = answer.ValueRanges[i].Values
	}
	return grids, nil
}

// listTitles returns the titles of the visible sheets that hold cells, when the
// pace allows the call.
func (s *Service) listTitles(ctx context.Context) ([]string, error) {
	tabs, err := s.listTabs(ctx)
	return visible(tabs), err
}

// listTabs returns all sheets, hidden ones too, when the pace allows the call.
func (s *Service) listTabs(ctx context.Context) ([]*sheets.SheetProperties, error) {
	if err := s.paceRead(ctx); err != nil {
		return nil, err
	}
	answer, err := s.sheets.Spreadsheets.Get(s.id).
		Fields("sheets(properties(title,sheetType,hidden,gridProperties(rowCount,columnCount)))").Context(ctx).Do()
	if err != nil {
		return nil, fromGoogle("list the sheets", err)
	}
	var tabs []*sheets.SheetProperties
	for _, sheet := range answer.Sheets {
		tabs = append(tabs, sheet.Properties)
	}
	return tabs, nil
}

// countCells counts cells as Google's limit does: those of all sheets, hidden
// and empty ones too.
func countCells(tabs []*sheets.SheetProperties) (cells int64) {
	for _, tab := range tabs {
		if g := tab.GridProperties; g != nil {
			cells += g.RowCount * g.ColumnCount
		}
	}
	return cells
}

// visible are the titles of the sheets that hold cells and are not hidden. The
// sheet of idempotency keys is none, even where a person has shown it.
func visible(tabs []*sheets.SheetProperties) []string {
	var titles []string
	for _, tab := range tabs {
		if tab.SheetType == "GRID" && !tab.Hidden && !commit.IsKeysSheet(tab.Title) {
			titles = append(titles, tab.Title)
		}
	}
	return titles
}

// explain is fromGoogle for a call on one sheet. Google answers an unknown
// title with a 400 about an unparsable range; whether the title is unknown is
// decided by the sheets there are, not by that text.
func (s *Service) explain(ctx context.Context, doing, title string, err error) error {
	if answer, ok := errors.AsType[*googleapi.Error](err); !ok || answer.Code != http.StatusBadRequest {
		return fromGoogle(doing, err)
	}
	titles, listErr := s.listTitles(ctx)
	if listErr != nil || slices.Contains(titles, title) {
		return fromGoogle(doing, err)
	}
	return sheetNotFound(title, titles)
}

func sheetNotFound(title string, titles []string) error {
	return &table.Error{
		Code:   table.SheetNotFound,
		Detail: "there is no sheet " + table.QuoteName(title) + "; the sheets are " + table.QuoteList(titles),
	}
}
