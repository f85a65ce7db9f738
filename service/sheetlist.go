package service

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// readSheets returns the header row of several sheets, typed, and below it a row for each
// that has a value, with one call. Values are decoded as they arrive and not kept: those
// of a whole spreadsheet may be ten million.
func (s *Service) readSheets(ctx context.Context, titles []string) ([][][]any, error) {
	if len(titles) == 0 {
		return nil, nil
	}
	query := url.Values{
		"valueRenderOption": {"UNFORMATTED_VALUE"}, "dateTimeRenderOption": {"FORMATTED_STRING"},
		"fields": {"valueRanges(values)"}, "prettyPrint": {"false"},
	}
	for _, title := range titles {
		query.Add("ranges", table.QuoteTitle(title))
	}
	if err := s.waitRead(ctx); err != nil {
		return nil, err
	}
	grids := make([][][]any, len(titles))
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "/values:batchGet?" + query.Encode()
	err := s.getJSON(ctx, path, func(d *jsontext.Decoder) error {
		n := 0
		return decodeMember(d, "valueRanges", func() error {
			return decodeArray(d, func() error {
				if n == len(grids) {
					return errors.New("read Google's answer: more ranges than were asked for")
				}
				n++
				return decodeValues(d, summarizeInto(&grids[n-1]))
			})
		})
	})
	if err != nil {
		return nil, apiError("read all sheets", err)
	}
	return grids, nil
}

// summarizeInto returns a function that adds rows to a grid: the first one as it is, and
// others by whether they have a value.
func summarizeInto(grid *[][]any) func([]jsontext.Value) error {
	filled := []any{true} // shared by all rows
	return func(row []jsontext.Value) error {
		if len(*grid) == 0 {
			header, err := table.DecodeCells(row)
			*grid = append(*grid, header)
			return err
		}
		if table.HasValue(row) {
			*grid = append(*grid, filled)
		}
		return nil
	}
}

// listTabs returns the properties of all sheets, hidden ones too, and the spreadsheet's
// metadata, with one call.
func (s *Service) listTabs(ctx context.Context) ([]*sheets.SheetProperties, []*sheets.DeveloperMetadata, error) {
	if err := s.waitRead(ctx); err != nil {
		return nil, nil, err
	}
	answer, err := s.sheets.Spreadsheets.Get(s.id).
		Fields("developerMetadata(metadataId,metadataKey,metadataValue),sheets(properties(title,sheetType,hidden,gridProperties(rowCount,columnCount)))").Context(ctx).Do()
	if err != nil {
		return nil, nil, apiError("list the sheets", err)
	}
	var tabs []*sheets.SheetProperties
	for _, sheet := range answer.Sheets {
		tabs = append(tabs, sheet.Properties)
	}
	return tabs, answer.DeveloperMetadata, nil
}

// countCells returns the number of cells that count for Google's limit: those of all
// sheets, hidden and empty ones too.
func countCells(tabs []*sheets.SheetProperties) (cells int64) {
	for _, tab := range tabs {
		if g := tab.GridProperties; g != nil {
			cells += g.RowCount * g.ColumnCount
		}
	}
	return cells
}

// visibleTitles returns the titles of the sheets that have cells and are not hidden. It
// leaves out the sheet of idempotency keys also where somebody has unhidden it.
func visibleTitles(tabs []*sheets.SheetProperties) []string {
	var titles []string
	for _, tab := range tabs {
		if tab.SheetType == "GRID" && !tab.Hidden && !commit.IsKeysSheet(tab.Title) {
			titles = append(titles, tab.Title)
		}
	}
	return titles
}

// sheetError is apiError for a call on one sheet. Google answers an unknown title with
// 400 and a text about a range that cannot be parsed, so the spreadsheet's sheets are
// listed to find out whether the title is unknown.
func (s *Service) sheetError(ctx context.Context, doing, title string, err error) error {
	if known, ok := errors.AsType[*table.Error](err); ok {
		return known
	}
	if answer, ok := errors.AsType[*googleapi.Error](err); !ok || answer.Code != http.StatusBadRequest {
		return apiError(doing, err)
	}
	if s.titles.refresh(ctx) == nil {
		if missing := s.titles.check(ctx, title); missing != nil {
			return missing
		}
	}
	return apiError(doing, err)
}

// sheetNotFound names the sheets in the hint, which is for those who may know them.
func sheetNotFound(title string, titles []string) error {
	return &table.Error{
		Code:   table.SheetNotFound,
		Detail: "there is no sheet " + table.Quote(title),
		Hint:   "the sheets are " + table.QuoteList(titles),
	}
}
