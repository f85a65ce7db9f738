package test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestAppendFaults compares what callers are answered with what is stored, while
// Google, the network, people and the function's own process fail. Each case runs
// in fake time under the same load, with Google's quota on.
//
//	go test -run TestAppendFaults ./test
func TestAppendFaults(t *testing.T) {
	for _, tt := range faultTests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newLoad(t, tt).run(tt) })
		})
	}
}

// faultTest is a case of TestAppendFaults.
type faultTest struct {
	name      string
	instances int // 0 is 1
	lifetime  time.Duration
	act       func(*load) // at actAt, beside the requests
	title     string      // of the sheet at the end; "" is Load
	codes     []string    // that callers may be left with, beside 201
	scattered bool        // a person may have separated rows of one request
	deleted   bool        // there is no sheet at the end
	refused   bool        // many requests may have been refused for good
}

// unanswered is the code of an answer that never came, because the function was
// killed.
const unanswered = "unanswered"

// failBatches injects a fault in batches: for a while, or for as long as it lasts.
func failBatches(f emulator.Fault, while time.Duration) func(*load) {
	return func(l *load) {
		f.Call = batchCall
		l.google.Inject(f)
		if while > 0 {
			time.Sleep(while)
			l.google.ClearFaults()
		}
	}
}

var faultTests = []faultTest{
	{name: "none"},
	{name: "answers lost after storing", act: failBatches(emulator.Fault{Times: 5, Drop: emulator.DropAfter}, 0)},
	{name: "connections dropped before storing", act: failBatches(emulator.Fault{Times: 5, Drop: emulator.DropBefore}, 0)},
	{name: "answers cut", act: failBatches(emulator.Fault{Times: 5, Drop: emulator.DropMiddle}, 0)},
	{name: "429 bursts", act: failBatches(emulator.Fault{Times: 10, Status: 429}, 0)},
	{name: "429 for 50 s", act: failBatches(emulator.Fault{Status: 429}, 50*time.Second)},
	{name: "500 once", act: failBatches(emulator.Fault{Times: 1, Status: 500}, 0)},
	{name: "503 once", act: failBatches(emulator.Fault{Times: 1, Status: 503}, 0)},
	{name: "500 for 30 s", act: failBatches(emulator.Fault{Status: 500}, 30*time.Second)},
	{name: "503 for 30 s", act: failBatches(emulator.Fault{Status: 503}, 30*time.Second)},
	{name: "503 as HTML", act: failBatches(emulator.Fault{Times: 5, Status: 503, HTML: true}, 0)},
	{name: "one call hangs", act: failBatches(emulator.Fault{Times: 1, Hang: true}, 0)},
	// A caller without a key that waits for longer than a request may take gets
	// no certain answer.
	{name: "all batches hang for 60 s", act: failBatches(emulator.Fault{Hang: true}, 60*time.Second), codes: []string{"outcome-unknown"}},
	{name: "all calls hang for 60 s", act: func(l *load) {
		l.google.Inject(emulator.Fault{Hang: true})
		time.Sleep(60 * time.Second)
		l.google.ClearFaults()
	}, codes: []string{"outcome-unknown"}},
	{name: "tokens expire while calls wait", lifetime: 8 * time.Second, act: failBatches(emulator.Fault{Delay: 3 * time.Second}, 30*time.Second)},
	{name: "401 from the API", act: failBatches(emulator.Fault{Times: 3, Status: 401}, 0)},
	{name: "metadata server down with a valid token", act: func(l *load) {
		l.google.Inject(emulator.Fault{Call: "metadata.token", Status: 503})
	}},
	{name: "killed and started again", act: func(l *load) { l.restart(0) }, codes: []string{unanswered}},
	{name: "killed with a batch that Google serves late", act: func(l *load) {
		l.delayBatch(2 * time.Second)
		time.Sleep(1500 * time.Millisecond)
		l.restart(0)
	}, codes: []string{unanswered}},
	{name: "two instances", instances: 2},
	{name: "three instances", instances: 3},
	{name: "two instances, one killed and started again", instances: 2, act: func(l *load) { l.restart(1) }, codes: []string{unanswered}},
	{name: "two instances, answers lost", instances: 2, act: failBatches(emulator.Fault{Times: 5, Drop: emulator.DropAfter}, 0)},
	{name: "a person inserts, deletes and sorts rows", act: (*load).moveRows, scattered: true,
		codes: []string{"conflict"}}, // of rows that were stored elsewhere in the moment of an edit
	{name: "Google serves a batch 180 s late", act: func(l *load) { l.delayBatch(180 * time.Second); time.Sleep(190 * time.Second) }},
	{name: "markers deleted", act: func(l *load) {
		l.batch(l.t, l.owner, &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
			DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{LocationType: "SPREADSHEET"}},
		}})
	}},
	{name: "the sheet of keys deleted", act: func(l *load) {
		l.batch(l.t, l.owner, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: l.sheet(l.t, l.owner, keysSheet).SheetId}})
	}},
	{name: "foreign metadata under the next markers' numbers", act: func(l *load) {
		next := l.lastMarker() + 1
		for i := range int64(5) {
			l.batch(l.t, l.owner, foreignMetadata(next+i, "x"))
		}
	}},
	{name: "no room for markers", act: func(l *load) {
		last := l.lastMarker() // numbers begin at 1, and each marker has 13 characters
		l.batch(l.t, l.owner, foreignMetadata(1_000_000, strings.Repeat("x", 30_000-len(foreignKey)-13*int(last)-5)))
	}, codes: []string{"sheet-full"}, refused: true},
	{name: "the sheet renamed", act: func(l *load) {
		properties := &sheets.SheetProperties{SheetId: l.sheet(l.t, l.owner, "Load").SheetId, Title: "Renamed"}
		l.batch(l.t, l.owner, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: properties, Fields: "title"}})
	}, title: "Renamed", codes: []string{"sheet-not-found", "conflict"}, refused: true},
	{name: "the sheet deleted", act: func(l *load) {
		l.batch(l.t, l.owner, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: l.sheet(l.t, l.owner, "Load").SheetId}})
	}, deleted: true, codes: []string{"sheet-not-found", "conflict"}, refused: true},
	{name: "columns moved", act: func(l *load) {
		l.batch(l.t, l.owner, &sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{
			Source: &sheets.DimensionRange{SheetId: l.sheet(l.t, l.owner, "Load").SheetId, Dimension: "COLUMNS", StartIndex: 0, EndIndex: 1}, DestinationIndex: 2,
		}})
	}, codes: []string{"conflict"}},
	{name: "the header changed", act: func(l *load) {
		l.setCell(l.t, l.owner, "Load!B1", "number")
	}, codes: []string{"conflict", "invalid-rows"}, refused: true},
	{name: "the grid is full", act: func(l *load) {
		rows := l.sheet(l.t, l.owner, "Load").GridProperties.RowCount // the sheet Other has 1000
		l.batch(l.t, l.owner, addSheet("Big", 10_000_000/26-rows-1000-600, 26))
	}, codes: []string{"sheet-full"}, refused: true},
}
