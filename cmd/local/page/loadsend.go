package page

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// send begins requests at an even pace until ctx is done.
func (l *load) send(ctx context.Context, rate int) {
	requests := min(rate, maxRequestRate)
	ticker := time.NewTicker(time.Second / time.Duration(requests))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if first, ok := l.take(rate / requests); ok {
			go l.deliver(ctx, first, rate/requests)
		}
	}
}

// take reserves the numbers of the next rows. It returns false if there is no room for
// another request.
func (l *load) take(rows int) (first int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inFlight >= maxLoadRequests || l.sent+rows > maxLoadRows {
		return 0, false
	}
	first = l.sent + 1
	l.sent += rows
	l.inFlight++
	return first, true
}

// deliver sends rows until they are acknowledged, or ctx is done.
func (l *load) deliver(ctx context.Context, first, rows int) {
	var list []map[string]any
	for n := range rows {
		list = append(list, map[string]any{loadColumn: first + n, "sent": time.Now().Format("15:04:05.000")})
	}
	body, _ := json.Marshal(list) // numbers and strings always encode
	key := "load-" + strconv.FormatInt(l.run, 36) + "-" + strconv.Itoa(first)
	for {
		status := l.post(ctx, key, body)
		l.mu.Lock()
		if status == http.StatusCreated || ctx.Err() != nil {
			l.inFlight--
			for n := 0; n < rows && status == http.StatusCreated; n++ {
				l.acknowledged[first+n] = true
			}
			l.mu.Unlock()
			return
		}
		l.repeated++
		l.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(loadPause):
		}
	}
}

// post sends rows once and returns the status, 0 without an answer. It is not ended by
// the end of the load: what was sent is counted.
func (l *load) post(ctx context.Context, key string, body []byte) int {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sampleTimeout)
	defer cancel()
	t := l.page.send(ctx, try{ID: key}, http.MethodPost, "/sheets/"+loadSheet, body, "Idempotency-Key", key)
	return t.Status
}
