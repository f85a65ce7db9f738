package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// wrongFunction acknowledges all rows, but stores row 2 twice and row 3 not at all.
type wrongFunction struct {
	fakeFunction
	mu   sync.Mutex
	next int
}

func (f *wrongFunction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rows []struct{ Row int }
	if err := json.NewDecoder(r.Body).Decode(&rows); err != nil || r.Header.Get("Idempotency-Key") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, row := range rows {
		for range map[int]int{2: 2, 3: 0}[row.Row] + map[bool]int{true: 1}[row.Row != 2 && row.Row != 3] {
			f.next++
			_ = f.google.Enter(r.Context(), "owner@example.com", f.id, loadSheet, fmt.Sprintf("A%d", f.next+1), fmt.Sprint(row.Row))
		}
	}
	w.WriteHeader(http.StatusCreated)
}

// TestLoad checks that rows which are stored twice, or not at all, are counted.
func TestLoad(t *testing.T) {
	w := newWorld(t)
	google := emulator.New(emulator.Options{Inspect: true})
	id := google.Create(emulator.Spreadsheet{})
	function := &wrongFunction{fakeFunction: fakeFunction{google: google, id: id, scopes: defaultScopes}}
	requests := traffic.NewLog()
	server := httptest.NewServer(requests.Handler(function))
	defer server.Close()
	w.handler = New(Config{Google: google, Requests: requests, Spreadsheet: id, Function: function, FunctionURL: server.URL}, google)
	if answer := w.serve("POST", Prefix+"api/load", `{"rows_per_second":40}`); answer.Code != http.StatusNoContent {
		t.Fatalf("load: %d %s", answer.Code, answer.Body)
	}
	w.events(func(s stateView) bool {
		c := s.Load
		return c.Rate == 40 && c.Acknowledged >= 4 && c.Doubled == 1 && c.Missing == 1 && c.Stored >= 3
	})
	if answer := w.serve("POST", Prefix+"api/load", `{"rows_per_second":0}`); answer.Code != http.StatusNoContent {
		t.Fatalf("end of the load: %d %s", answer.Code, answer.Body)
	}
	w.events(func(s stateView) bool { return s.Load.Rate == 0 && s.Load.InFlight == 0 })
}
