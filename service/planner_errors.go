package service

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// maxCells is Google's limit for the cells of all sheets of a spreadsheet, empty ones
// too. https://support.google.com/drive/answer/37603
const maxCells = 10_000_000

func sheetFull(title string, cells int64) error {
	return &table.Error{
		Code:   table.SheetFull,
		Detail: fmt.Sprintf("the rows do not fit: the spreadsheet's sheets have %d cells, and Google's limit is %d, empty ones too", cells, maxCells),
		Hint:   fmt.Sprintf("delete rows and columns that are not used, in sheet %q or another one, or begin a new spreadsheet", title),
	}
}

func errCellsTooLarge(title string) error {
	return &table.Error{
		Code:   table.TooLarge,
		Detail: fmt.Sprintf("sheet %q is too large for its rows to be found and changed", title),
		Hint:   "divide it into several sheets",
	}
}

// Culprits implements [commit.Planner]: the writes that would make the spreadsheet larger
// than Google allows. Google's error says so only in English text, so the cells are
// counted.
func (p *planner) Culprits(made *plan, tabs []*sheets.SheetProperties) (culprits map[*write]error, changed bool) {
	p.tabs, p.listed = tabs, time.Now()
	culprits = map[*write]error{}
	cells := countCells(tabs)
	for _, e := range made.State {
		tab := p.tab(e.tab.Title)
		if tab == nil || tab.SheetId != e.tab.SheetId || tab.GridProperties.RowCount != int64(e.plan.Before.Grid) ||
			tab.GridProperties.ColumnCount != e.tab.GridProperties.ColumnCount {
			return nil, true
		}
		for _, w := range made.Writes {
			result := e.results[w]
			if result == nil {
				continue
			}
			grown := cells
			for _, l := range result.Appended {
				if !l.Placed {
					grown += tab.GridProperties.ColumnCount
				}
			}
			if w.Key != "" {
				grown += commit.KeyCells
			}
			if grown > maxCells {
				culprits[w] = sheetFull(tab.Title, cells)
				continue
			}
			cells = grown
		}
	}
	return culprits, false
}

// Explain implements [commit.Planner].
func (p *planner) Explain(err error) error { return explainWrite(err) }

// explainWrite returns the error of a write whose batch Google refused.
func explainWrite(err error) error {
	answer, ok := errors.AsType[*googleapi.Error](err)
	if ok && answer.Code == http.StatusBadRequest && !strings.Contains(answer.Message, protectedMessage) {
		return &table.Error{Code: table.InvalidRows, Detail: "Google refused the rows", Err: summary(answer, errorReasons(answer))}
	}
	return apiError("write rows", err)
}

// fromCommit returns the errors of package commit as a [table.Error].
func fromCommit(err error) error {
	switch {
	case errors.Is(err, commit.ErrOverloaded), errors.Is(err, commit.ErrStopped), errors.Is(err, commit.ErrNotSent):
		return &table.Error{Code: table.Overloaded, Detail: err.Error() + ", so nothing was stored", RetryAfter: 5 * time.Second, Err: err}
	case errors.Is(err, commit.ErrNoRoom):
		return &table.Error{Code: table.SheetFull, Detail: err.Error(), Hint: "delete developer metadata that other programs have left in the spreadsheet: Google's limit is 30,000 characters"}
	case errors.Is(err, commit.ErrKeyReused):
		return &table.Error{Code: table.KeyReused, Detail: err.Error()}
	case errors.Is(err, commit.ErrOutcomeUnknown):
		cause := errors.Unwrap(err)
		if answer, ok := errors.AsType[*googleapi.Error](cause); ok {
			cause = summary(answer, errorReasons(answer))
		}
		return &table.Error{Code: table.OutcomeUnknown, Detail: commit.ErrOutcomeUnknown.Error(), Err: cause,
			Hint: "repeat the request with the same Idempotency-Key; without one check first whether the rows are in the sheet"}
	}
	return err
}
