package commit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
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
	// callTimeout bounds one call. A batch is planned again after that, which is safe.
	callTimeout = 20 * time.Second

	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
	// maxUnsent is how often in a row a call is tried that cannot even be sent.
	maxUnsent = 3
)

// errTurnLost is the error of a read for which there is no quota, while others write.
var errTurnLost = errors.New("no quota in this turn")

// newBatch returns the attempt as one request: the marker first, so that everything else
// depends on it.
func (w *Writer[R, S]) newBatch(a *attempt[R, S]) *sheets.BatchUpdateSpreadsheetRequest {
	requests := w.leadingRequests(a.value)
	keyRequests, keyRows := w.keyRequests(a.plan.Writes)
	a.keys, a.offset = keyRows, len(requests)
	requests = append(requests, a.plan.Requests...)
	return &sheets.BatchUpdateSpreadsheetRequest{
		Requests:                     append(requests, keyRequests...),
		IncludeSpreadsheetInResponse: true,
		ResponseIncludeGridData:      len(a.plan.Ranges) > 0,
		ResponseRanges:               a.plan.Ranges,
	}
}

// leadingRequests returns the requests that maintain the metadata.
func (w *Writer[R, S]) leadingRequests(marker string) (requests []*sheets.Request) {
	if id, ok := w.sequence.prune(); ok {
		requests = append(requests, deleteMetadata(&sheets.DeveloperMetadataLookup{MetadataId: id}))
	}
	requests = append(requests, createMetadata(w.sequence.next, markerKey, marker))
	for _, key := range slices.Sorted(maps.Keys(w.once.leftover)) {
		requests = append(requests, deleteMetadata(&sheets.DeveloperMetadataLookup{MetadataKey: key}))
	}
	return requests
}

// send sends a batch once. It returns the spreadsheet as it is after the batch.
func (w *Writer[R, S]) send(ctx context.Context, batch *sheets.BatchUpdateSpreadsheetRequest) (*sheets.Spreadsheet, error) {
	if err := w.acquireWrite(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	w.hasWriteToken, w.lastWrite = false, time.Now()
	w.countCall()
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	answer, err := w.Sheets.Spreadsheets.BatchUpdate(w.SpreadsheetID, batch).
		Fields("spreadsheetId,updatedSpreadsheet(" + metadataFields + "," + Fields + ")").Context(ctx).Do()
	if err != nil && statusOf(err) == 0 && !left.Load() {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if err != nil {
		return nil, err
	}
	return cmp.Or(answer.UpdatedSpreadsheet, &sheets.Spreadsheet{}), nil
}

// acquireWrite waits until the rate limiter allows a write, unless it does already. A
// third of the burst is left for the batches into which a refused one is split, unless as
// much time has passed as between two writes without a burst.
func (w *Writer[R, S]) acquireWrite(ctx context.Context) error {
	if w.hasWriteToken {
		return nil
	}
	if limit := w.Writes.Limit(); limit != rate.Inf && !w.splitting() {
		each := time.Duration(float64(time.Second) / float64(limit))
		missing := 1 + float64(w.Writes.Burst()/3) - w.Writes.Tokens()
		sleep(ctx, min(time.Duration(missing*float64(each)), time.Until(w.lastWrite.Add(each))))
	}
	err := w.Writes.Wait(ctx)
	w.hasWriteToken = err == nil
	return err
}

// acquireRead waits until the rate limiter allows a read, unless it does already.
func (w *Writer[R, S]) acquireRead(ctx context.Context) error {
	if w.readTokens > 0 {
		w.readTokens--
		return nil
	}
	return w.Reads.Wait(ctx)
}

// call reads, again while Google is busy or broken and somebody waits. It returns when
// the read that succeeded was requested.
func (w *Writer[R, S]) call(ctx context.Context, do func(context.Context) error) (at time.Time, err error) {
	for tries := 1; ; tries++ {
		if err := w.acquireRead(ctx); err != nil {
			return at, err
		}
		w.countCall()
		at = w.Now()
		tryCtx, cancel := context.WithTimeout(ctx, callTimeout)
		err = do(tryCtx)
		cancel()
		w.noteError(ctx, nil, err)
		code := statusOf(err)
		if err == nil || code >= 400 && code < 500 && code != http.StatusTooManyRequests || code == 0 && tries >= maxUnsent {
			return at, err
		}
		if code == http.StatusTooManyRequests && !w.turns.alone(w.Now()) {
			return at, errTurnLost
		}
		if !sleep(ctx, backoff(tries)) {
			return at, err
		}
	}
}

// maxURLRanges is up to how many ranges go in the URL; a body can be longer.
const maxURLRanges = 20

// get reads the metadata of the spreadsheet and the cells in the ranges; without ranges,
// the properties of all sheets.
func (w *Writer[R, S]) get(ctx context.Context, ranges []string) (shown *sheets.Spreadsheet, at time.Time, err error) {
	at, err = w.call(ctx, func(ctx context.Context) (err error) {
		if len(ranges) <= maxURLRanges {
			fields := Fields
			if len(ranges) == 0 {
				fields = "sheets(" + propertyFields + ")"
			}
			shown, err = w.Sheets.Spreadsheets.Get(w.SpreadsheetID).Ranges(ranges...).
				Fields(metadataFields + "," + googleapi.Field(fields)).Context(ctx).Do()
			return err
		}
		filters := &sheets.GetSpreadsheetByDataFilterRequest{}
		for _, a1 := range ranges {
			filters.DataFilters = append(filters.DataFilters, &sheets.DataFilter{A1Range: a1})
		}
		shown, err = w.Sheets.Spreadsheets.GetByDataFilter(w.SpreadsheetID, filters).
			Fields(metadataFields + "," + googleapi.Field(Fields)).Context(ctx).Do()
		return err
	})
	return shown, at, err
}

// getValues reads a range as unformatted values.
func (w *Writer[R, S]) getValues(ctx context.Context, a1 string) (rows [][]any, err error) {
	_, err = w.call(ctx, func(ctx context.Context) error {
		answer, err := w.Sheets.Spreadsheets.Values.Get(w.SpreadsheetID, a1).
			ValueRenderOption("UNFORMATTED_VALUE").Fields("values").Context(ctx).Do()
		if err == nil {
			rows = answer.Values
		}
		return err
	})
	return rows, err
}

// noteError records the error of a call, for callers that leave. One of a batch's own
// content, or of a call that was canceled, is not theirs.
func (w *Writer[R, S]) noteError(ctx context.Context, writes []*Write[R], err error) {
	if ctx.Err() != nil {
		return
	}
	if result := resultOf(err); result == resultInvalid || errors.Is(err, context.Canceled) {
		err = nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastErr = err
	for _, write := range writes {
		write.lastErr = err
	}
}

func (w *Writer[R, S]) countCall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
}
