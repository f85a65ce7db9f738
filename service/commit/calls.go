package commit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

const (
	// markerKey is one character, because keys count against the 30,000
	// characters of metadata that a spreadsheet has.
	markerKey    = "w"
	markerLength = 12 // of its value

	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
	// maxUnsent is how often a call is tried that cannot even be sent.
	maxUnsent = 3
)

// errNotSent wraps the error of a call that never left this process.
var errNotSent = errors.New("nothing was sent")

// batch is the content as one request: the marker first, so that everything
// else depends on it.
func (w *Writer) batch(c *content) *sheets.BatchUpdateSpreadsheetRequest {
	var requests []*sheets.Request
	if id, ok := w.sequence.prune(); ok {
		requests = append(requests, &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
			DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: id}},
		}})
	}
	requests = append(requests, &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &sheets.DeveloperMetadata{
			MetadataId: w.sequence.next, MetadataKey: markerKey, MetadataValue: c.value,
			// Only callers of this project see it: a stranger's spreadsheets.get
			// does not carry a thousand markers.
			Visibility: "PROJECT",
			Location:   &sheets.DeveloperMetadataLocation{Spreadsheet: true},
		},
	}})
	keyRequests, keyRows := w.keys.requests(c.plan.Works)
	c.keys = keyRows
	requests = append(requests, c.plan.Requests...)
	return &sheets.BatchUpdateSpreadsheetRequest{
		Requests:                     append(requests, keyRequests...),
		IncludeSpreadsheetInResponse: true,
		ResponseIncludeGridData:      len(c.plan.Ranges) > 0,
		ResponseRanges:               c.plan.Ranges,
	}
}

// send sends the batch once.
func (w *Writer) send(ctx context.Context, batch *sheets.BatchUpdateSpreadsheetRequest, p *Plan) (*sheets.Spreadsheet, error) {
	if err := w.pay(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	w.paid = false
	w.count()
	ctx, cancel := context.WithTimeout(ctx, tryBudget)
	defer cancel()
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	answer, err := w.Sheets.Spreadsheets.BatchUpdate(w.SpreadsheetID, batch).
		Fields(googleapi.Field("spreadsheetId,updatedSpreadsheet(" + p.Fields + ")")).Context(ctx).Do()
	if _, answered := errors.AsType[*googleapi.Error](err); err != nil && !answered && !left.Load() {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if err != nil {
		return nil, err
	}
	return cmp.Or(answer.UpdatedSpreadsheet, &sheets.Spreadsheet{}), nil
}

// call reads, again while Google is busy or broken and somebody waits.
func (w *Writer) call(ctx context.Context, do func(context.Context) error) error {
	for tries, pause := 1, firstPause; ; tries, pause = tries+1, min(2*pause, longestPause) {
		err := w.payRead(ctx)
		if err != nil {
			return err
		}
		w.count()
		tryCtx, cancel := context.WithTimeout(ctx, tryBudget)
		err = do(tryCtx)
		cancel()
		w.noteTrouble(ctx, err)
		answer, answered := errors.AsType[*googleapi.Error](err)
		switch {
		case err == nil:
			return nil
		case answered && answer.Code < 500 && answer.Code != http.StatusTooManyRequests, !answered && tries >= maxUnsent:
			return err
		}
		if !sleep(ctx, pause) {
			return err
		}
	}
}

// payRead waits until the pace allows a read, unless it does already.
func (w *Writer) payRead(ctx context.Context) error {
	if w.paidReads > 0 {
		w.paidReads--
		return nil
	}
	return w.Reads.Wait(ctx)
}

// payReads waits until the pace allows two reads at once: between the markers
// and the rest another instance should have no time for a batch.
func (w *Writer) payReads(ctx context.Context) error {
	if w.paidReads == 2 || w.Reads.Burst() < 2 && w.Reads.Limit() != rate.Inf {
		return nil
	}
	err := w.Reads.WaitN(ctx, 2)
	if err == nil {
		w.paidReads = 2
	}
	return err
}

// readMarkers returns our markers and the sheets there are.
func (w *Writer) readMarkers(ctx context.Context) (markers map[int64]string, tabs []*sheets.SheetProperties, err error) {
	err = w.call(ctx, func(ctx context.Context) error {
		answer, err := w.Sheets.Spreadsheets.Get(w.SpreadsheetID).
			Fields("developerMetadata(metadataId,metadataKey,metadataValue)," +
				"sheets(properties(sheetId,title,sheetType,hidden,gridProperties(rowCount,columnCount)))").Context(ctx).Do()
		if err != nil {
			return err
		}
		markers, tabs = map[int64]string{}, nil
		for _, m := range answer.DeveloperMetadata {
			if m.MetadataKey == markerKey {
				markers[m.MetadataId] = m.MetadataValue
			}
		}
		for _, sheet := range answer.Sheets {
			tabs = append(tabs, sheet.Properties)
		}
		return nil
	})
	return markers, tabs, err
}

// show reads what the answer to the plan would have shown, had it not been lost.
func (w *Writer) show(ctx context.Context, p *Plan) (shown *sheets.Spreadsheet, err error) {
	if len(p.Ranges) == 0 {
		return &sheets.Spreadsheet{}, nil
	}
	// Filters go in the body: a plan may have more ranges than a URL can hold.
	ask := &sheets.GetSpreadsheetByDataFilterRequest{IncludeGridData: true}
	for _, a1 := range p.Ranges {
		ask.DataFilters = append(ask.DataFilters, &sheets.DataFilter{A1Range: a1})
	}
	err = w.call(ctx, func(ctx context.Context) (err error) {
		shown, err = w.Sheets.Spreadsheets.GetByDataFilter(w.SpreadsheetID, ask).
			Fields(googleapi.Field(p.Fields)).Context(ctx).Do()
		return err
	})
	return shown, err
}

// load reads the keys and what Plan goes by in one call.
func (w *Writer) load(ctx context.Context, tabs []*sheets.SheetProperties, works []*Work) (changed bool, err error) {
	keysTab := w.findKeys(tabs)
	ranges := w.Ranges(tabs, works)
	n := len(ranges)
	if keysTab != nil {
		ranges = append(ranges, "'"+keysTab.Title+"'!A:D")
	}
	grids := make([][][]any, len(ranges))
	if len(ranges) > 0 {
		err = w.call(ctx, func(ctx context.Context) error {
			answer, err := w.Sheets.Spreadsheets.Values.BatchGet(w.SpreadsheetID).Ranges(ranges...).
				ValueRenderOption("UNFORMATTED_VALUE").DateTimeRenderOption("FORMATTED_STRING").
				Fields("valueRanges(values)").Context(ctx).Do()
			if err != nil {
				return err
			}
			for i := range min(len(grids), len(answer.ValueRanges)) {
				grids[i] = answer.ValueRanges[i].Values
			}
			return nil
		})
	}
	if err != nil {
		return false, err
	}
	otherKeys := w.keys.load(keysTab, slices.Concat(grids[n:]...))
	return w.Load(tabs, grids[:n], works) || otherKeys, nil
}
