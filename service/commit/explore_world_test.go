package commit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	behind   int64               // batches that were served since it was sent
}

func (p *pending) writes() bool { return strings.HasSuffix(p.request.URL.Path, ":batchUpdate") }

// world is what a case explores.
type world struct {
	name   string
	faults int           // mishaps that may happen
	people int           // acts of people on the markers that may happen
	edits  int           // acts of people on the rows
	ticks  int           // how often time may pass while calls are pending
	window int64         // markers kept; 0 is the real number
	skew   time.Duration // how far the first instance's clock is ahead
	lead   int64         // batches that others store between a look and a send at most
	jobs   [][]job       // of each instance
}

// run is one run of the explorer.
type run struct {
	t      *testing.T
	google *emulator.Server
	token  string
	id     string
	script []int // choices to make; 0 after its end
	taken  []int // number of options there were at each choice
	trace  []string
	world
	// Where people may touch the markers nothing lands late: a call that lands
	// between two looks, and whose marker is deleted before the second, leaves
	// no trace. The package doc names this hole.
	touched bool

	mu      sync.Mutex
	pending []*pending
	late    []*pending
	dead    map[int]bool

	certain   bool            // no outcome may be unknown
	refusals  int             // calls that were refused for no reason of theirs
	misplaced map[string]bool // rows that were not stored below the last one
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
	if bytes.Contains(p.body, []byte(`"poison"`)) {
		recorder.WriteHeader(http.StatusInternalServerError)
		return recorder.Result()
	}
	before := r.google.Values(r.id, "Rows")
	r.google.ServeHTTP(recorder, req)
	if after := r.google.Values(r.id, "Rows"); p.request.Context() != context.Background() && len(after) > len(before) {
		for i, row := range before { // what was there has to be above what is new
			if !slices.Equal(row, after[i]) {
				for _, name := range after[1:] {
					if len(name) > 0 && bytes.Contains(p.body, []byte(`"`+fmt.Sprint(name[0])+`"`)) {
						r.misplaced[fmt.Sprint(name[0])] = true
					}
				}
			}
		}
		if new := after[len(before)]; len(new) == 0 || new[0] == "" {
			for _, name := range after[len(before):] {
				if len(name) > 0 {
					r.misplaced[fmt.Sprint(name[0])] = true
				}
			}
		}
	}
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
	if r.ticks > 0 && len(r.pending) > 0 {
		options = append(options, option{"time passes", func() { wait, r.ticks = true, r.ticks-1 }})
	}
	if r.edits > 0 {
		for name, request := range edits {
			options = append(options, option{"a person " + name, func() { r.edits--; r.people++; r.person(request) }})
		}
		slices.SortStableFunc(options, func(a, b option) int { return strings.Compare(sortKey(a.name), sortKey(b.name)) })
	}
	if r.people > 0 && len(r.pending) > 0 {
		options = append(options, option{"somebody deletes the markers", func() { r.person(r.deleteMarkers()) }},
			option{"somebody takes the next number", func() { r.person(r.takeNumber()) }})
	}
	// Google's time limit: a lost call lands before the batch that prunes its
	// marker, or never.
	if len(r.late) > 0 && r.window > 0 && r.late[0].behind >= r.window-1-r.lead {
		options = []option{{fmt.Sprintf("%d: lands", r.late[0].instance), func() { r.apply(r.late[0]); r.late = r.late[1:] }}}
		options = append(options, option{fmt.Sprintf("%d: never lands", r.late[0].instance), func() { r.late = r.late[1:] }})
	}
	for i, p := range r.pending {
		if r.window > 0 && p.writes() && p.behind >= r.window-1-r.lead { // the same holds for one that is not lost yet
			options = []option{{fmt.Sprintf("%d:serve in time", p.instance), func() { r.decide(i, serve) }}}
		}
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
		for _, other := range append(slices.Clone(r.late), r.pending...) {
			other.behind++
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
		r.refusals++
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

// edits are what a person does to rows above those that are appended.
var edits = map[string]*sheets.Request{
	"inserts a row": {InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 1, EndIndex: 2}}},
	"deletes a row": {DeleteDimension: &sheets.DeleteDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 1, EndIndex: 2}}},
}

// sortKey keeps the order of options the same in every run: edits after the others.
func sortKey(name string) string {
	if strings.HasPrefix(name, "a person ") {
		return name
	}
	return ""
}

func (r *run) deleteMarkers() *sheets.Request {
	return &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
		DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: markerKey}},
	}}
}

// takeNumber makes metadata of another key under the number behind the first
// marker, which is the next one until a batch is stored.
func (r *run) takeNumber() *sheets.Request {
	return createMarker(2, "foreign", "x")
}

func createMarker(id int64, key, value string) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: key, MetadataValue: value, Visibility: "DOCUMENT", Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
	}}}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// outcome is what a caller was answered.
type outcome struct {
	name string
	err  error
}
