package test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/sheets/v4"
)

// These figures need GET and POST of /sheets/{title}.

// run sends the load for a minute and returns the rows that were acknowledged.
func (f *figures) run(handlers []http.Handler) (acknowledged map[string]bool) {
	acknowledged = map[string]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	callers := f.callers
	if callers == 0 {
		callers = 60 * f.rows
	}
	each := time.Duration(float64(time.Second) * float64(callers) / float64(f.rows)) // between a caller's rows
	start := time.Now()
	for caller := range callers {
		wg.Go(func() {
			time.Sleep(time.Duration(float64(each) * float64(caller) / float64(callers)))
			for n := 0; time.Since(start) < time.Minute; n++ {
				name := fmt.Sprintf("%d-%d", caller, n)
				sent := time.Now()
				status := request(handlers[caller%len(handlers)], "POST", "/sheets/Load", fmt.Sprintf(`{"id":%q}`, name))
				mu.Lock()
				f.sent++
				if status == http.StatusCreated {
					acknowledged[name] = true
					f.times = append(f.times, time.Since(sent))
				}
				mu.Unlock()
				time.Sleep(max(0, each-time.Since(sent)))
			}
		})
	}
	for f.gets = 0; f.gets < 60*getsPerSecond; f.gets++ {
		handler := handlers[f.gets%len(handlers)]
		wg.Go(func() {
			if request(handler, "GET", "/sheets/Rows", "") == http.StatusOK {
				mu.Lock()
				defer mu.Unlock()
				f.served++
			}
		})
		time.Sleep(time.Second / getsPerSecond)
	}
	wg.Wait()
	return acknowledged
}

func request(h http.Handler, method, target, body string) (status int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body)))
	return recorder.Code
}

// count compares what was acknowledged with what is stored, and counts calls.
func (f *figures) count(w *world, acknowledged map[string]bool) {
	copies := map[string]int{}
	for _, row := range w.google.Values(w.id, "Load")[1:] {
		copies[fmt.Sprint(row[0])]++
	}
	for name := range acknowledged {
		if copies[name] == 0 {
			f.lost++
		}
	}
	for _, n := range copies {
		f.doubled += n - 1
	}
	for _, r := range w.google.Requests() {
		switch {
		case !strings.HasPrefix(r.Call, "sheets."):
		case r.Status == http.StatusTooManyRequests:
			f.limited++
		case r.Method == http.MethodGet || strings.HasSuffix(r.Path, ":search"):
			f.reads++
		default:
			f.writes++
		}
	}
}

// baseline is what the function is compared with: one values.append a request.
type baseline struct {
	sheets *sheets.Service
	id     string
}

func (b *baseline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	if r.Method == http.MethodGet {
		_, err = b.sheets.Spreadsheets.Values.Get(b.id, "Rows").Context(r.Context()).Do()
	} else {
		var row struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&row)
		_, err = b.sheets.Spreadsheets.Values.Append(b.id, "Load!A1", &sheets.ValueRange{Values: [][]any{{row.ID}}}).
			ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Context(r.Context()).Do()
	}
	switch {
	case err != nil:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
	}
}
