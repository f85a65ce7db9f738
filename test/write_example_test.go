package test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// This example needs GET, POST and PATCH of /sheets/{title}.

// The README's session with curl, set up as go run ./cmd/local does.
func Example() {
	google := emulator.New(emulator.Options{})
	server := httptest.NewServer(google)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for name, value := range map[string]string{
		"SHEETS_EMULATOR_HOST": host,
		"GCE_METADATA_HOST":    host,
		"SPREADSHEET_ID":       google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}}),
		"CALLERS":              "anyone",
	} {
		defer os.Unsetenv(name)
		os.Setenv(name, value)
	}
	settings, err := function.ReadSettings()
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := function.NewHandler(settings, function.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		fmt.Println(err)
		return
	}
	api := httptest.NewServer(handler)
	defer api.Close()

	curl := func(method, path, body string) {
		r, err := http.NewRequest(method, api.URL+path, strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl -d does
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer answer.Body.Close()
		_, _ = io.Copy(os.Stdout, answer.Body)
	}
	curl("GET", "/sheets/Orders", "")
	curl("POST", "/sheets/Orders", `{"id": 4, "item": "dates", "qty": 3, "price": 4.5}`)
	curl("GET", "/sheets/Orders?qty=gte.3&order=price.desc&select=item,price", "")
	curl("PATCH", "/sheets/Orders?item=eq.dates", `{"qty": 5}`)
	// Output:
	// [
	// {"id":1,"item":"apple","qty":12,"price":0.35,"ordered":"2026-03-02"},
	// {"id":2,"item":"bread","qty":2,"price":2.8,"ordered":"2026-03-02"},
	// {"id":3,"item":"coffee","qty":1,"price":7.95,"ordered":"2026-03-03"}
	// ]
	// {
	//   "appended": 1,
	//   "range": "Orders!A5:E5"
	// }
	// [
	// {"item":"dates","price":4.5},
	// {"item":"apple","price":0.35}
	// ]
	// {
	//   "updated": 1,
	//   "rows": [
	//     "5"
	//   ]
	// }
}
