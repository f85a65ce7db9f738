package emulator_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator"
)

func TestXLSX(t *testing.T) {
	google := emulator.New(emulator.Options{})
	long := strings.Repeat("long title ", 5)
	sheets := []emulator.Sheet{
		{Title: "Orders", Values: [][]any{
			{"id", "qty", "price", "ordered"},
			{"007", 3, emulator.Number{Value: 2.5, Pattern: `"$"#,##0.00`}, emulator.Date(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC))},
			nil,
			{true, nil, emulator.Formula{Text: "=SUM(B2:B)*'" + long + "'!A1"}, "=no formula"},
		}},
		{Title: long, Values: [][]any{{10}}},
		{Title: "_keys", Values: [][]any{{"<&>\n\t é"}}, Hidden: true},
	}
	id := google.Create(emulator.Spreadsheet{Sheets: sheets})
	var file bytes.Buffer
	if err := google.WriteXLSX(id, &file); err != nil {
		t.Fatal(err)
	}
	read, err := emulator.ReadXLSX(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Sheets) != 3 || read.Sheets[0].Title != "Orders" || !read.Sheets[2].Hidden || read.Sheets[0].Hidden {
		t.Fatalf("sheets = %+v, want all three in order, the last hidden", read.Sheets)
	}
	again := google.Create(read)
	for _, title := range []string{"Orders", "_keys"} {
		if diff := cmp.Diff(google.Values(id, title), google.Values(again, title)); diff != "" {
			t.Errorf("%s (-stored +read):\n%s", title, diff)
		}
	}
	if got := google.Values(again, "Orders")[3][2]; got != 30.0 {
		t.Errorf("the formula is %v, want 30", got)
	}
	me := newUser(t, google, google.ServiceAccount(), "spreadsheets")
	for at, want := range map[string]string{"C2": "$2.50", "D2": "2026-01-31"} {
		if got := me.cellIn(t, again, "Orders!"+at, "FORMATTED_VALUE"); got != want {
			t.Errorf("%s is shown as %v, want %s", at, got, want)
		}
	}
}

// A file of another program: dates with a numbered format, and a formula that
// cannot be calculated here with its result.
func TestReadForeignXLSX(t *testing.T) {
	book := excelize.NewFile()
	date, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	rows.SetRow("A1", []any{
		excelize.Cell{Value: 43831, StyleID: date},
		excelize.Cell{Value: "kept", Formula: "QUERY(A1)"},
		excelize.Cell{Value: 43832, Formula: "A1+1"},
	})
	if err := rows.Flush(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	read, err := emulator.ReadXLSX(&file)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{{emulator.Number{Value: 43831, Pattern: "m/d/yyyy"}, "kept", emulator.Formula{Text: "=A1+1"}}}
	if diff := cmp.Diff(want, read.Sheets[0].Values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestNoXLSX(t *testing.T) {
	for _, text := range []string{"", "id,qty\n1,2\n", "PK\x03\x04 not really"} {
		if _, err := emulator.ReadXLSX(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "read xlsx: ") {
			t.Errorf("ReadXLSX(%q) = %v, want an error", text, err)
		}
	}
	if err := emulator.New(emulator.Options{}).WriteXLSX("none", &bytes.Buffer{}); err == nil {
		t.Error("WriteXLSX of no spreadsheet gives no error")
	}
}
