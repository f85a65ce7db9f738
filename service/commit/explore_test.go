package commit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// The explorer runs real writers against an emulated Google, and chooses what
// happens to each of their calls: it goes through every order in which calls
// are served, and every combination of a bounded number of mishaps. At the end
// of each run it holds what callers were told against what is stored.

// fate is what happens to one call.
type fateOfCall int

const (
	serve     fateOfCall = iota // stored, answered
	loseAfter                   // stored, no answer
	lose                        // neither stored nor answered
	loseLate                    // no answer; stored at some later moment
	refuse                      // Google says 400, for a reason that passes
	crash                       // the instance dies with the call on its way: stored or not at some later moment
)

// pending is a call that waits for its fate.
type pending struct {
	instance int
	request  *http.Request
	body     []byte
	answer   chan *http.Response // closed for a lost answer
	behind   int64               // batches that were served since it was lost
}

func (p *pending) writes() bool { return strings.HasSuffix(p.request.URL.Path, ":batchUpdate") }

// run is one run of the explorer.
type run struct {
	t      *testing.T
	google *emulator.Server
	token  string
	id     string
	script []int // choices to make; 0 behind its end
	taken  []int // number of options there were at each choice
	trace  []string
	faults int // mishaps that may still happen
	people int // acts of people on the markers that may still happen
	// Where people may touch the markers nothing lands late: a call that lands
	// between two looks, and whose marker is deleted before the second, leaves
	// no trace. The package doc names this hole.
	touched bool

	mu      sync.Mutex
	pending []*pending
	late    []*pending
	dead    map[int]bool
}

// RoundTrip makes an instance's call wait for its fate.
func (r *run) roundTrip(instance int, req *http.Request) (*http.Response, error) {
	p := &pending{instance: instance, request: req, answer: make(chan *http.Response, 1)}
	if req.Body != nil {
		p.body, _ = io.ReadAll(req.Body)
	}
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil {
		trace.WroteHeaders()
	}
	r.mu.Lock()
	r.pending = append(r.pending, p)
	r.mu.Unlock()
	select {
	case answer, ok := <-p.answer:
		if !ok {
			return nil, errors.New("connection reset by peer")
		}
		return answer, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// apply lets the emulator serve the call.
func (r *run) apply(p *pending) *http.Response {
	req := p.request.Clone(context.Background())
	req.Body = io.NopCloser(bytes.NewReader(p.body))
	req.Header.Set("Authorization", "Bearer "+r.token)
	recorder := httptest.NewRecorder()
	r.google.ServeHTTP(recorder, req)
	return recorder.Result()
}

// choose takes the script's next choice among n options.
func (r *run) choose(n int) int {
	i := 0
	if k := len(r.taken); k < len(r.script) {
		// Timers of one instant fire in any order, so that a run may have fewer
		// options here than the one that the script was made from.
		i = min(r.script[k], n-1)
	}
	r.taken = append(r.taken, n)
	return i
}

// step gives one waiting call its fate, or lets a late one land. It reports
// whether there was anything to do.
func (r *run) step(callers int) bool {
	wait := false
	defer func() {
		if wait {
			time.Sleep(longestPause) // outside of the lock
		}
	}()
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortStableFunc(r.pending, func(a, b *pending) int { return a.instance - b.instance })
	type option struct {
		name string
		do   func()
	}
	var options []option
	for i, p := range r.pending {
		fates := []fateOfCall{serve}
		if p.writes() && r.faults > 0 {
			fates = append(fates, loseAfter, lose, refuse)
			if !r.touched {
				fates = append(fates, loseLate, crash)
			}
		}
		for _, f := range fates {
			options = append(options, option{fmt.Sprintf("%d:%s", p.instance, [...]string{"serve", "lose answer", "lose", "land late", "refuse", "crash"}[f]), func() { r.decide(i, f) }})
		}
	}
	for i, p := range r.late {
		options = append(options, option{fmt.Sprintf("%d: lands", p.instance), func() {
			r.late = slices.Delete(slices.Clone(r.late), i, i+1)
			r.apply(p)
		}})
	}
	if len(r.late) > 0 && len(r.pending) == 0 && callers > 0 {
		options = append(options, option{"the late one waits", func() { wait = true }})
	}
	if r.people > 0 && len(r.pending) > 0 {
		options = append(options, option{"somebody deletes the markers", func() { r.person(r.deleteMarkers()) }},
			option{"somebody takes the next number", func() { r.person(r.takeNumber()) }})
	}
	// Google's time limit: a lost call lands before the batch that prunes its
	// marker, or never.
	if len(r.late) > 0 && r.late[0].behind >= window-1 {
		options = []option{{fmt.Sprintf("%d: lands", r.late[0].instance), func() { r.apply(r.late[0]); r.late = r.late[1:] }}}
		options = append(options, option{fmt.Sprintf("%d: never lands", r.late[0].instance), func() { r.late = r.late[1:] }})
	}
	if len(options) == 0 {
		return false
	}
	i := r.choose(len(options))
	r.trace = append(r.trace, options[i].name)
	options[i].do()
	return true
}

func (r *run) decide(i int, f fateOfCall) {
	p := r.pending[i]
	r.pending = slices.Delete(slices.Clone(r.pending), i, i+1)
	if f != serve {
		r.faults--
	} else if p.writes() {
		for _, late := range r.late {
			late.behind++
		}
	}
	switch f {
	case serve:
		p.answer <- r.apply(p)
	case loseAfter:
		r.apply(p)
		close(p.answer)
	case lose:
		close(p.answer)
	case loseLate:
		r.late = append(r.late, p)
		close(p.answer)
	case refuse:
		p.answer <- &http.Response{StatusCode: 400, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: p.request}
	case crash:
		r.late = append(r.late, p)
		r.dead[p.instance] = true
		close(p.answer)
	}
}

// person makes a batch in somebody else's name.
func (r *run) person(requests ...*sheets.Request) {
	r.people--
	body, err := json.Marshal(sheets.BatchUpdateSpreadsheetRequest{Requests: requests})
	if err != nil {
		r.t.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/v4/spreadsheets/"+r.id+":batchUpdate", nil)
	r.apply(&pending{request: req, body: body}) // refused where the number is taken already
}

func (r *run) deleteMarkers() *sheets.Request {
	return &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
		DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: markerKey}},
	}}
}

// takeNumber makes metadata of another key under the number behind the first
// marker, which is the next one until a batch is stored.
func (r *run) takeNumber() *sheets.Request {
	return createMarker(2, "stranger")
}

func createMarker(id int64, key string) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: key, MetadataValue: "x", Visibility: "DOCUMENT", Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
	}}}
}

// newWriter returns a writer whose writes are single rows that hold their name.
func (r *run) newWriter(instance int) *Writer {
	transport := roundTripper(func(req *http.Request) (*http.Response, error) { return r.roundTrip(instance, req) })
	service, err := sheets.NewService(context.Background(), option.WithHTTPClient(&http.Client{Transport: transport}), option.WithEndpoint("http://127.0.0.1/"))
	if err != nil {
		r.t.Fatal(err)
	}
	writes := rate.NewLimiter(rate.Every(time.Second), 1)
	writes.Allow() // the first batch waits, so that what is submitted at once gathers
	return New(Config{
		Sheets: service, SpreadsheetID: r.id, Logger: slog.New(slog.DiscardHandler),
		Reads: rate.NewLimiter(rate.Inf, 1), Writes: writes,
		Ranges:  func([]*sheets.SheetProperties, []*Work) []string { return nil },
		Load:    func([]*sheets.SheetProperties, [][][]any, []*Work) bool { return false },
		Loaded:  func(works []*Work) bool { return !slices.ContainsFunc(works, perishable) },
		Landed:  func(*Plan, *sheets.Spreadsheet) (map[*Work]error, bool) { return nil, false },
		Explain: func(err error) error { return err },
		Blame:   func(*Plan) map[*Work]error { return nil },
		Plan: func(works []*Work) *Plan {
			p := &Plan{Works: works, Fields: "spreadsheetId"}
			for _, work := range works {
				name := work.Request.(string)
				p.Perishable = p.Perishable || perishable(work)
				row := &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 1, EndIndex: 2}
				if name == "bad" {
					row.SheetId = 999 // no such sheet: Google refuses the whole batch
				}
				work.Result = "row of " + name
				p.Requests = append(p.Requests, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: row}},
					&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
						Start: &sheets.GridCoordinate{RowIndex: 1}, Rows: []*sheets.RowData{{Values: []*sheets.CellData{text(name)}}}, Fields: "userEnteredValue",
					}})
			}
			return p
		},
	})
}

// perishable are writes whose name ends in a mark: they go by what was just read.
func perishable(work *Work) bool { return strings.HasSuffix(work.Request.(string), "!") }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// told is what a caller was told of its write.
type told struct {
	name string
	err  error
}

// explore runs one script: each instance is given its writes at once.
func explore(t *testing.T, script []int, faults, people int, works [][]Work) (r *run, all []told) {
	r = &run{t: t, google: emulator.New(emulator.Options{}), script: script, faults: faults, people: people + 1, touched: people > 0, dead: map[int]bool{}}
	r.id = r.google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Rows", Values: [][]any{{"name"}}}}})
	r.token = r.google.Token(r.google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets")
	r.person(createMarker(1, markerKey)) // of a batch long ago
	var mu sync.Mutex
	callers := 0
	submit := func(w *Writer, instance int, work Work, before <-chan struct{}) (done chan struct{}) {
		done = make(chan struct{})
		mu.Lock()
		callers++
		mu.Unlock()
		go func() {
			defer close(done)
			if before != nil {
				<-before
			}
			// No pause and no pace ends at the same instant.
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute+1234567*time.Nanosecond)
			defer cancel()
			err := w.Submit(ctx, &work)
			mu.Lock()
			defer mu.Unlock()
			callers--
			if r.mu.Lock(); r.dead[instance] {
				err = ErrOutcomeUnknown // the caller's connection broke
			}
			r.mu.Unlock()
			all = append(all, told{work.Request.(string), err})
		}()
		return done
	}
	for instance, list := range works {
		w := r.newWriter(instance)
		var before chan struct{}
		for _, work := range list {
			wait := before
			if work.Size == 0 { // at once
				wait = nil
			}
			before = submit(w, instance, work, wait)
			synctest.Wait() // so that they queue in this order in every run
		}
	}
	restarted := 0
	for range 2000 {
		synctest.Wait()
		r.dropDead()
		mu.Lock()
		left := callers
		mu.Unlock()
		if r.step(left) {
			continue
		}
		if left == 0 && restarted == len(r.dead) {
			return r, all
		}
		// A dead instance is started again, and its callers repeat what has a key.
		for instance := range works {
			if r.dead[instance] && left == 0 {
				restarted++
				w := r.newWriter(instance + 10*restarted)
				for _, work := range works[instance] {
					if work.Key != "" {
						submit(w, instance+10*restarted, work, nil)
						synctest.Wait()
					}
				}
			}
		}
		time.Sleep(time.Second) // pauses between tries
	}
	t.Fatalf("no end after 2000 steps: %v", r.trace)
	return nil, nil
}

// dropDead loses the calls of instances that have crashed.
func (r *run) dropDead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = slices.DeleteFunc(r.pending, func(p *pending) bool {
		if r.dead[p.instance] {
			close(p.answer)
			return true
		}
		return false
	})
}

// audit holds what callers were told against what is stored.
func (r *run) audit(works [][]Work, all []told) error {
	count := map[string]int{}
	for _, row := range r.google.Values(r.id, "Rows")[1:] {
		if len(row) > 0 {
			count[fmt.Sprint(row[0])]++
		}
	}
	sure, unsure := map[string]bool{}, map[string]bool{}
	for _, c := range all {
		sure[c.name] = sure[c.name] || c.err == nil
		unsure[c.name] = unsure[c.name] || errors.Is(c.err, ErrOutcomeUnknown)
	}
	for _, c := range all {
		if !sure[c.name] && !unsure[c.name] && count[c.name] > 0 {
			return fmt.Errorf("%s was told %v, but is stored", c.name, c.err)
		}
	}
	for name, ok := range sure {
		if ok && count[name] != 1 {
			return fmt.Errorf("%s was acknowledged and is stored %d times", name, count[name])
		}
	}
	for name, n := range count {
		if _, asked := sure[name]; !asked {
			return fmt.Errorf("%s is stored, and nobody asked for it", name)
		}
		if n > 1 {
			return fmt.Errorf("%s is stored %d times", name, n)
		}
	}
	return nil
}

// TestExplore goes through the first 500 runs of each case; EXPLORE=1 through
// all, which takes seven minutes.
func TestExplore(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults int
		people int
		works  [][]Work // of each instance; those with a size after the one before
		window int64    // markers kept; 0 is the real number
	}{
		{"one instance, three mishaps", 3, 0, [][]Work{{{Request: "a"}}}, 0},
		{"one instance with a refused write, two mishaps", 2, 0, [][]Work{{{Request: "a"}, {Request: "bad"}, {Request: "b"}}}, 0},
		{"two instances, one with a refused write, one mishap", 1, 0, [][]Work{{{Request: "a"}, {Request: "bad"}}, {{Request: "b"}}}, 0},
		{"markers are pruned meanwhile, one mishap", 1, 0, [][]Work{{{Request: "a"}}, {{Request: "b"}, {Request: "c", Size: 1}, {Request: "d", Size: 1}}}, 3},
		{"two instances, two mishaps", 2, 0, [][]Work{{{Request: "a"}}, {{Request: "b"}}}, 0},
		{"two instances with keys, one mishap", 1, 0, [][]Work{{{Request: "a", Key: "ka"}}, {{Request: "b", Key: "kb"}}}, 0},
		{"two writes with keys, one mishap", 1, 0, [][]Work{{{Request: "a", Key: "ka"}, {Request: "b", Key: "kb", Size: 1}}}, 0},
		{"the same key at two instances, one mishap", 1, 0, [][]Work{{{Request: "a", Key: "k"}}, {{Request: "a", Key: "k"}}}, 0},
		{"planned anew, three mishaps", 3, 0, [][]Work{{{Request: "a!"}}}, 0},
		{"two instances, one plans anew, two mishaps", 2, 0, [][]Work{{{Request: "a!"}, {Request: "bad"}}, {{Request: "b"}}}, 0},
		{"somebody touches the markers, two mishaps", 2, 1, [][]Work{{{Request: "a"}}}, 0},
		{"somebody touches the markers between two writes, one mishap", 1, 1, [][]Work{{{Request: "a"}, {Request: "b", Size: 1}}}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.window > 0 {
				defer func(before int64) { window = before }(window)
				window = tt.window
			}
			runs, most := 0, 500
			if os.Getenv("EXPLORE") != "" {
				most = math.MaxInt
			}
			for script := []int{}; script != nil && runs < most; runs++ {
				var failed error
				synctest.Test(t, func(t *testing.T) {
					r, all := explore(t, script, tt.faults, tt.people, tt.works)
					if err := r.audit(tt.works, all); err != nil {
						failed = fmt.Errorf("%w\n%s\ntold %v", err, strings.Join(r.trace, "\n"), all)
					}
					script = next(r.script, r.taken)
				})
				if failed != nil {
					t.Fatal(failed)
				}
			}
			t.Logf("%d runs", runs)
		})
	}
}

// next is the script after this one in the order of all; nil behind the last.
func next(script, options []int) []int {
	n := make([]int, len(options))
	copy(n, script)
	for i := len(n) - 1; i >= 0; i-- {
		if n[i]++; n[i] < options[i] {
			return n[:i+1]
		}
	}
	return nil
}
