package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

const (
	// maxSampleRows and maxSampleColumns bound what is read of each sheet to describe it.
	maxSampleRows    = 1000
	maxSampleColumns = 1000
	// maxSampleCells bounds what is read of all sheets together, unless they are so many
	// that the header and one row of each have more cells.
	maxSampleCells = 500_000
)

// sampleSheets describes the columns of several sheets by their first rows, with one call.
func (s *Service) sampleSheets(ctx context.Context, tabs []*sheets.SheetProperties) ([]Sheet, error) {
	described := make([]Sheet, len(tabs))
	if len(tabs) == 0 {
		return described, nil
	}
	query := url.Values{
		"fields":      {"sheets(properties(title),data(rowData(values(effectiveValue,effectiveFormat(numberFormat),userEnteredValue(formulaValue)))))"},
		"prettyPrint": {"false"},
	}
	for _, tab := range tabs {
		rows, columns := sampleSize(tab, len(tabs))
		query.Add("ranges", table.CornerRange(tab.Title, rows, columns))
	}
	if err := s.waitRead(ctx); err != nil {
		return nil, err
	}
	samples := map[string]*table.Summary{}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "?" + query.Encode()
	err := s.getJSON(ctx, path, func(d *jsontext.Decoder) error {
		return decodeMember(d, "sheets", func() error {
			return decodeArray(d, func() error {
				title, sample, err := decodeSample(d)
				samples[title] = sample
				return err
			})
		})
	})
	if err != nil {
		return nil, apiError("read all sheets", err)
	}
	for i, tab := range tabs {
		sample := cmp.Or(samples[tab.Title], &table.Summary{})
		described[i] = Sheet{Title: tab.Title, Columns: sample.Columns()}
		if rows, _ := sampleSize(tab, len(tabs)); int64(rows) == tab.GridProperties.RowCount {
			count := sample.Rows()
			described[i].Rows = &count
		}
	}
	return described, nil
}

// sampleSize returns how many rows and columns of one of n sheets are read.
func sampleSize(tab *sheets.SheetProperties, n int) (rows, columns int) {
	rows = min(maxSampleRows, int(tab.GridProperties.RowCount))
	columns = min(maxSampleColumns, int(tab.GridProperties.ColumnCount))
	return min(rows, max(2, maxSampleCells/n/columns)), columns
}

// decodeSample reads a Sheet.
func decodeSample(d *jsontext.Decoder) (title string, sample *table.Summary, err error) {
	var properties struct{ Title string }
	sample = &table.Summary{}
	r := gridRow{formats: map[string]table.DateKind{}}
	row := func() error {
		if err := r.decode(d, table.Typed); err != nil {
			return err
		}
		cells, kinds := r.row()
		return sample.Add(cells, kinds, r.formulas)
	}
	err = decodeMembers(d, map[string]func() error{
		"properties": func() error {
			value, err := d.ReadValue()
			if err != nil {
				return err
			}
			return json.Unmarshal(value, &properties)
		},
		"data": func() error { return decodeRows(d, row) },
	})
	return properties.Title, sample, err
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

// visibleTabs returns the sheets that have cells and are not hidden. It leaves out the
// sheet of idempotency keys even where a person has unhidden it.
func visibleTabs(tabs []*sheets.SheetProperties) (visible []*sheets.SheetProperties) {
	for _, tab := range tabs {
		if tab.SheetType == "GRID" && tab.GridProperties != nil && !tab.Hidden && !commit.IsKeysSheet(tab.Title) {
			visible = append(visible, tab)
		}
	}
	return visible
}

// visibleTitles returns the titles of visibleTabs.
func visibleTitles(tabs []*sheets.SheetProperties) (titles []string) {
	for _, tab := range visibleTabs(tabs) {
		titles = append(titles, tab.Title)
	}
	return titles
}

// sheetError is apiError for a call on one sheet. Google answers an unknown title with
// 400 and a text about a range that cannot be parsed, so the spreadsheet's sheets are
// listed to find out whether the title is unknown.
func (s *Service) sheetError(ctx context.Context, op, title string, err error) error {
	if known, ok := errors.AsType[*table.Error](err); ok {
		return known
	}
	if answer, ok := errors.AsType[*googleapi.Error](err); !ok || answer.Code != http.StatusBadRequest {
		return apiError(op, err)
	}
	if s.titles.refresh(ctx) == nil {
		if missing := s.titles.check(ctx, title); missing != nil {
			return missing
		}
	}
	return apiError(op, err)
}

// sheetNotFound names the sheets in the hint, which strangers do not get.
func sheetNotFound(title string, titles []string) error {
	return &table.Error{
		Code:   table.SheetNotFound,
		Detail: "there is no sheet " + table.Quote(title),
		Hint:   "the sheets are " + table.QuoteList(titles),
	}
}
