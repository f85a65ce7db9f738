package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator"
)

// bookSheet is the sheet of boldBook.
var bookSheet = emulator.Sheet{Title: "Orders", Values: [][]any{
	{"id", "item", "qty", "price", "ordered"}, {1, "apple", 12, 0.35, day(2)}, {2, "bread", 2, 2.8, day(2)}, {3, "coffee", 1, 7.95, day(3)}}}

// boldBook writes an .xlsx file with a bold header, a wide column, a note and a table.
func boldBook(t *testing.T, path string) {
	t.Helper()
	google := emulator.New(emulator.Options{})
	var plain bytes.Buffer
	if err := google.WriteXLSX(google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{bookSheet}}), &plain); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&plain)
	if err != nil {
		t.Fatal(err)
	}
	style, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	for _, err := range []error{
		err, book.SetCellStyle("Orders", "A1", "E1", style), book.SetColWidth("Orders", "B", "B", 40),
		book.AddComment("Orders", excelize.Comment{Cell: "A2", Author: "anna", Text: "checked"}),
		book.AddTable("Orders", &excelize.Table{Range: "A1:E4", Name: "orders"}), book.SaveAs(path),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// describeFile returns what a person sees in a file: rows, and formats.
func describeFile(t *testing.T, path string) (rows int, formats string) {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	all, err := book.GetRows("Orders")
	if err != nil {
		t.Fatal(err)
	}
	id, _ := book.GetCellStyle("Orders", "A1")
	if style, err := book.GetStyle(id); err == nil && style.Font != nil && style.Font.Bold {
		formats += "bold "
	}
	if width, _ := book.GetColWidth("Orders", "B"); width == 40 {
		formats += "wide "
	}
	if notes, _ := book.GetComments("Orders"); len(notes) == 1 {
		formats += "noted "
	}
	if tables, _ := book.GetTables("Orders"); len(tables) == 1 {
		formats += "table"
	}
	return len(all), formats
}

const kept = "bold wide noted table"

// TestFile starts the command with a file, sends requests, and ends it.
func TestFile(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}")
	const row = `{"id": 4, "item": "dates", "qty": 3, "price": 4.5}`
	tests := []struct {
		name    string
		missing bool
		write   bool
		post    bool
		during  func(t *testing.T, path string) // while it runs
		files   []string                        // afterwards
		rows    map[string]int
		says    []string
	}{
		{
			name: "nothing sent", files: []string{"book.xlsx"}, rows: map[string]int{"book.xlsx": 4},
			says: []string{"Nothing was changed: ", "book.xlsx is as it was."},
		},
		{
			name: "kept beside", post: true, files: []string{"book.edited.xlsx", "book.xlsx"}, rows: map[string]int{"book.edited.xlsx": 5, "book.xlsx": 4},
			says: []string{"/book.edited.xlsx:\n  sheet \"Orders\": 1 row inserted\n", "book.xlsx is as it was; -write writes over it"},
		},
		{
			name: "kept beside an older one", post: true, files: []string{"book.edited.2.xlsx", "book.edited.xlsx", "book.xlsx"}, rows: map[string]int{"book.edited.2.xlsx": 5, "book.xlsx": 4},
			during: func(t *testing.T, path string) {
				if err := os.WriteFile(strings.Replace(path, ".xlsx", ".edited.xlsx", 1), []byte("of a day ago"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			says: []string{"/book.edited.2.xlsx:"},
		},
		{
			name: "written over", write: true, post: true, files: []string{"book.xlsx"}, rows: map[string]int{"book.xlsx": 5},
			says: []string{"Kept in ", "/book.xlsx:\n"},
		},
		{
			name: "not written over what a person has saved meanwhile", write: true, post: true, files: []string{"book.edited.xlsx", "book.xlsx"}, rows: map[string]int{"book.edited.xlsx": 5},
			during: func(t *testing.T, path string) {
				if err := os.WriteFile(path, []byte("saved by a person"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			says: []string{"was changed by something else meanwhile"},
		},
		{
			name: "a file that is not there", missing: true, post: true, files: []string{"book.xlsx"}, rows: map[string]int{"book.xlsx": 5},
			says: []string{"which is new."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			emptyEnvironment(t)
			path := filepath.Join(t.TempDir(), "book.xlsx")
			if !tt.missing {
				boldBook(t, path)
			}
			s := start(t, config{file: path, write: tt.write})
			url := address(t, s.until(t, tryLine)) + "/sheets/Orders"
			if tt.during != nil {
				tt.during(t, path)
			}
			if tt.post {
				post(t, url, row)
			}
			printed := s.end(t)
			for _, want := range tt.says {
				if !strings.Contains(printed, want) {
					t.Errorf("printed\n%s\nwant %q", printed, want)
				}
			}
			if got := names(t, filepath.Dir(path)); !slices.Equal(got, tt.files) {
				t.Errorf("files = %v, want %v", got, tt.files)
			}
			for name, want := range tt.rows {
				rows, formats := describeFile(t, filepath.Join(filepath.Dir(path), name))
				if rows != want || !tt.missing && formats != kept {
					t.Errorf("%s has %d rows, %s; want %d, %s", name, rows, formats, want, kept)
				}
			}
		})
	}
}

// TestFileLoses checks that the original is copied before -write loses some of it: here the
// table, whose header becomes a number.
func TestFileLoses(t *testing.T) {
	emptyEnvironment(t)
	path := filepath.Join(t.TempDir(), "book.xlsx")
	boldBook(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBook(path, true)
	if err != nil {
		t.Fatal(err)
	}
	google := emulator.New(emulator.Options{})
	b.create(google)
	if err := google.Enter(t.Context(), "owner@example.com", b.id, "Orders", "A1", "2026"); err != nil {
		t.Fatal(err)
	}
	report, err := b.save(google)
	if err != nil || !strings.Contains(report, "Not kept: ") || !strings.Contains(report, "book.original.xlsx") {
		t.Errorf("save() = %s, %v, want what is lost and the copy", report, err)
	}
	if copied, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "book.original.xlsx")); !bytes.Equal(copied, before) {
		t.Error("the original was not copied")
	}
	if rows, formats := describeFile(t, path); rows != 4 || formats != "bold wide noted " {
		t.Errorf("the file has %d rows, %s; want 4, and all but the table", rows, formats)
	}
}

func TestFreeName(t *testing.T) {
	for path, want := range map[string]string{
		"a/book.xlsx": "a/book.edited.xlsx", "book.edited.xlsx": "book.edited.xlsx", "book.edited.7.xlsx": "book.edited.xlsx", "book": "book.edited",
	} {
		if got := freeName(path, "edited"); got != want {
			t.Errorf("freeName(%q) = %q, want %q", path, got, want)
		}
	}
}

func post(t *testing.T, url, body string) {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusCreated {
		t.Fatalf("POST %s = %d %s", url, response.StatusCode, text)
	}
}

// names returns the names of the files in a folder, sorted.
func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestOddFiles checks that a file which is not an .xlsx file is refused with what it is and
// what to do, and that a new file is not made with another extension.
func TestOddFiles(t *testing.T) {
	folder := t.TempDir()
	const download = "File > Download > Microsoft Excel (.xlsx)"
	tests := []struct {
		name, file, content string
		want                []string
	}{
		{"an empty file", "a.xlsx", "", []string{"a.xlsx is not an .xlsx file: it is empty", download}},
		{"an old workbook", "a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 500), []string{"older Excel", download}},
		{"an OpenDocument file", "a.ods", "PK\x03\x04" + strings.Repeat("\x00", 26) + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet", []string{"OpenDocument", download}},
		{"a damaged file", "a.xlsx", "PK\x03\x04" + strings.Repeat("x", 500), []string{"damaged", download}},
		{"a text", "a.csv", "id,item\n1,apple\n", []string{"another format", download}},
		{"a new file with another extension", "new.csv", "missing", []string{"new.csv does not exist", "-file " + filepath.Join(folder, "new") + ".xlsx"}},
		{"a new file without an extension", "new", "missing", []string{"-file " + filepath.Join(folder, "new") + ".xlsx"}},
		{"a folder", ".", "missing", []string{"is a folder: name an .xlsx file in it"}},
	}
	for _, tt := range tests {
		path := filepath.Join(folder, tt.file)
		if tt.content != "missing" {
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := openBook(path, false)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: openBook() = %v, want %q", tt.name, err, want)
			}
		}
	}
	if _, err := openBook(filepath.Join(folder, "new.XLSX"), false); err != nil {
		t.Errorf("a new .XLSX file: %v", err)
	}
}
