package service

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/api/googleapi"

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

// blame returns the writes that would make the spreadsheet larger than Google allows.
// Google's error says so only in English text, so the cells are counted.
func (t *tails) blame(p *commit.Plan) map[*commit.Work]error {
	blamed := map[*commit.Work]error{}
	cells := countCells(t.tabs)
	added := map[*commit.Work]int{}
	for _, l := range p.Memo.([]*landing) {
		for work, did := range l.done {
			added[work] = len(did.Appended)
		}
	}
	for _, work := range p.Works {
		tab := t.tab(work.Request.(*table.Edit).Title)
		if tab == nil {
			continue
		}
		grown := cells + int64(added[work])*tab.GridProperties.ColumnCount
		if work.Key != "" {
			grown += commit.KeyCells
		}
		if grown > maxCells {
			blamed[work] = sheetFull(tab.Title, cells)
			continue
		}
		cells = grown
	}
	return blamed
}

// explainWrite returns the error of a write whose batch Google refused.
func explainWrite(err error) error {
	answer, ok := errors.AsType[*googleapi.Error](err)
	if ok && answer.Code == http.StatusBadRequest {
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
		return &table.Error{Code: table.OutcomeUnknown, Detail: err.Error(),
			Hint: "repeat the request with the same Idempotency-Key; without one look whether the rows are in the sheet first"}
	}
	return err
}
