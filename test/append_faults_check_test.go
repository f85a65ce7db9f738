package test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"google.golang.org/api/sheets/v4"
)

// check compares what callers were answered last with what is stored.
func (l *load) check(tt faultTest) {
	title := tt.title
	if title == "" {
		title = "Load"
	}
	stored := l.stored(title, tt.scattered)
	codes := map[string]int{}
	acknowledged := 0
	for _, name := range slices.Sorted(maps.Keys(l.replies)) {
		replies := l.replies[name]
		last := replies[len(replies)-1]
		copies := stored[name]
		delete(stored, name)
		if last.code == "conflict" {
			copies += stored[swapped(name)]
			delete(stored, swapped(name))
		}
		codes[last.code]++
		switch {
		case last.status == http.StatusCreated:
			if acknowledged++; copies != 1 && !tt.deleted {
				l.t.Errorf("%s is stored %d times, but was acknowledged: %v", name, copies, replies)
			}
		case !slices.Contains(tt.codes, last.code):
			l.t.Errorf("%s was left with %d %s", name, last.status, last.code)
		case last.code == "outcome-unknown" || last.code == unanswered || last.code == "conflict":
			if copies > 1 {
				l.t.Errorf("%s is stored %d times", name, copies)
			}
		case copies != 0:
			l.t.Errorf("%s is stored, but was answered %d %s", name, last.status, last.code)
		}
	}
	for name := range stored {
		if name != "first" && name != "person" {
			l.t.Errorf("%s is stored, but was not sent", name)
		}
	}
	if total := len(l.replies); acknowledged == 0 || !tt.refused && acknowledged < total*2/5 {
		l.t.Errorf("%d of %d requests acknowledged; left with %v", acknowledged, total, codes)
	}
	l.t.Logf("%d of %d acknowledged, left with %v; %d batches", acknowledged, len(l.replies), codes, l.countCalls(batchCall))
}

// stored counts the complete copies of each request's rows, by the header's names.
func (l *load) stored(title string, scattered bool) map[string]int {
	copies := map[string]int{}
	values := l.google.Values(l.id, title)
	if len(values) == 0 {
		return copies
	}
	id := slices.Index(values[0], any("id"))
	if id < 0 {
		l.t.Fatalf("the header is %v", values[0])
	}
	numbers := map[string][]any{}
	last := ""
	for i, row := range values[1:] {
		if len(row) < 2 || row[id] == "" { // a person's
			last = ""
			continue
		}
		name, n := fmt.Sprint(row[id]), row[1-id]
		if _, ok := row[id].(float64); ok { // under columns that were moved meanwhile
			name, n = swapped(fmt.Sprint(n)), row[id]
		}
		if len(numbers[name]) > 0 && last != name && !scattered {
			l.t.Fatalf("the rows of %s are not together, at row %d", name, i+2)
		}
		last = name
		numbers[name] = append(numbers[name], n)
	}
	for name, list := range numbers {
		copies[name] = (len(list) + rowsEach - 1) / rowsEach
		for i, n := range list {
			if name != "first" && name != "person" && (n != float64(i%rowsEach) || len(list)%rowsEach != 0) {
				l.t.Errorf("the rows of %s are incomplete, or not in order: %v", name, list)
				break
			}
		}
	}
	return copies
}

// swapped is the name of a request whose rows are under each other's columns.
func swapped(name string) string { return name + ", swapped" }

// moveRows is a person who edits the sheet for nine seconds: the function's rows
// keep their cells, but not their places.
func (l *load) moveRows() {
	id := l.sheet(l.t, l.owner, "Load").SheetId
	rows := func(from, to int64) *sheets.DimensionRange {
		return &sheets.DimensionRange{SheetId: id, Dimension: "ROWS", StartIndex: from, EndIndex: to}
	}
	for n := range 12 {
		l.batch(l.t, l.owner, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(1, 3)}})
		time.Sleep(250 * time.Millisecond)
		l.batch(l.t, l.owner, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(1, 2)}})
		time.Sleep(250 * time.Millisecond)
		if n%2 == 0 {
			_, err := l.owner.Spreadsheets.Values.Append(l.id, "Load!A1", &sheets.ValueRange{Values: [][]any{{"person", 0}}}).
				ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Do()
			if err != nil {
				l.t.Error(err)
			}
		}
		time.Sleep(250 * time.Millisecond)
		l.batch(l.t, l.owner, &sheets.Request{SortRange: &sheets.SortRangeRequest{
			Range:     &sheets.GridRange{SheetId: id, StartRowIndex: 1},
			SortSpecs: []*sheets.SortSpec{{DimensionIndex: 0}, {DimensionIndex: 1, ForceSendFields: []string{"DimensionIndex"}}},
		}})
	}
}

// lastMarker returns the highest number of the spreadsheet's metadata.
func (l *load) lastMarker() (last int64) {
	answer, err := l.owner.Spreadsheets.Get(l.id).Fields("developerMetadata").Do()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, m := range answer.DeveloperMetadata {
		last = max(last, m.MetadataId)
	}
	return last
}

const foreignKey = "foreign"

// foreignMetadata returns the request for metadata that is not the function's.
func foreignMetadata(id int64, value string) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: foreignKey, MetadataValue: value, Visibility: "DOCUMENT", Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
	}}}
}
