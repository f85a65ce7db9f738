package emulator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestPerson checks that a person can change a spreadsheet as in Sheets, and what is
// seen of it then.
func TestPerson(t *testing.T) {
	const me, owner = "me@example.com", "owner@example.com"
	ctx := t.Context()
	google := emulator.New(emulator.Options{Inspect: true})
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		{Title: "It's one", Values: [][]any{{"id", "price"}, {1, emulator.Number{Value: 2.5, Pattern: "$0.00"}}, {2, emulator.Formula{Text: "=B2*2"}}}},
		{Title: "_keys", Hidden: true},
	}})
	// What makes calls of programs fail does not concern a person.
	google.Inject(emulator.Fault{Status: 500})
	google.Disable("sheets.googleapis.com", true)
	google.SetQuota(emulator.Quota{User: 1})

	enter := func(email, cell, text string) error { return google.Enter(ctx, email, id, "It's one", cell, text) }
	if err := enter(me, "A2", "3"); err == nil || !strings.Contains(err.Error(), "permission") {
		t.Errorf("Enter by a stranger = %v, want an error of permission", err)
	}
	google.Share(id, me, "writer")
	changed := google.Changed()
	if err := enter(me, "B2", "$4"); err != nil {
		t.Fatal(err)
	}
	<-changed
	cells, err := google.View(ctx, id, "It's one", 1, 1, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]emulator.CellView{{{Text: "$4", Kind: "number", Changed: true}}, {{Text: "8", Input: "=B2*2", Kind: "number", Changed: true}}}
	if !slices.EqualFunc(cells, want, slices.Equal) {
		t.Errorf("View = %+v, want %+v", cells, want)
	}
	if err := google.InsertRow(ctx, owner, id, "It's one", 2); err != nil {
		t.Fatal(err)
	}
	if err := google.DeleteRow(ctx, owner, id, "It's one", 1); err != nil {
		t.Fatal(err)
	}
	cells, _ = google.View(ctx, id, "It's one", 0, 0, 2, 1)
	if len(cells) != 2 || slices.ContainsFunc(cells[0], func(c emulator.CellView) bool { return c.Text != "" }) || cells[1][0].Text != "1" {
		t.Errorf("View after inserting and deleting rows = %+v, want an empty row and 1", cells)
	}
	if err := google.AddSheet(ctx, owner, id, "New", "a", "b"); err != nil {
		t.Fatal(err)
	}
	if values := google.Values(id, "New"); len(values) != 1 || len(values[0]) != 2 || values[0][1] != "b" {
		t.Errorf("the new sheet has %v, want a header", values)
	}
	overview, err := google.Overview(id)
	if err != nil || overview.ModifiedBy != owner || overview.Roles[me] != "writer" || len(overview.Sheets) != 3 || !overview.Sheets[1].Hidden || overview.Sheets[0].Filled != 3 {
		t.Errorf("Overview = %+v, %v", overview, err)
	}
	if n := len(google.Requests()); n != 0 {
		t.Errorf("%d calls are logged, want none of a person", n)
	}
	for _, err := range []error{google.InsertRow(ctx, me, id, "none", 1), google.InsertRow(ctx, me, "none", "x", 1), google.Enter(ctx, me, "none", "x", "A1", ""), google.AddSheet(ctx, owner, id, "_keys")} {
		if err == nil {
			t.Errorf("a change of what is not there succeeds")
		}
	}
	if _, err := google.View(context.Background(), id, "none", 0, 0, 1, 1); err == nil {
		t.Errorf("View of a sheet that is not there succeeds")
	}
}

// TestState checks that what makes calls fail can be read.
func TestState(t *testing.T) {
	google := emulator.New(emulator.Options{})
	fault := emulator.Fault{Call: "drive.files.get", Status: 429, HTML: true, Delay: time.Second, Times: 3, Drop: emulator.DropAfter, Hang: true}
	google.Inject(fault)
	google.Disable("drive.googleapis.com", true)
	google.Disable("sheets.googleapis.com", false)
	google.SetQuota(emulator.GoogleQuota)
	google.SetProfile(emulator.GKE)
	state := google.State()
	if len(state.Faults) != 1 || state.Faults[0] != fault || !slices.Equal(state.Disabled, []string{"drive.googleapis.com"}) ||
		state.Quota != emulator.GoogleQuota || state.Profile != emulator.GKE {
		t.Errorf("State = %+v", state)
	}
	text, _ := fault.MarshalText()
	var back emulator.Fault
	if err := back.UnmarshalText(text); err != nil || back != fault {
		t.Errorf("%s is read as %+v, %v, want %+v", text, back, err, fault)
	}
}

// TestViewStyle checks that a cell is shown as it is formatted.
func TestViewStyle(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "S", Values: [][]any{{"a", 0.5, true}}}}})
	format := &sheets.CellFormat{
		BackgroundColor: &sheets.Color{Red: 1, Green: 0.8}, HorizontalAlignment: "CENTER", NumberFormat: &sheets.NumberFormat{Type: "PERCENT", Pattern: "0%"},
		TextFormat: &sheets.TextFormat{Bold: true, Italic: true, ForegroundColor: &sheets.Color{Blue: 1}},
	}
	overview, _ := google.Overview(id)
	_, err := me.sheets.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{{RepeatCell: &sheets.RepeatCellRequest{
		Range: &sheets.GridRange{SheetId: overview.Sheets[0].ID, EndRowIndex: 1, StartColumnIndex: 1, EndColumnIndex: 2},
		Cell:  &sheets.CellData{UserEnteredFormat: format}, Fields: "userEnteredFormat",
	}}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	cells, err := google.View(t.Context(), id, "S", 0, 0, 1, 3)
	want := []emulator.CellView{
		{Text: "a"},
		{Text: "50%", Kind: "number", Style: emulator.CellStyle{Bold: true, Italic: true, Align: "CENTER", Color: "#0000ff", Background: "#ffcc00"}},
		{Text: "TRUE", Kind: "bool"},
	}
	if err != nil || len(cells) != 1 || !slices.Equal(cells[0], want) {
		t.Errorf("View = %+v, %v, want %+v", cells, err, want)
	}
}
