package function

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

const valuesGet = "sheets.spreadsheets.values.get"

func keepFor(ttl time.Duration) func(*Settings, *emulator.Spreadsheet) {
	return func(s *Settings, _ *emulator.Spreadsheet) { s.CacheTTL = TTL(ttl) }
}

// ask is do with a header: name, value, name, value …
func (w *world) ask(ctx context.Context, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder
}

// reads is how often Google was asked for rows.
func (w *world) reads() (n int) {
	for _, r := range w.google.Requests() {
		if r.Call == valuesGet {
			n++
		}
	}
	return n
}

// edit sets a cell as a person does in the browser, past the function.
func (w *world) edit(t testing.TB, a1 string, value any) {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"values": [][]any{{value}}})
	r := httptest.NewRequest("PUT", "/v4/spreadsheets/"+w.id+"/values/"+a1+"?valueInputOption=RAW", strings.NewReader(string(body)))
	r.Header.Set("Authorization", "Bearer "+w.google.Token(w.google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets"))
	recorder := httptest.NewRecorder()
	if w.google.ServeHTTP(recorder, r); recorder.Code != 200 {
		t.Fatalf("edit %s = %d %s", a1, recorder.Code, recorder.Body)
	}
}

func TestReadsCollapse(t *testing.T) {
	for _, tt := range []struct {
		name, target string
		ttl          time.Duration
		header       []string
		calls        int
	}{
		{"kept", "/sheets/Orders", 2 * time.Second, nil, 1},
		{"not kept", "/sheets/Orders", 0, nil, 1},
		{"asked anew", "/sheets/Orders", 2 * time.Second, []string{"Cache-Control", "max-age=0, no-cache"}, 1},
		{"text takes the typed header too", "/sheets/Orders?values=text", 0, nil, 2},
		{"what is no sheet", "/sheets/None", 0, []string{"X-Request-Id", "same"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, keepFor(tt.ttl))
				w.google.Inject(emulator.Fault{Call: valuesGet, Delay: time.Second})
				answers := make([]string, 100)
				var wg sync.WaitGroup
				for i := range answers {
					wg.Go(func() { answers[i] = w.ask(t.Context(), "GET", tt.target, tt.header...).Body.String() })
				}
				wg.Wait()
				for i, got := range answers {
					if got != answers[0] {
						t.Fatalf("answer %d = %s, the first was %s", i, got, answers[0])
					}
				}
				if got := w.reads(); got != tt.calls {
					t.Errorf("%d calls for %d readers, want %d", got, len(answers), tt.calls)
				}
			})
		})
	}
}

func TestRowsAreKept(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ttl   time.Duration
		after time.Duration
		ask   []string
		calls int
		age   string
		old   bool // the edit is not seen yet
	}{
		{"within the time", 2 * time.Second, 1900 * time.Millisecond, nil, 1, "1", true},
		{"after the time", 2 * time.Second, 2 * time.Second, nil, 2, "", false},
		{"no time", 0, 0, nil, 2, "", false},
		{"asked anew", time.Hour, time.Second, []string{"Cache-Control", "no-cache"}, 2, "", false},
		{"asked anew in other words", time.Hour, time.Second, []string{"Cache-Control", "no-transform", "Cache-Control", "max-age=0,No-Cache"}, 2, "", false},
		{"asked for something else", time.Hour, time.Second, []string{"Cache-Control", "no-store"}, 1, "1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, keepFor(tt.ttl))
				before := w.ask(t.Context(), "GET", "/sheets/Orders")
				w.edit(t, "Orders!B2", "pear")
				time.Sleep(tt.after)
				got := w.ask(t.Context(), "GET", "/sheets/Orders", tt.ask...)
				if w.reads() != tt.calls || got.Header().Get("Age") != tt.age || before.Header().Get("Age") != "" {
					t.Errorf("%d calls, Age %q, want %d, %q", w.reads(), got.Header().Get("Age"), tt.calls, tt.age)
				}
				if old := got.Body.String() == before.Body.String(); old != tt.old || got.Code != 200 {
					t.Errorf("GET = %d %s, want the rows before the edit: %v", got.Code, got.Body, tt.old)
				}
			})
		})
	}
}

func TestOwnWriteIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, keepFor(time.Hour))
		for _, target := range []string{"/sheets/Orders", "/sheets/orders?values=text", "/sheets/Empty"} {
			w.do("GET", target, "")
		}
		if got := w.do("POST", "/sheets/Orders", `{"item":"dates"}`); got.Code != 201 {
			t.Fatalf("POST = %d %s", got.Code, got.Body)
		}
		for _, target := range []string{"/sheets/Orders", "/sheets/orders?values=text"} {
			if got := w.do("GET", target, ""); !strings.Contains(got.Body.String(), "dates") {
				t.Errorf("GET %s after the write = %s", target, got.Body)
			}
		}
		before := w.reads()
		if w.do("GET", "/sheets/Empty", ""); w.reads() != before {
			t.Error("a write to another sheet made the function read this one again")
		}
		w.do("POST", "/sheets/Orders", `{"prize":1}`)
		if w.do("GET", "/sheets/Orders", ""); w.reads() != before {
			t.Error("a refused write made the function read again")
		}
	})
}

func TestReadBeforeAWrite(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // from the write to the next GET
	}{
		{"is not joined after it", 0},
		{"does not fill the memory after it", time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, keepFor(time.Hour))
				w.google.Inject(emulator.Fault{Call: valuesGet, Delay: 20 * time.Second, Times: 1})
				go w.do("GET", "/sheets/Orders", "")
				synctest.Wait()
				if got := w.do("POST", "/sheets/Orders", `{"item":"dates"}`); got.Code != 201 {
					t.Fatalf("POST = %d %s", got.Code, got.Body)
				}
				time.Sleep(tt.after)
				start := time.Now()
				got := w.do("GET", "/sheets/Orders", "")
				if w.reads() != 2 && tt.after > 0 || time.Since(start) > time.Second || got.Header().Get("Age") != "" {
					t.Errorf("GET took %v, Age %q, %d calls in all: it was answered by the read before the write", time.Since(start), got.Header().Get("Age"), w.reads())
				}
				time.Sleep(time.Minute)
				before := w.reads()
				if w.do("GET", "/sheets/Orders", ""); w.reads() != before {
					t.Error("the read before the write has removed the copy after it")
				}
			})
		})
	}
}

func TestGoogleFailsWithACopy(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault emulator.Fault
		stale bool
		code  string // without a copy
	}{
		{"429", emulator.Fault{Status: 429}, true, "rate-limited"},
		{"500", emulator.Fault{Status: 500}, true, "upstream"},
		{"503", emulator.Fault{Status: 503}, true, "upstream"},
		{"HTML", emulator.Fault{Status: 503, HTML: true}, true, "upstream"},
		{"hang", emulator.Fault{Hang: true}, true, "upstream"},
		{"dropped", emulator.Fault{Drop: emulator.DropBefore}, true, "upstream"},
		{"cut", emulator.Fault{Drop: emulator.DropMiddle}, true, "upstream"},
		{"400", emulator.Fault{Status: 400}, false, "upstream"},
		{"401", emulator.Fault{Status: 401}, false, "token"},
		{"403", emulator.Fault{Status: 403}, false, "not-shared"},
		{"404", emulator.Fault{Status: 404}, false, "spreadsheet-not-found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, keepFor(2*time.Second))
				start := time.Now()
				rows := w.do("GET", "/sheets/Orders", "").Body.String()
				tt.fault.Call = valuesGet
				w.google.Inject(tt.fault)
				for _, age := range []time.Duration{10 * time.Second, 11 * time.Second, time.Minute, 4*time.Minute + 50*time.Second} {
					time.Sleep(age - time.Since(start))
					got := w.do("GET", "/sheets/Orders", "")
					if seconds, err := strconv.Atoi(got.Header().Get("Age")); tt.stale && (got.Body.String() != rows || err != nil || seconds < int(age.Seconds()) || seconds > 300) {
						t.Errorf("GET after %v = %d %s, Age %q, want the copy", age, got.Code, got.Body, got.Header().Get("Age"))
					} else if !tt.stale && got.Code == 200 {
						t.Errorf("GET after %v = %s, Age %q: a copy hides what Google refuses", age, got.Body, got.Header().Get("Age"))
					}
				}
				anew := problemOf(t, w.ask(t.Context(), "GET", "/sheets/Orders", "Cache-Control", "no-cache"))
				time.Sleep(5*time.Minute + time.Second - time.Since(start))
				late := problemOf(t, w.do("GET", "/sheets/Orders", ""))
				if string(anew.Code) != tt.code || string(late.Code) != tt.code {
					t.Errorf("no-cache: %v, after five minutes: %v, want %s for both", anew.Code, late.Code, tt.code)
				}
				w.google.ClearFaults()
				synctest.Wait()
				if got := w.do("GET", "/sheets/Orders", ""); got.Body.String() != rows || got.Header().Get("Age") != "" {
					t.Errorf("healed: GET = %d %s, Age %q", got.Code, got.Body, got.Header().Get("Age"))
				}
			})
		})
	}
}

func TestRefusalForgetsTheCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, keepFor(2*time.Second))
		w.do("GET", "/sheets/Orders", "")
		for _, status := range []int{403, 503} {
			time.Sleep(3 * time.Second)
			w.google.ClearFaults()
			w.google.Inject(emulator.Fault{Call: valuesGet, Status: status})
			problemOf(t, w.do("GET", "/sheets/Orders", ""))
		}
	})
}

func TestLeavingCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, keepFor(time.Hour))
		w.google.Inject(emulator.Fault{Call: valuesGet, Delay: 10 * time.Second})
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				budget := time.Duration(2*i+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), budget)
				defer cancel()
				start := time.Now()
				got := w.ask(ctx, "GET", "/sheets/Orders")
				if took := time.Since(start); took != min(budget, 10*time.Second) || (got.Code == 200) != (budget > 10*time.Second) {
					t.Errorf("caller with %v got %d after %v", budget, got.Code, took)
				}
			})
		}
		wg.Wait()
		if got := w.do("GET", "/sheets/Orders", ""); w.reads() != 1 || got.Header().Get("Age") == "" {
			t.Errorf("%d calls, Age %q: want the one whose caller left first to serve all", w.reads(), got.Header().Get("Age"))
		}
	})
}

// paced is how many calls count as reads for Google.
func (w *world) paced() (n int) {
	for _, r := range w.google.Requests() {
		if strings.HasPrefix(r.Call, "sheets.") && !strings.HasSuffix(r.Call, ".batchUpdate") {
			n++
		}
	}
	return n
}

// TestPace offers 50 reads a second of few sheets and of many, and a write in
// between, which needs reads too.
func TestPace(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sheets  int
		query   string
		refused bool // some find no room before their deadline
	}{
		{"one sheet", 1, "", false},
		{"one sheet as text", 1, "?values=text", false},
		{"twenty sheets", 20, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, func(s *Settings, g *emulator.Spreadsheet) {
					s.CacheTTL, s.ReadsPerMinute, g.Sheets = TTL(2*time.Second), 60, nil
					for i := range tt.sheets {
						g.Sheets = append(g.Sheets, emulator.Sheet{Title: fmt.Sprint("S", i), Values: orders.Values})
					}
				})
				w.google.Inject(emulator.Fault{Call: valuesGet, Delay: 150 * time.Millisecond})
				var wg sync.WaitGroup
				var mu sync.Mutex
				served, refused := 0, 0
				var calls []int // up to each tick
				const minute = 50 * 60
				for i := range minute * 3 / 2 {
					wg.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
						defer cancel()
						start := time.Now()
						got := w.ask(ctx, "GET", fmt.Sprintf("/sheets/S%d%s", i%tt.sheets, tt.query))
						mu.Lock()
						defer mu.Unlock()
						if got.Code == 200 {
							served++
							return
						}
						refused++
						after, _ := strconv.Atoi(got.Header().Get("Retry-After"))
						if p := problemOf(t, got); p.Code != "rate-limited" || time.Since(start) > 0 || after < 1 {
							t.Errorf("GET = %+v after %v, Retry-After %d, want rate-limited at once", p, time.Since(start), after)
						}
					})
					if i == minute/2 {
						wg.Go(func() {
							start := time.Now()
							if got := w.do("POST", "/sheets/S0", `{"id":4}`); got.Code != 201 || time.Since(start) > 3*time.Second {
								t.Errorf("POST = %d %s after %v, want it not to queue behind the reads", got.Code, got.Body, time.Since(start))
							}
						})
					}
					time.Sleep(20 * time.Millisecond)
					calls = append(calls, w.paced())
				}
				wg.Wait()
				most := calls[minute-1]
				for i := minute; i < len(calls); i++ {
					most = max(most, calls[i]-calls[i-minute])
				}
				if most > 60 || (refused > 0) != tt.refused || served == 0 {
					t.Errorf("%d calls in a minute, %d served, %d refused; want at most 60 calls, refused %v", most, served, refused, tt.refused)
				}
				t.Logf("%d calls in a minute at the most, %d served, %d refused", most, served, refused)
			})
		})
	}
}

func TestETag(t *testing.T) {
	w := newWorld(t, keepFor(time.Hour))
	first := w.do("GET", "/sheets/Orders", "")
	tag := first.Header().Get("ETag")
	for _, tt := range []struct {
		name, method, target, given string
		status                      int
	}{
		{"the same", "GET", "/sheets/Orders", tag, 304},
		{"HEAD", "HEAD", "/sheets/Orders", tag, 304},
		{"made weak on the way", "GET", "/sheets/Orders", "W/" + tag, 304},
		{"one of several", "GET", "/sheets/Orders", `"x", ` + tag, 304},
		{"any", "GET", "/sheets/Orders", "*", 304},
		{"another", "GET", "/sheets/Orders", `"x"`, 200},
		{"without quotes", "GET", "/sheets/Orders", strings.Trim(tag, `"`), 200},
		{"of another page", "GET", "/sheets/Orders?limit=1", tag, 200},
		{"of another form", "GET", "/sheets/Orders?values=text", tag, 200},
		{"an error has none", "GET", "/sheets/None", "*", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.ask(t.Context(), tt.method, tt.target, "If-None-Match", tt.given)
			if got.Code != tt.status || got.Code == 304 && (got.Body.Len() > 0 || got.Header().Get("ETag") != tag || got.Header().Get("Cache-Control") == "" || got.Header().Get("Content-Type") != "") {
				t.Errorf("If-None-Match %s = %d %v %s, want %d", tt.given, got.Code, got.Header(), got.Body, tt.status)
			}
		})
	}
	head := w.do("HEAD", "/sheets/Orders", "").Header()
	if head.Get("ETag") != tag || head.Get("Content-Length") != strconv.Itoa(first.Body.Len()) {
		t.Errorf("HEAD = %v, want %s and the length of GET, %d", head, tag, first.Body.Len())
	}
	w.do("POST", "/sheets/Orders", `{"item":"dates"}`)
	if got := w.ask(t.Context(), "GET", "/sheets/Orders", "If-None-Match", tag); got.Code != 200 || got.Header().Get("ETag") == tag {
		t.Errorf("after a write: GET = %d, ETag %s, want 200 and another one", got.Code, got.Header().Get("ETag"))
	}
}

// TestKeptRowsAreTheSame compares random queries over random sheets, answered
// from memory and by Google.
func TestKeptRowsAreTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	cells := []any{nil, nil, "", "x", `"quoted" \ <b>&amp;`, "🌵 line\nbreak", 1, -0.5, 1e21, true, false, day(3), "007", "B"}
	for range 60 {
		sheet := emulator.Sheet{Title: "S"}
		for range random.IntN(12) {
			row := make([]any, random.IntN(6))
			for i := range row {
				row[i] = cells[random.IntN(len(cells))]
			}
			sheet.Values = append(sheet.Values, row)
		}
		world := func(ttl time.Duration) *world {
			return newWorld(t, func(s *Settings, g *emulator.Spreadsheet) {
				s.CacheTTL, g.Sheets = TTL(ttl), []emulator.Sheet{sheet}
			})
		}
		kept, asked := world(time.Hour), world(0)
		for range 20 {
			form := []string{"typed", "text", "formula"}[random.IntN(3)]
			offset, limit := random.IntN(12), 1+random.IntN(12)
			target := fmt.Sprintf("/sheets/S?values=%s&offset=%d&limit=%d", form, offset, limit)
			got, want := kept.ask(t.Context(), "GET", target, "X-Request-Id", "same"), asked.ask(t.Context(), "GET", target, "X-Request-Id", "same")
			if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("ETag") != want.Header().Get("ETag") {
				t.Fatalf("%v\nGET %s from memory = %d %s\nfrom Google = %d %s", sheet.Values, target, got.Code, got.Body, want.Code, want.Body)
			}
			if want.Code != http.StatusOK {
				continue
			}
			all, page := rowsOf(t, asked.do("GET", "/sheets/S?values="+form, "")), rowsOf(t, got)
			from := min(offset, len(all))
			if diff := cmp.Diff(all[from:min(from+limit, len(all))], page); diff != "" {
				t.Fatalf("%v\nGET %s (-want +got):\n%s", sheet.Values, target, diff)
			}
		}
	}
}

func rowsOf(t testing.TB, answer *httptest.ResponseRecorder) (rows []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(answer.Body.Bytes(), &rows); err != nil || rows == nil {
		t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
	}
	return rows
}
