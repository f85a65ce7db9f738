package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// Values says how cells become values. The zero value is [Typed].
type Values string

// How cells become values.
const (
	Typed   Values = "typed"   // numbers and booleans as such, dates as text in the sheet's format
	Text    Values = "text"    // what a person sees
	Formula Values = "formula" // formulas as they were entered
)

// render gives Google's name for each, https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueRenderOption.
var render = map[Values]string{Typed: "UNFORMATTED_VALUE", Text: "FORMATTED_VALUE", Formula: "FORMULA"}

// grid is a sheet's content. The header is always read in the typed form, so
// that the names of columns do not change with the values' form.
type grid struct {
	header []any
	values [][]any // with the header's row
}

func (s *Service) readSheet(ctx context.Context, title string, as Values) (grid, error) {
	as = cmp.Or(as, Typed)
	values, err := s.getValues(ctx, title, quoteTitle(title), as)
	if err != nil || len(values) == 0 {
		return grid{}, err
	}
	g := grid{values[0], values}
	if as != Typed {
		g.header, err = s.readHeader(ctx, title)
	}
	return g, err
}

func (s *Service) readHeader(ctx context.Context, title string) ([]any, error) {
	values, err := s.getValues(ctx, title, quoteTitle(title)+"!1:1", Typed)
	if err != nil || len(values) == 0 {
		return nil, err
	}
	return values[0], nil
}

func (s *Service) getValues(ctx context.Context, title, a1 string, as Values) ([][]any, error) {
	answer, err := s.sheets.Spreadsheets.Values.Get(s.id, a1).
		ValueRenderOption(render[as]).DateTimeRenderOption("FORMATTED_STRING").
		Fields("values").Context(ctx).Do()
	if err != nil {
		return nil, s.explain(ctx, fmt.Sprintf("read sheet %q", title), title, err)
	}
	return answer.Values, nil
}

// readSheets returns the typed values of several sheets in one call.
func (s *Service) readSheets(ctx context.Context, titles []string) ([][][]any, error) {
	if len(titles) == 0 {
		return nil, nil
	}
	ranges := make([]string, len(titles))
	for i, title := range titles {
		ranges[i] = quoteTitle(title)
	}
	answer, err := s.sheets.Spreadsheets.Values.BatchGet(s.id).Ranges(ranges...).
		ValueRenderOption(render[Typed]).DateTimeRenderOption("FORMATTED_STRING").
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

// listTitles returns the titles of the visible sheets that hold cells.
func (s *Service) listTitles(ctx context.Context) ([]string, error) {
	answer, err := s.sheets.Spreadsheets.Get(s.id).
		Fields("sheets(properties(title,sheetType,hidden))").Context(ctx).Do()
	if err != nil {
		return nil, fromGoogle("list the sheets", err)
	}
	var titles []string
	for _, sheet := range answer.Sheets {
		if p := sheet.Properties; p.SheetType == "GRID" && !p.Hidden {
			titles = append(titles, p.Title)
		}
	}
	return titles, nil
}

// appendValues inserts rows below the table that starts in A1. It is sent once:
// Google would store a repeated append twice. Inserting pushes down what lies
// below, where overwriting loses rows to a second writer.
func (s *Service) appendValues(ctx context.Context, title string, values [][]any) (Appended, error) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	answer, err := s.sheets.Spreadsheets.Values.Append(s.id, quoteTitle(title)+"!A1", &sheets.ValueRange{Values: values}).
		ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").
		Fields("updates(updatedRange)").Context(ctx).Do()
	if err == nil && answer.Updates != nil {
		return Appended{Rows: len(values), Range: answer.Updates.UpdatedRange}, nil
	}
	doing := fmt.Sprintf("append %d rows to sheet %q", len(values), title)
	if sent.Load() && !refused(err) {
		return Appended{}, &Error{
			Code:   OutcomeUnknown,
			Detail: doing + ": Google's answer was lost, so the rows may have been stored or not",
			Remedy: "look whether the rows are in the sheet before sending them again",
			Err:    err,
		}
	}
	return Appended{}, s.explain(ctx, doing, title, err)
}

// refused reports whether Google said no, so that nothing was stored. After a
// 5xx that is not certain.
func refused(err error) bool {
	answer, ok := errors.AsType[*googleapi.Error](err)
	return ok && answer.Code >= 400 && answer.Code < 500
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
	return &Error{
		Code:   SheetNotFound,
		Detail: fmt.Sprintf("there is no sheet %q; the sheets are %s", title, quoteList(titles)),
	}
}

// quoteTitle is the title in A1 notation. Quoted, it cannot be taken for a
// range or a named range.
func quoteTitle(title string) string {
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}
