package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// The names of calls in the emulator's log.
const (
	getCall    = "sheets.spreadsheets.get"
	batchCall  = "sheets.spreadsheets.batchUpdate"
	appendCall = "sheets.spreadsheets.values.append"
	exportCall = "drive.files.export"
)

// roundTripper is a function that is an http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// person returns the Sheets API as the spreadsheet's owner calls it, beside the
// function.
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

// batch sends one batchUpdate of the person's.
func (w *world) batch(t testing.TB, person *sheets.Service, requests ...*sheets.Request) {
	t.Helper()
	batch := &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}
	if _, err := person.Spreadsheets.BatchUpdate(w.id, batch).Do(); err != nil {
		t.Error(err)
	}
}

// setCell sets a cell as a person.
func (w *world) setCell(t testing.TB, person *sheets.Service, a1 string, value any) {
	t.Helper()
	values := &sheets.ValueRange{Values: [][]any{{value}}}
	if _, err := person.Spreadsheets.Values.Update(w.id, a1, values).ValueInputOption("RAW").Do(); err != nil {
		t.Error(err)
	}
}

// beforeBatch replaces the function by one for which act runs once: between what
// it has read and the batch that it sends next.
func (w *world) beforeBatch(t testing.TB, act func(person *sheets.Service)) {
	person, transport, once := w.person(t), w.transport, sync.Once{}
	w.transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
			once.Do(func() { act(person) })
		}
		return transport.RoundTrip(r)
	})
	*w = *w.another(t)
}

// sheet returns the properties of a sheet.
func (w *world) sheet(t testing.TB, person *sheets.Service, title string) *sheets.SheetProperties {
	t.Helper()
	answer, err := person.Spreadsheets.Get(w.id).Do()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(answer.Sheets, func(s *sheets.Sheet) bool { return s.Properties.Title == title })
	if i < 0 {
		t.Fatalf("there is no sheet %q", title)
	}
	return answer.Sheets[i].Properties
}

// addSheet returns the request that adds an empty sheet of this size.
func addSheet(title string, rows, columns int64) *sheets.Request {
	return &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
		Title: title, GridProperties: &sheets.GridProperties{RowCount: rows, ColumnCount: columns},
	}}}
}

// freezeHeader cuts the sheet Orders to its rows and freezes the first.
func (w *world) freezeHeader(t testing.TB) {
	t.Helper()
	w.batch(t, w.person(t), &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
		Properties: &sheets.SheetProperties{SheetId: 0, GridProperties: &sheets.GridProperties{RowCount: 4, ColumnCount: 5, FrozenRowCount: 1}, ForceSendFields: []string{"SheetId"}},
		Fields:     "gridProperties(rowCount,columnCount,frozenRowCount)",
	}})
}

// countCells returns the cells of all sheets.
func (w *world) countCells(t testing.TB) (n int64) {
	t.Helper()
	answer, err := w.person(t).Spreadsheets.Get(w.id).Fields("sheets.properties").Do()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range answer.Sheets {
		n += s.Properties.GridProperties.RowCount * s.Properties.GridProperties.ColumnCount
	}
	return n
}

// countCalls counts the calls to Google of these names.
func (w *world) countCalls(names ...string) (n int) {
	for _, r := range w.google.Requests() {
		if slices.Contains(names, r.Call) {
			n++
		}
	}
	return n
}

// rows returns what a sheet holds as a JSON array of objects that are named by
// its first row, without blank cells and rows.
func (w *world) rows(title string) string { return w.rowsBelow(title, 1) }

// rowsBelow is rows of a sheet whose columns are named by another row.
func (w *world) rowsBelow(title string, header int) string {
	values := w.google.Values(w.id, title)
	if len(values) < header {
		return "[]"
	}
	var objects []string
	for _, row := range values[header:] {
		var cells []string
		for i, cell := range row {
			if cell == "" {
				continue
			}
			name := any(string(rune('A' + i)))
			if names := values[header-1]; i < len(names) && names[i] != "" {
				name = names[i]
			}
			cells = append(cells, fmt.Sprintf("%q:%s", name, toJSON(cell)))
		}
		if cells != nil {
			objects = append(objects, "{"+strings.Join(cells, ",")+"}")
		}
	}
	return "[" + strings.Join(objects, ",") + "]"
}

// newRows returns the rows of a sheet that follow those of before, which rows returned.
func (w *world) newRows(title, before string) string {
	after := w.rows(title)
	added, ok := strings.CutPrefix(after, strings.TrimSuffix(before, "]"))
	if !ok {
		return after // not a new row, but other ones
	}
	return "[" + strings.TrimPrefix(added, ",")
}

func toJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a cell is text, a number or a boolean
	}
	return text
}

// enter sets a cell as a person does who types the value.
func (w *world) enter(t testing.TB, a1 string, value any) {
	t.Helper()
	_, err := w.person(t).Spreadsheets.Values.Update(w.id, a1, &sheets.ValueRange{Values: [][]any{{value}}}).ValueInputOption("USER_ENTERED").Do()
	if err != nil {
		t.Fatal(err)
	}
}

// format sets the number format of a column of a sheet, from 0, below its header.
func (w *world) format(t testing.TB, title string, from, to int64, pattern string) {
	t.Helper()
	person := w.person(t)
	kind := "DATE"
	if pattern == "#,##0.00" {
		kind = "NUMBER"
	}
	w.batch(t, person, &sheets.Request{RepeatCell: &sheets.RepeatCellRequest{
		Range:  &sheets.GridRange{SheetId: w.sheet(t, person, title).SheetId, StartRowIndex: 1, StartColumnIndex: from, EndColumnIndex: to},
		Cell:   &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: kind, Pattern: pattern}}},
		Fields: "userEnteredFormat.numberFormat",
	}})
}
