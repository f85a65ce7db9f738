package function

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// person returns the API as the spreadsheet's owner uses it, who does not know
// of the function.
func (w *world) person(t testing.TB) *sheets.Service {
	t.Helper()
	token := w.google.Token("owner@example.com", "https://www.googleapis.com/auth/spreadsheets")
	base := emulator.Transport(w.google).(*http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
		return base.RoundTrip(r)
	})}
	s, err := sheets.NewService(t.Context(), option.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// change makes a batch of the person's.
func (w *world) change(t testing.TB, person *sheets.Service, requests ...*sheets.Request) {
	t.Helper()
	batch := &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}
	if _, err := person.Spreadsheets.BatchUpdate(w.id, batch).Do(); err != nil {
		t.Error(err)
	}
}

// calls counts what Google was asked for by this name.
func (w *world) calls(name string) (n int) {
	for _, r := range w.google.Requests() {
		if r.Call == name {
			n++
		}
	}
	return n
}

const batchCall = "sheets.spreadsheets.batchUpdate"

// TestAppendIsStoredOnce holds what becomes of one append while Google fails.
func TestAppendIsStoredOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  emulator.Fault
		status int
		code   table.Code
		rows   int // stored
	}{
		{"answer lost after storing", emulator.Fault{Times: 1, Drop: emulator.DropAfter}, 201, "", 1},
		{"three answers lost after storing", emulator.Fault{Times: 3, Drop: emulator.DropAfter}, 201, "", 1},
		{"answer cut after storing", emulator.Fault{Times: 1, Drop: emulator.DropMiddle}, 201, "", 1},
		{"connections dropped before storing", emulator.Fault{Times: 5, Drop: emulator.DropBefore}, 201, "", 1},
		{"one call hangs", emulator.Fault{Times: 1, Hang: true}, 201, "", 1},
		{"500, five times", emulator.Fault{Times: 5, Status: 500}, 201, "", 1},
		{"HTML with 503, five times", emulator.Fault{Times: 5, Status: 503, HTML: true}, 201, "", 1},
		{"429, ten times", emulator.Fault{Times: 10, Status: 429}, 201, "", 1},
		{"all calls hang", emulator.Fault{Hang: true}, 504, "outcome-unknown", 0},
		{"500 without end", emulator.Fault{Status: 500}, 504, "outcome-unknown", 0},
		{"429 without end was certainly not stored", emulator.Fault{Status: 429}, 503, "rate-limited", 0},
		{"403 was certainly not stored", emulator.Fault{Status: 403}, 502, "not-shared", 0},
		{"401 was certainly not stored", emulator.Fault{Status: 401}, 502, "token", 0},
		{"400 was certainly not stored", emulator.Fault{Status: 400}, 422, "invalid-rows", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.fault.Call = batchCall
				w.google.Inject(tt.fault)
				answer := w.do("POST", "/sheets/Orders", `{"id":4}`)
				if answer.Code != tt.status {
					t.Errorf("POST = %d %s, want %d", answer.Code, answer.Body, tt.status)
				}
				if tt.code != "" {
					if p := problemOf(t, answer); p.Code != tt.code {
						t.Errorf("POST = %+v, want %s", p, tt.code)
					}
				}
				if tt.code == "rate-limited" && answer.Header().Get("Retry-After") != "60" {
					t.Errorf("Retry-After = %q, want 60", answer.Header().Get("Retry-After"))
				}
				w.google.ClearFaults()
				synctest.Wait()
				if got := len(w.google.Values(w.id, "Orders")) - before; got != tt.rows {
					t.Errorf("%d rows stored, want %d", got, tt.rows)
				}
				if n := w.calls("sheets.spreadsheets.values.append"); n != 0 {
					t.Errorf("%d calls of values.append, which is not safe to repeat", n)
				}
			})
		})
	}
}

// TestEnteredIsSentOnce holds the one append that cannot be repeated safely.
func TestEnteredIsSentOnce(t *testing.T) {
	const call = "sheets.spreadsheets.values.append"
	for _, tt := range []struct {
		name   string
		fault  emulator.Fault
		code   table.Code
		status int
		rows   int // stored
	}{
		{"answer lost after storing", emulator.Fault{Drop: emulator.DropAfter}, "outcome-unknown", 504, 1},
		{"answer cut after storing", emulator.Fault{Drop: emulator.DropMiddle}, "outcome-unknown", 504, 1},
		{"connection dropped before storing", emulator.Fault{Drop: emulator.DropBefore}, "outcome-unknown", 504, 0},
		{"no answer in time", emulator.Fault{Hang: true}, "outcome-unknown", 504, 0},
		{"500 does not tell whether it was stored", emulator.Fault{Status: 500}, "outcome-unknown", 504, 0},
		{"429 was certainly not stored", emulator.Fault{Status: 429}, "rate-limited", 503, 0},
		{"403 was certainly not stored", emulator.Fault{Status: 403}, "not-shared", 502, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.fault.Call = call
				w.google.Inject(tt.fault)
				if p := problemOf(t, w.do("POST", "/sheets/Orders?input=user_entered", `{"id":4}`)); p.Code != tt.code || p.Status != tt.status {
					t.Errorf("POST = %+v, want %s", p, tt.code)
				}
				w.google.ClearFaults()
				synctest.Wait()
				if got := len(w.google.Values(w.id, "Orders")) - before; got != tt.rows {
					t.Errorf("%d rows stored, want %d", got, tt.rows)
				}
				if sent := w.calls(call); sent != 1 {
					t.Errorf("sent %d times, want 1", sent)
				}
			})
		})
	}
}

// TestEntered mixes both kinds of input: the writer has to see what the other
// call has stored.
func TestEntered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		for _, tt := range []struct{ target, body, want string }{
			{"/sheets/Orders", `{"id":4,"item":"=1+1"}`, "Orders!A5:E5"},
			{"/sheets/Orders?input=user_entered", `{"id":5,"item":"=A5*2","ordered":"2026-03-04"}`, "Orders!A6:E6"},
			{"/sheets/Orders?input=raw", `{"id":6}`, "Orders!A7:E7"},
		} {
			answer := w.do("POST", tt.target, tt.body)
			if answer.Code != 201 || !strings.Contains(answer.Body.String(), `"`+tt.want+`"`) {
				t.Errorf("POST %s = %d %s, want 201 %s", tt.target, answer.Code, answer.Body, tt.want)
			}
		}
		got := w.do("GET", "/sheets/Orders?offset=3", "").Body.String()
		want := "[\n{\"id\":4,\"item\":\"=1+1\"},\n{\"id\":5,\"item\":8,\"ordered\":\"2026-03-04\"},\n{\"id\":6}\n]\n"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("GET (-want +got):\n%s", diff)
		}
	})
}

// TestTypoDoesNotEatTheQuota holds how few calls appends to a sheet that does
// not exist may cost, and that a sheet which appears is found.
func TestTypoDoesNotEatTheQuota(t *testing.T) {
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
		person := w.person(t)
		w.change(t, person, &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{SheetId: 77, Title: "Order1"}}},
			&sheets.Request{PasteData: &sheets.PasteDataRequest{
				Data: "id", Delimiter: ",", Type: "PASTE_NORMAL", Coordinate: &sheets.GridCoordinate{SheetId: 77},
			}})
		time.Sleep(30 * time.Second)
		if got := w.do("POST", "/sheets/Order1", `{"id":4}`); got.Code != 201 {
			t.Errorf("POST to the sheet that was made = %d %s, want 201", got.Code, got.Body)
		}
	})
}
