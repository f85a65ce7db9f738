package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// TestTraffic checks that each call to Google is joined with the requests that it is
// for: a batch with all that it stores.
func TestTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		google := emulator.New(emulator.Options{})
		id := google.Create(demo)
		base := emulator.Transport(google).(*http.Transport)
		defer base.CloseIdleConnections()
		for name, value := range map[string]string{"SPREADSHEET_ID": id, "CALLERS": "anyone", "SHEETS_EMULATOR_HOST": "127.0.0.1:1", "GCE_METADATA_HOST": "127.0.0.1:1", "GOOGLE_APPLICATION_CREDENTIALS": ""} {
			t.Setenv(name, value)
		}
		settings, err := function.ReadSettings()
		if err != nil {
			t.Fatal(err)
		}
		log := traffic.NewLog()
		handler, err := function.NewHandler(settings, function.WithTransport(log.Transport(base)), function.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		defer handler.Shutdown(context.Background())
		for _, pattern := range []string{"GET /sheets/{title}", "POST /sheets/{title}"} {
			if !strings.Contains(strings.Join(patternsOf(handler), ","), pattern) {
				t.Skip("this fork has no " + pattern)
			}
		}
		watched := log.Handler(handler)
		serve := func(method, body string) {
			r := httptest.NewRequest(method, "/sheets/Orders", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			watched.ServeHTTP(httptest.NewRecorder(), r)
		}
		serve("GET", "")
		google.Inject(emulator.Fault{Call: "sheets.spreadsheets.batchUpdate", Delay: time.Second, Times: 1})
		var writes sync.WaitGroup
		writes.Go(func() { serve("POST", `{"id": 4}`) })
		synctest.Wait() // its batch is on its way: the next ones gather
		writes.Go(func() { serve("POST", `{"id": 5}`) })
		writes.Go(func() { serve("POST", `{"id": 6}`) })
		writes.Wait()

		causes := map[string][]string{}
		for _, call := range google.Requests() {
			name := call.Call
			if strings.HasPrefix(name, "sheets.") && !strings.HasSuffix(name, ".batchUpdate") {
				name = "a read"
			}
			causes[name] = append(causes[name], call.Cause)
		}
		tests := []struct{ call, want string }{
			{"metadata.token", "1"}, {"a read", "1"},
			{"sheets.spreadsheets.batchUpdate", "2"}, {"sheets.spreadsheets.batchUpdate", "3-4"},
		}
		for _, tt := range tests {
			if !slices.Contains(causes[tt.call], tt.want) {
				t.Errorf("%s is for the requests %q, want %q among them", tt.call, causes[tt.call], tt.want)
			}
		}
	})
}
