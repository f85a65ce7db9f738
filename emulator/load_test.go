package emulator_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// With many clients at once no row is lost, and none is read half written.
func TestConcurrentClients(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a", "b"})}})
	const clients, rows = 8, 10
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for j := range rows {
				name := fmt.Sprintf("%d-%d", i, j)
				body := &sheets.ValueRange{Values: [][]any{{name, name}}}
				if _, err := me.sheets.Spreadsheets.Values.Append(id, "S!A1", body).ValueInputOption("RAW").Do(); err != nil {
					t.Error(err)
				}
				got, err := me.sheets.Spreadsheets.Values.Get(id, "S!A2:B").Do()
				if err != nil {
					t.Error(err)
					continue
				}
				for _, line := range got.Values {
					if len(line) != 2 || line[0] != line[1] {
						t.Errorf("a torn row: %v", line)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := len(google.Values(id, "S")); n != 1+clients*rows {
		t.Errorf("%d rows, want %d", n, 1+clients*rows)
	}
}

// large returns a spreadsheet of 100,000 rows and 10 columns.
func large(b *testing.B) (*emulator.Server, string) {
	values := make([][]any, 100_000)
	for r := range values {
		values[r] = make([]any, 10)
		for c := range values[r] {
			values[r][c] = r * c
		}
		values[r][0] = fmt.Sprintf("row %d", r)
	}
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "S", Values: values}}})
	return google, id
}

func benchmarkCall(b *testing.B, method, path, body string) {
	google, id := large(b)
	me := newUser(b, google, google.ServiceAccount(), "spreadsheets")
	for b.Loop() {
		status, _, text := me.send(b, method, sheetsURL+id+path, body)
		if status != 200 {
			b.Fatalf("%d %s", status, text)
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-heap")
	runtime.KeepAlive(google)
}

func BenchmarkGetAll(b *testing.B) {
	benchmarkCall(b, "GET", "/values/S?prettyPrint=false&valueRenderOption=UNFORMATTED_VALUE", "")
}

func BenchmarkAppendRow(b *testing.B) {
	benchmarkCall(b, "POST", "/values/S!A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS", `{"values":[["x",1,2,3,4,5,6,7,8,9]]}`)
}

func BenchmarkInsertBatch(b *testing.B) {
	cells := strings.Repeat(`{"userEnteredValue":{"numberValue":1}},`, 9) + `{"userEnteredValue":{"stringValue":"x"}}`
	benchmarkCall(b, "POST", ":batchUpdate", `{"requests":[{"insertDimension":{"range":{"dimension":"ROWS","startIndex":99999,"endIndex":100000}}},`+
		`{"updateCells":{"start":{"rowIndex":99999},"fields":"userEnteredValue","rows":[{"values":[`+cells+`]}]}}]}`)
}
