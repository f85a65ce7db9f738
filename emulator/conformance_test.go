package emulator_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"cloud.google.com/go/auth/credentials"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestConformance runs one table of calls with Google's own client: always on
// the emulator, and on the real API when TEST_SPREADSHEET_ID names a spreadsheet
// that Application Default Credentials may edit. There it adds a sheet (tab) of
// its own, and deletes that and its developer metadata afterwards.
func TestConformance(t *testing.T) {
	t.Run("emulator", func(t *testing.T) {
		_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Somebody's"}}})
		runConformance(t, &trial{sheets: me.sheets, id: id})
	})
	t.Run("google", func(t *testing.T) {
		id := os.Getenv("TEST_SPREADSHEET_ID")
		if id == "" {
			t.Skip("TEST_SPREADSHEET_ID is not set: the table runs on the emulator only")
		}
		found, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{sheets.SpreadsheetsScope}})
		if err != nil {
			t.Fatalf("find credentials: %v", err)
		}
		service, err := sheets.NewService(t.Context(), option.WithAuthCredentials(found))
		if err != nil {
			t.Fatal(err)
		}
		runConformance(t, &trial{sheets: service, id: id, patience: 75 * time.Second})
	})
}

// runConformance runs the table in a sheet that it adds and deletes.
func runConformance(t *testing.T, r *trial) {
	r.t = t
	r.title = fmt.Sprintf("conformance %08x", rand.Uint32())
	r.marker = rand.Int64N(1<<30) + 1
	made, err := r.batch(&sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
		Title: r.title, GridProperties: &sheets.GridProperties{RowCount: 20, ColumnCount: 6},
	}}})
	if err != nil {
		t.Fatalf("add a sheet: %v", err)
	}
	r.tab = made.Replies[0].AddSheet.Properties.SheetId
	t.Cleanup(r.cleanUp)
	for _, c := range slices.Concat(conformance, tableRules) {
		t.Run(c.name, func(t *testing.T) {
			here := *r
			here.t = t
			defer func() { r.marker, r.made = here.marker, here.made }()
			here.reset()
			c.run(&here)
			if t.Failed() {
				t.Logf("rule: %s (%s)", c.rule, c.source)
			}
		})
	}
}

// trial is the sheet in which the table runs.
type trial struct {
	t        *testing.T
	sheets   *sheets.Service
	id       string
	patience time.Duration // how long 429s of the real API are retried

	title  string // of the sheet
	tab    int64
	marker int64   // next ID for developer metadata
	made   []int64 // IDs that were returned
}

// cleanUp deletes what the table added.
func (r *trial) cleanUp() {
	r.batch(&sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: r.tab}})
	for _, id := range r.made {
		if _, err := r.metadata(id); err == nil {
			r.batch(r.unmark(id))
		}
	}
}

// retry repeats a call until the quota allows it.
func (r *trial) retry(call func() error) error {
	for end := time.Now().Add(r.patience); ; {
		err := call()
		if codeOf(err) != http.StatusTooManyRequests || time.Now().After(end) {
			return err
		}
		time.Sleep(5 * time.Second)
	}
}

// codeOf returns the status of an API error, 0 for none.
func codeOf(err error) int {
	if refused, ok := errors.AsType[*googleapi.Error](err); ok {
		return refused.Code
	}
	return 0
}

func (r *trial) send(body *sheets.BatchUpdateSpreadsheetRequest, fields ...googleapi.Field) (out *sheets.BatchUpdateSpreadsheetResponse, err error) {
	err = r.retry(func() (err error) {
		call := r.sheets.Spreadsheets.BatchUpdate(r.id, body)
		if len(fields) > 0 {
			call = call.Fields(fields...)
		}
		out, err = call.Do()
		return err
	})
	return out, err
}

func (r *trial) batch(requests ...*sheets.Request) (*sheets.BatchUpdateSpreadsheetResponse, error) {
	return r.send(&sheets.BatchUpdateSpreadsheetRequest{Requests: requests})
}

// must sends a batch that has to succeed.
func (r *trial) must(requests ...*sheets.Request) {
	r.t.Helper()
	if _, err := r.batch(requests...); err != nil {
		r.t.Fatalf("batch: %v", err)
	}
}

// reset empties the sheet and restores its size.
func (r *trial) reset() {
	r.t.Helper()
	size := &sheets.SheetProperties{SheetId: r.tab, GridProperties: &sheets.GridProperties{RowCount: 20, ColumnCount: 6}}
	r.must(
		&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: size, Fields: "gridProperties(rowCount,columnCount)"}},
		&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{Range: &sheets.GridRange{SheetId: r.tab}, Fields: "*"}})
}

// at returns a range of the sheet in A1 notation.
func (r *trial) at(cells string) string { return "'" + r.title + "'!" + cells }

// text returns a request that writes one row of text from column A on.
func (r *trial) text(row int64, values ...string) *sheets.Request {
	line := &sheets.RowData{}
	for _, v := range values {
		line.Values = append(line.Values, &sheets.CellData{UserEnteredValue: &sheets.ExtendedValue{StringValue: &v}})
	}
	start := &sheets.GridCoordinate{SheetId: r.tab, RowIndex: row}
	return &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{Start: start, Rows: []*sheets.RowData{line}, Fields: "userEnteredValue"}}
}

func (r *trial) insert(start, end int64, inherit bool) *sheets.Request {
	rows := &sheets.DimensionRange{SheetId: r.tab, Dimension: "ROWS", StartIndex: start, EndIndex: end}
	return &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows, InheritFromBefore: inherit}}
}

// nextMarker returns a new ID for developer metadata.
func (r *trial) nextMarker() int64 {
	r.marker++
	r.made = append(r.made, r.marker)
	return r.marker
}

func (r *trial) mark(id int64, value string) *sheets.Request {
	m := &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: "c", MetadataValue: value, Visibility: "PROJECT",
		Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
	}
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: m}}
}

func (r *trial) unmark(id int64) *sheets.Request {
	f := &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: id}}
	return &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{DataFilter: f}}
}

func (r *trial) metadata(id int64) (m *sheets.DeveloperMetadata, err error) {
	err = r.retry(func() (err error) {
		m, err = r.sheets.Spreadsheets.DeveloperMetadata.Get(r.id, id).Do()
		return err
	})
	return m, err
}

// read returns the values of a range as they are stored.
func (r *trial) read(cells string) (v *sheets.ValueRange, err error) {
	err = r.retry(func() (err error) {
		v, err = r.sheets.Spreadsheets.Values.Get(r.id, r.at(cells)).ValueRenderOption("UNFORMATTED_VALUE").Do()
		return err
	})
	return v, err
}

func (r *trial) write(cells, option string, values ...[]any) error {
	return r.retry(func() error {
		_, err := r.sheets.Spreadsheets.Values.Update(r.id, r.at(cells), &sheets.ValueRange{Values: values}).ValueInputOption(option).Do()
		return err
	})
}

// wantValues checks the values of a range.
func (r *trial) wantValues(cells string, want ...[]any) {
	r.t.Helper()
	got, err := r.read(cells)
	if err != nil {
		r.t.Fatalf("read %s: %v", cells, err)
	}
	if fmt.Sprint(got.Values) != fmt.Sprint(want) {
		r.t.Errorf("%s holds %v, want %v", cells, got.Values, want)
	}
}

// wantError checks that a call was refused with a status and a text in its message.
func (r *trial) wantError(err error, code int, text string) {
	r.t.Helper()
	if codeOf(err) != code || text != "" && !containsText(err, text) {
		r.t.Errorf("error = %v, want %s with %q", err, strconv.Itoa(code), text)
	}
}
