package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// slow returns a spreadsheet whose calculation takes minutes.
func slow() emulator.Spreadsheet {
	values := make([][]any, 400)
	for i := range values {
		values[i] = []any{i, emulator.Formula{Text: fmt.Sprintf("=SUMPRODUCT(SEQUENCE(3000,3000)*%d)", i)}}
	}
	return emulator.Spreadsheet{Title: "slow", Sheets: []emulator.Sheet{{Title: "S", Values: values}}}
}

// TestIsolation: while one spreadsheet is calculated, other spreadsheets, Drive and
// the metadata server respond, and so does what needs no value of the same one. The
// calculation ends when its caller leaves.
func TestIsolation(t *testing.T) {
	google := emulator.New(emulator.Options{})
	busy, other := google.Create(slow()), google.Create(emulator.Spreadsheet{Title: "other", Sheets: []emulator.Sheet{grid("S", []any{1})}})
	me := newUser(t, google, google.ServiceAccount(), "drive", "spreadsheets")
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := me.sheets.Spreadsheets.Values.Get(busy, "S!B1").Context(ctx).Do()
		left <- err
	}()
	waitForRequest(t, google, me, busy)

	if got := me.cellIn(t, other, "S!A1", "UNFORMATTED_VALUE"); got != 1.0 {
		t.Errorf("another spreadsheet reads %v, want 1", got)
	}
	me.entry(t, other, "S!A1", "2")
	me.entry(t, busy, "S!A1", "2") // its values are not needed
	if _, err := me.drive.Files.List().Do(); err != nil {
		t.Errorf("files.list = %v", err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://metadata.google.internal/computeMetadata/v1/project/project-id", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Metadata-Flavor", "Google")
	if status, _, body := exchange(t, me.http, r); status != 200 {
		t.Errorf("metadata server = %d %s", status, body)
	}
	select {
	case err := <-left:
		t.Errorf("the calculation ended before its caller left (%v): the test shows nothing", err)
	default:
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("values.get of a caller who left = %v", err)
	}
}

// waitForRequest waits until the calculation has begun: until a read of another
// call with the same file shows that the first was served that far.
func waitForRequest(t *testing.T, google *emulator.Server, me user, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := me.sheets.Spreadsheets.Values.Get(id, "S!B2").Context(ctx).Do(); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a second reader = %v, want it to wait for the calculation", err)
	}
}

// TestStopsWithCaller: when the caller has left, nothing calculates any more.
func TestStopsWithCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		google := emulator.New(emulator.Options{})
		id := google.Create(slow())
		transport := emulator.Transport(google)
		client := &http.Client{Transport: bearer{google.Token(google.ServiceAccount(), scopeRoot+"spreadsheets"), transport}}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", sheetsURL+id+"/values/S!B1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(r); !errors.Is(err, context.Canceled) {
			t.Errorf("GET = %v", err)
		}
		transport.(*http.Transport).CloseIdleConnections()
		synctest.Wait() // it returns only when no goroutine runs
	})
}

// lookups returns a spreadsheet of rows in one sheet and VLOOKUPs over them in
// another.
func lookups(rows, formulas int) emulator.Spreadsheet {
	data, uses := make([][]any, rows), make([][]any, formulas)
	for i := range data {
		data[i] = []any{fmt.Sprintf("key %d", i), i}
	}
	for i := range uses {
		uses[i] = []any{emulator.Formula{Text: fmt.Sprintf("=VLOOKUP(\"key %d\",Data!A1:B%d,2,FALSE)", rows-1-i, rows)}}
	}
	return emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Data", Values: data}, {Title: "S", Values: uses}}}
}

// benchmarkLookups measures the first read, with all formulas to calculate.
func benchmarkLookups(b *testing.B, rows, formulas int) {
	google := emulator.New(emulator.Options{})
	id := google.Create(lookups(rows, formulas))
	me := newUser(b, google, google.ServiceAccount(), "spreadsheets")
	for b.Loop() {
		me.entry(b, id, "Data!B1", "1")
		me.entry(b, id, "Data!B1", "0") // every lookup uses it
		if got := me.cellIn(b, id, "S!A1", "UNFORMATTED_VALUE"); got != float64(rows-1) {
			b.Fatalf("VLOOKUP = %v, want %d", got, rows-1)
		}
	}
}

func BenchmarkLookups30x20000(b *testing.B) { benchmarkLookups(b, 20_000, 30) }

func BenchmarkLookups1000x100000(b *testing.B) { benchmarkLookups(b, 100_000, 1000) }

// BenchmarkReadAfterAppend measures the read of a cell that no formula needs
// after a row was appended, in a sheet of 100,000 rows with 1,000 lookups over
// another one.
func BenchmarkReadAfterAppend(b *testing.B) {
	spec := lookups(100_000, 1000)
	spec.Sheets = append(spec.Sheets, emulator.Sheet{Title: "Log", Values: [][]any{{"a", 1}}})
	google := emulator.New(emulator.Options{})
	id := google.Create(spec)
	me := newUser(b, google, google.ServiceAccount(), "spreadsheets")
	me.cellIn(b, id, "S!A1", "UNFORMATTED_VALUE")
	row := &sheets.ValueRange{Values: [][]any{{"x", 2}}}
	for b.Loop() {
		if _, err := me.sheets.Spreadsheets.Values.Append(id, "Log!A1", row).ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Do(); err != nil {
			b.Fatal(err)
		}
		me.cellIn(b, id, "Log!A1", "FORMATTED_VALUE")
	}
}

// BenchmarkGridData measures spreadsheets.get with includeGridData of 100,000
// rows and 10 columns.
func BenchmarkGridData(b *testing.B) {
	google, id := large(b)
	me := newUser(b, google, google.ServiceAccount(), "spreadsheets")
	var most uint64
	for b.Loop() {
		resp, err := me.http.Get(sheetsURL + id + "?includeGridData=true")
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil || n < 100<<20 {
			b.Fatalf("read %d bytes, %v", n, err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapSys-m.HeapReleased)
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-most")
}
