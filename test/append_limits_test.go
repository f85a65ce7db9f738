package test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"
)

// TestAppendToNoSheet checks how few calls appends to sheets that do not exist
// make, and that a sheet which is added later is found.
func TestAppendToNoSheet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		for i := range 100 {
			if p := problemOf(t, w.do("POST", fmt.Sprint("/sheets/Order", i), `{"id":4}`)); p.Code != "sheet-not-found" {
				t.Fatalf("POST = %+v, want sheet-not-found", p)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(w.google.Requests()); n > 8 {
			t.Errorf("100 appends to no sheet in 10 s made %d calls, want at most 8", n)
		}
		w.batch(t, w.person(t),
			&sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{SheetId: 77, Title: "Order1"}}},
			&sheets.Request{PasteData: &sheets.PasteDataRequest{
				Data: "id", Delimiter: ",", Type: "PASTE_NORMAL", Coordinate: &sheets.GridCoordinate{SheetId: 77},
			}})
		time.Sleep(30 * time.Second)
		if got := w.do("POST", "/sheets/Order1", `{"id":4}`); got.Code != 201 {
			t.Errorf("POST to the sheet that was added = %d %s, want 201", got.Code, got.Body)
		}
	})
}

// TestAppendToFullSpreadsheet has room for one more row of 26 cells.
func TestAppendToFullSpreadsheet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.batch(t, w.person(t), addSheet("Big", (10_000_000-w.countCells(t))/26-1, 26))
		checkProblem(t, "POST of two rows", w.do("POST", "/sheets/Orders", `[{"id":4},{"id":5}]`), 422, "sheet-full", "")
		var wg sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for i := range 20 {
			wg.Go(func() {
				answer := w.do("POST", "/sheets/Orders", fmt.Sprintf(`{"id":%d}`, i))
				mu.Lock()
				defer mu.Unlock()
				statuses[answer.Code]++
			})
		}
		wg.Wait()
		if statuses[201] != 1 || statuses[422] != 19 || len(w.google.Values(w.id, "Orders")) != 5 {
			t.Errorf("statuses %v, want one 201 and 19 times 422", statuses)
		}
	})
}
