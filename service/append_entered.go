package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// EnterRows appends the records as if a person typed their values: "=A1*2" becomes a
// formula, "1/2" a date. headerRow is the row that names the columns; 0 is 1. A batch
// cannot do that, so it is a call of its own, and not safe to repeat. It is sent once:
// where Google's response is lost the error is a [table.Error] with the code
// [table.OutcomeUnknown]. After every other error nothing is stored.
func (s *Service) EnterRows(ctx context.Context, title string, headerRow int, records []table.Record) (table.AppendResult, error) {
	op := fmt.Sprintf("enter %d rows into sheet %s", len(records), table.Quote(title))
	if err := (table.WriteOptions{Header: headerRow}).Validate(); err != nil {
		return table.AppendResult{}, err
	}
	e := &table.Edit{Kind: table.Appends, Title: title, Header: cmp.Or(headerRow, 1), Records: records}
	if err := e.Validate(); err != nil {
		return table.AppendResult{}, err
	}
	grid, err := s.readWholeSheet(ctx, title)
	if err != nil {
		return table.AppendResult{}, s.sheetError(ctx, op, title, err)
	}
	if header := e.Header - 1; len(grid) > header && len(grid[header]) > 0 && table.IsEmpty(table.Shown(grid[header][0])) {
		return table.AppendResult{}, &table.Error{
			Code:   table.InvalidRows,
			Detail: fmt.Sprintf("%s: cell A%d names no column, and Google would put the rows from column A on below another one", op, e.Header),
			Hint:   fmt.Sprintf("leave out input=user_entered, or write a column name into A%d", e.Header),
		}
	}
	state := table.NewState(0, len(grid), grid, []int{e.Header})
	state.Formats = nil // Google makes dates of the texts
	planned, err := table.NewSheetPlan(title, state, grid).Do(e)
	if err != nil {
		return table.AppendResult{}, err
	}
	at, ok := state.AppendAt(e.Header, grid)
	if !ok || !state.Covers(e) {
		return table.AppendResult{}, &table.Error{
			Code:   table.InvalidRows,
			Detail: op + ": below the last row there are rows that were prepared with formulas or checkboxes, or another table, and Google would put the rows below these",
			Hint:   "leave out input=user_entered",
		}
	}
	if err := s.writeLimiter.Wait(ctx); err != nil {
		return table.AppendResult{}, &table.Error{Code: table.RateLimited, Detail: op + ": the calls to Google are rate limited, so nothing was stored", RetryAfter: quotaWindow, Err: err}
	}
	defer s.cache.drop(title)
	defer s.writer.Invalidate()
	return s.appendEntered(ctx, op, e, at, planned.Appended)
}

// appendEntered calls spreadsheets.values.append once. The range is one cell, in column A of
// the row at; see [table.SheetState.AppendAt]. The option is INSERT_ROWS, because OVERWRITE
// would overwrite the rows of another writer.
func (s *Service) appendEntered(ctx context.Context, op string, e *table.Edit, at int, rows []*table.PlannedRow) (table.AppendResult, error) {
	var values [][]any
	for _, row := range rows {
		values = append(values, row.Cells)
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	answer, err := s.sheets.Spreadsheets.Values.Append(s.id, table.QuoteTitle(e.Title)+"!A"+strconv.Itoa(at), &sheets.ValueRange{Values: values}).
		ValueInputOption("USER_ENTERED").InsertDataOption("INSERT_ROWS").
		Fields("updates(updatedRange)").Context(ctx).Do()
	if err == nil && answer.Updates != nil {
		noteRows(ctx, len(values))
		return table.AppendResult{Count: len(values), Range: answer.Updates.UpdatedRange}, nil
	}
	// After a 4xx nothing is stored. After a 5xx that is not certain.
	refusal, refused := errors.AsType[*googleapi.Error](err)
	if sent.Load() && !(refused && refusal.Code >= 400 && refusal.Code < 500) {
		return table.AppendResult{}, &table.Error{
			Code:   table.OutcomeUnknown,
			Detail: op + ": Google's answer was lost, so the rows may have been stored or not",
			Hint:   "check whether the rows are in the sheet before sending them again",
			Err:    err,
		}
	}
	return table.AppendResult{}, s.sheetError(ctx, op, e.Title, err)
}

// readWholeSheet returns the cells of all rows of a sheet. A title that no sheet has is an
// error with the code [table.SheetNotFound].
func (s *Service) readWholeSheet(ctx context.Context, title string) ([][]any, error) {
	if err := s.titles.check(ctx, title); err != nil {
		return nil, err
	}
	if err := s.readLimiter.Wait(ctx); err != nil {
		return nil, err
	}
	quoted := table.QuoteTitle(title)
	read, err := s.readCells(ctx, []string{quoted}, nil)
	if err != nil {
		return nil, err
	}
	s.titles.add(title)
	if read.tooLarge[quoted] {
		return nil, errCellsTooLarge(title)
	}
	return read.grids[quoted], nil
}
