package function

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// The fault table: what callers are told is held against what is stored, while
// Google, the network, people and our own process misbehave. Each case runs in
// fake time under the same load, with Google's quota on.
//
//	go test -run TestFaults .
const (
	loadTime     = 12 * time.Second
	arrivals     = 50 * time.Millisecond // between two requests
	rowsOfOne    = 10                    // so 200 rows a second
	actAt        = 3 * time.Second
	longestRetry = 10 * time.Minute
)

// instance is one running function. Killed, it does nothing any more: its calls
// break off, and so do those of its callers.
type instance struct {
	*world
	dead context.Context
	kill context.CancelFunc
}

// field is where a case plays.
type field struct {
	*world
	t      *testing.T
	owner  *sheets.Service
	lateBy time.Duration // what became of the next batch: see landLate

	mu        sync.Mutex
	instances []*instance
	told      map[string][]told // by the request's name
}

// told is the last answer to a request.
type told struct {
	status int // 0 is a broken connection
	code   table.Code
	sent   time.Time
}

// faultCase is one line of the table.
type faultCase struct {
	name      string
	instances int // 0 is 1
	lifetime  time.Duration
	act       func(*field) // at actAt, beside the load
	title     string       // of the sheet at the end, if it is another one
	codes     []table.Code // that callers may be left with, beside 201
	apart     bool         // people may have moved a request's rows apart
	gone      bool         // the sheet is gone, so that there is nothing to count
	fewer     bool         // requests may have been refused for good
}

// fault injects one for batches: times, or for a while.
func batches(f emulator.Fault, lasts time.Duration) func(*field) {
	return func(w *field) {
		f.Call = batchCall
		w.google.Inject(f)
		if lasts > 0 {
			time.Sleep(lasts)
			w.google.ClearFaults()
		}
	}
}

func TestFaults(t *testing.T) {
	unknown := []table.Code{table.OutcomeUnknown}
	for _, tt := range []faultCase{
		{name: "none"},
		{name: "answers lost after storing", act: batches(emulator.Fault{Times: 5, Drop: emulator.DropAfter}, 0)},
		{name: "connections dropped before storing", act: batches(emulator.Fault{Times: 5, Drop: emulator.DropBefore}, 0)},
		{name: "answers cut", act: batches(emulator.Fault{Times: 5, Drop: emulator.DropMiddle}, 0)},
		{name: "429 bursts", act: batches(emulator.Fault{Times: 10, Status: 429}, 0)},
		{name: "429 for 50 s", act: batches(emulator.Fault{Status: 429}, 50*time.Second)},
		{name: "500 once", act: batches(emulator.Fault{Times: 1, Status: 500}, 0)},
		{name: "503 once", act: batches(emulator.Fault{Times: 1, Status: 503}, 0)},
		{name: "500 for 30 s", act: batches(emulator.Fault{Status: 500}, 30*time.Second)},
		{name: "503 for 30 s", act: batches(emulator.Fault{Status: 503}, 30*time.Second)},
		{name: "503 as HTML", act: batches(emulator.Fault{Times: 5, Status: 503, HTML: true}, 0)},
		{name: "one call hangs", act: batches(emulator.Fault{Times: 1, Hang: true}, 0)},
		// Whoever has no key and waits for longer than a request may take
		// cannot know.
		{name: "all calls hang for 60 s", act: batches(emulator.Fault{Hang: true}, 60*time.Second), codes: unknown},
		{name: "everything hangs for 60 s", act: func(w *field) {
			w.google.Inject(emulator.Fault{Hang: true})
			time.Sleep(60 * time.Second)
			w.google.ClearFaults()
		}, codes: unknown},
		{name: "tokens expire on the way", lifetime: 8 * time.Second, act: batches(emulator.Fault{Delay: 3 * time.Second}, 30*time.Second)},
		{name: "401 from the API", act: batches(emulator.Fault{Times: 3, Status: 401}, 0)},
		{name: "metadata server down with a valid token", act: func(w *field) {
			w.google.Inject(emulator.Fault{Call: "metadata.token", Status: 503})
		}},
		{name: "killed and started again", act: func(w *field) { w.restart(0) }, codes: []table.Code{broken}},
		{name: "killed with a batch on its way that lands late", act: func(w *field) {
			w.landLate(2 * time.Second)
			time.Sleep(1500 * time.Millisecond)
			w.restart(0)
		}, codes: []table.Code{broken}},
		{name: "two instances", instances: 2},
		{name: "three instances", instances: 3},
		{name: "two instances, one killed and started again", instances: 2, act: func(w *field) { w.restart(1) }, codes: []table.Code{broken}},
		{name: "two instances, answers lost", instances: 2, act: batches(emulator.Fault{Times: 5, Drop: emulator.DropAfter}, 0)},
		{name: "a person inserts, deletes and sorts rows", act: (*field).meddle, apart: true},
		{name: "a batch lands 180 s late", act: func(w *field) { w.landLate(180 * time.Second); time.Sleep(190 * time.Second) }},
		{name: "markers deleted", act: func(w *field) {
			w.change(w.t, w.owner, &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
				DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{LocationType: "SPREADSHEET"}},
			}})
		}},
		{name: "the sheet of keys deleted", act: func(w *field) {
			w.change(w.t, w.owner, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: w.sheet("_keys").SheetId}})
		}},
		{name: "a stranger takes our next numbers", act: func(w *field) {
			next := w.lastMarker() + 1
			for i := range int64(5) {
				w.change(w.t, w.owner, metadata(next+i, "stranger"))
			}
		}},
		{name: "no room for markers", act: func(w *field) {
			last := w.lastMarker() // numbers begin at 1, and each marker has 13 characters
			w.change(w.t, w.owner, metadata(1_000_000, strings.Repeat("x", 30_000-len("stranger")-13*int(last)-5)))
		}, codes: []table.Code{table.SheetFull}, fewer: true},
		{name: "the sheet is renamed", act: func(w *field) {
			properties := &sheets.SheetProperties{SheetId: w.sheet("Load").SheetId, Title: "Renamed"}
			w.change(w.t, w.owner, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: properties, Fields: "title"}})
		}, title: "Renamed", codes: []table.Code{table.SheetNotFound, table.Conflict}, fewer: true},
		{name: "the sheet is deleted", act: func(w *field) {
			w.change(w.t, w.owner, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: w.sheet("Load").SheetId}})
		}, gone: true, codes: []table.Code{table.SheetNotFound, table.Conflict}, fewer: true},
		{name: "columns are moved", act: func(w *field) {
			w.change(w.t, w.owner, &sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{
				Source: &sheets.DimensionRange{SheetId: w.sheet("Load").SheetId, Dimension: "COLUMNS", StartIndex: 0, EndIndex: 1}, DestinationIndex: 2,
			}})
		}, codes: []table.Code{table.Conflict}},
		{name: "the header is changed", act: func(w *field) {
			_, err := w.owner.Spreadsheets.Values.Update(w.id, "Load!B1", &sheets.ValueRange{Values: [][]any{{"number"}}}).ValueInputOption("RAW").Do()
			if err != nil {
				w.t.Error(err)
			}
		}, codes: []table.Code{table.Conflict, table.InvalidRows}, fewer: true},
		{name: "the grid is full", act: func(w *field) {
			grid := w.sheet("Load").GridProperties // the sheet Other has 1000 rows
			w.change(w.t, w.owner, &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
				Title: "Big", GridProperties: &sheets.GridProperties{ColumnCount: 26, RowCount: 10_000_000/26 - grid.RowCount - 1000 - 600},
			}}})
		}, codes: []table.Code{table.SheetFull}, fewer: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newField(t, tt).run(tt) })
		})
	}
}

// broken stands for an answer that never came, because the function was killed.
const broken table.Code = "broken connection"

func newField(t *testing.T, tt faultCase) *field {
	n := max(1, tt.instances)
	w := newWorldOn(t, emulator.Options{Quota: true, TokenLifetime: tt.lifetime}, func(s *Settings, g *emulator.Spreadsheet) {
		s.ReadsPerMinute, s.WritesPerMinute = PerMinute(60/n), PerMinute(60/n)
		g.Sheets = []emulator.Sheet{{Title: "Load", Values: [][]any{{"id", "n"}, {"first", 0}}}, {Title: "Other"}}
	})
	f := &field{world: w, t: t, owner: w.person(t), told: map[string][]told{}}
	for range n {
		f.instances = append(f.instances, f.launch())
	}
	return f
}

// launch starts an instance.
func (f *field) launch() *instance {
	i := &instance{}
	i.dead, i.kill = context.WithCancel(context.Background())
	base := *f.world
	base.base = roundTripper(func(r *http.Request) (*http.Response, error) { return f.roundTrip(i, r) })
	i.world = base.another(f.t)
	return i
}

// roundTrip makes an instance's call, if it lives.
func (f *field) roundTrip(i *instance, r *http.Request) (*http.Response, error) {
	if i.dead.Err() != nil {
		return nil, errors.New("the process was killed")
	}
	f.mu.Lock()
	lateBy := f.lateBy
	if late := strings.HasSuffix(r.URL.Path, ":batchUpdate"); late {
		f.lateBy = 0
	} else {
		lateBy = 0
	}
	f.mu.Unlock()
	if lateBy > 0 {
		return nil, f.sendLate(r, lateBy)
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(i.dead, cancel)
	answer, err := f.base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		stop()
		cancel()
		return nil, err
	}
	answer.Body = &released{answer.Body, func() { stop(); cancel() }}
	return answer, nil
}

type released struct {
	io.ReadCloser
	release func()
}

func (r *released) Close() error {
	defer r.release()
	return r.ReadCloser.Close()
}

// landLate loses the next batch on its way, so that Google serves it much later.
func (f *field) landLate(after time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lateBy = after
}

func (f *field) sendLate(r *http.Request, after time.Duration) error {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.WroteHeaders()
	}
	body, _ := io.ReadAll(r.Body)
	copied := r.Clone(context.Background())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	time.AfterFunc(after, func() {
		if answer, err := f.base.RoundTrip(copied); err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	})
	return errors.New("connection reset by peer")
}

// restart kills an instance and starts another in its place.
func (f *field) restart(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instances[n].kill()
	f.instances[n] = f.launch()
}

// run plays the case: callers come at a fixed rate, whatever becomes of them.
func (f *field) run(tt faultCase) {
	var wg sync.WaitGroup
	if tt.act != nil {
		wg.Go(func() { time.Sleep(actAt); tt.act(f) })
	}
	for n := range int(loadTime / arrivals) {
		wg.Go(func() { f.request(n) })
		time.Sleep(arrivals)
	}
	wg.Wait()
	f.google.ClearFaults()
	time.Sleep(time.Minute) // for whatever is still on its way
	for _, i := range f.instances {
		i.shutdown()
	}
	f.audit(tt)
}

// request is one caller: it comes back while it may. With a key that is always;
// without one as long as the answer says that nothing was stored.
func (f *field) request(n int) {
	name := fmt.Sprint("r", n)
	key := ""
	if n%2 == 0 {
		key = "key of " + name
	}
	rows := make([]map[string]any, rowsOfOne)
	for i := range rows {
		rows[i] = map[string]any{"id": name, "n": i}
	}
	body, _ := json.Marshal(rows)
	for began := time.Now(); time.Since(began) < longestRetry; time.Sleep(time.Second) {
		answer := f.ask(n, key, string(body))
		f.mu.Lock()
		f.told[name] = append(f.told[name], answer)
		f.mu.Unlock()
		certain := answer.status == http.StatusServiceUnavailable || answer.status == http.StatusBadGateway
		if !certain && (key == "" || answer.status != 0 && answer.status != http.StatusGatewayTimeout) {
			return
		}
	}
}

func (f *field) ask(n int, key, body string) told {
	f.mu.Lock()
	i := f.instances[n%len(f.instances)]
	f.mu.Unlock()
	sent := time.Now()
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() { answered <- i.post("Load", key, body) }()
	select {
	case answer := <-answered:
		var p problem
		_ = json.Unmarshal(answer.Body.Bytes(), &p)
		return told{answer.Code, p.Code, sent}
	case <-i.dead.Done():
		return told{0, broken, sent}
	}
}

// audit holds what callers were told against what is stored.
func (f *field) audit(tt faultCase) {
	title := tt.title
	if title == "" {
		title = "Load"
	}
	stored := f.stored(title, tt.apart)
	codes := map[table.Code]int{}
	acked := 0
	for _, name := range slices.Sorted(maps.Keys(f.told)) {
		answers := f.told[name]
		last := answers[len(answers)-1]
		copies := stored[name]
		delete(stored, name)
		if last.code == table.Conflict {
			copies += stored[misplaced(name)]
			delete(stored, misplaced(name))
		}
		codes[last.code]++
		switch {
		case last.status == http.StatusCreated:
			if acked++; copies != 1 && !tt.gone {
				f.t.Errorf("%s is stored %d times, but was acknowledged: %v", name, copies, answers)
			}
		case !slices.Contains(tt.codes, last.code):
			f.t.Errorf("%s was left with %d %s", name, last.status, last.code)
		case last.code == table.OutcomeUnknown || last.code == broken || last.code == table.Conflict:
			if copies > 1 {
				f.t.Errorf("%s is stored %d times", name, copies)
			}
		case copies != 0:
			f.t.Errorf("%s is stored, but its caller was told %d %s", name, last.status, last.code)
		}
	}
	for name := range stored {
		if name != "first" && name != "person" {
			f.t.Errorf("%s is stored, and nobody asked for it", name)
		}
	}
	if total := len(f.told); acked == 0 || !tt.fewer && acked < total*2/5 {
		f.t.Errorf("%d of %d requests acknowledged; left with %v", acked, total, codes)
	}
	f.t.Logf("%d of %d acknowledged, left with %v; %d batches", acked, len(f.told), codes, f.calls(batchCall))
}

// stored counts the whole copies of each request's rows, by the header's names.
func (f *field) stored(title string, apart bool) map[string]int {
	copies := map[string]int{}
	grid := f.google.Values(f.id, title)
	if len(grid) == 0 {
		return copies
	}
	id := slices.Index(grid[0], any("id"))
	if id < 0 {
		f.t.Fatalf("the header is %v", grid[0])
	}
	numbers := map[string][]any{}
	last := ""
	for i, row := range grid[1:] {
		if len(row) < 2 || row[id] == "" { // a person's
			last = ""
			continue
		}
		name, n := fmt.Sprint(row[id]), row[1-id]
		if _, swapped := row[id].(float64); swapped { // under columns that were moved meanwhile
			name, n = misplaced(fmt.Sprint(n)), row[id]
		}
		if len(numbers[name]) > 0 && last != name && !apart {
			f.t.Fatalf("the rows of %s are torn apart at row %d", name, i+2)
		}
		last = name
		numbers[name] = append(numbers[name], n)
	}
	for name, list := range numbers {
		copies[name] = (len(list) + rowsOfOne - 1) / rowsOfOne
		for i, n := range list {
			if name != "first" && name != "person" && (n != float64(i%rowsOfOne) || len(list)%rowsOfOne != 0) {
				f.t.Errorf("the rows of %s are not whole, or not in order: %v", name, list)
				break
			}
		}
	}
	return copies
}

// misplaced marks the name of a request whose rows stand under other columns.
func misplaced(name string) string { return name + ", misplaced" }

// meddle is a person at work in the sheet, who leaves our rows alone but moves
// them about.
func (f *field) meddle() {
	id := f.sheet("Load").SheetId
	rows := func(from, to int64) *sheets.DimensionRange {
		return &sheets.DimensionRange{SheetId: id, Dimension: "ROWS", StartIndex: from, EndIndex: to}
	}
	for n := range 12 {
		f.change(f.t, f.owner, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(1, 3)}})
		time.Sleep(250 * time.Millisecond)
		f.change(f.t, f.owner, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(1, 2)}})
		time.Sleep(250 * time.Millisecond)
		if n%2 == 0 {
			_, err := f.owner.Spreadsheets.Values.Append(f.id, "Load!A1", &sheets.ValueRange{Values: [][]any{{"person", 0}}}).
				ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Do()
			if err != nil {
				f.t.Error(err)
			}
		}
		time.Sleep(250 * time.Millisecond)
		f.change(f.t, f.owner, &sheets.Request{SortRange: &sheets.SortRangeRequest{
			Range:     &sheets.GridRange{SheetId: id, StartRowIndex: 1},
			SortSpecs: []*sheets.SortSpec{{DimensionIndex: 0}, {DimensionIndex: 1, ForceSendFields: []string{"DimensionIndex"}}},
		}})
	}
}

// sheet returns the properties of a sheet.
func (f *field) sheet(title string) *sheets.SheetProperties {
	answer, err := f.owner.Spreadsheets.Get(f.id).Do()
	if err != nil {
		f.t.Fatal(err)
	}
	i := slices.IndexFunc(answer.Sheets, func(s *sheets.Sheet) bool { return s.Properties.Title == title })
	if i < 0 {
		f.t.Fatalf("there is no sheet %q", title)
	}
	return answer.Sheets[i].Properties
}

func (f *field) lastMarker() (last int64) {
	answer, err := f.owner.Spreadsheets.Get(f.id).Fields("developerMetadata").Do()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, m := range answer.DeveloperMetadata {
		last = max(last, m.MetadataId)
	}
	return last
}

func metadata(id int64, value string) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: "stranger", MetadataValue: value, Visibility: "DOCUMENT", Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
	}}}
}
