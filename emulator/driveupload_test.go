package emulator_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"example.com/sheets-function/emulator"
)

func TestUploadCSV(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "me@example.com", "drive", "spreadsheets")
	text := "id,qty\n007,\"1,000\"\n=1+1,12%\n"
	f, err := me.drive.Files.Create(&drive.File{Name: "Imported", MimeType: sheetType}).Media(strings.NewReader(text), googleapi.ContentType("text/csv")).Do()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{{"id", "qty"}, {7.0, 1000.0}, {2.0, 0.12}}
	if diff := cmp.Diff(want, google.Values(f.Id, "Imported")); diff != "" {
		t.Errorf("create (-want +got):\n%s", diff)
	}
	r, err := http.NewRequestWithContext(t.Context(), "PUT", "https://www.googleapis.com/upload/drive/v2/files/"+f.Id+"?uploadType=media&convert=True", strings.NewReader("new"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/csv")
	if status, _, body := exchange(t, me.http, r); status != 200 || !strings.Contains(body, `"title": "Imported"`) {
		t.Fatalf("PUT = %d %s", status, body)
	}
	if diff := cmp.Diff([][]any{{"new"}}, google.Values(f.Id, "Imported")); diff != "" {
		t.Errorf("update (-want +got):\n%s", diff)
	}
	var file bytes.Buffer
	if err := google.WriteXLSX(f.Id, &file); err != nil {
		t.Fatal(err)
	}
	if _, err := me.drive.Files.Update(f.Id, &drive.File{}).Media(&file, googleapi.ContentType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")).Do(); err != nil {
		t.Errorf("update with an .xlsx file = %v", err)
	}
	if _, err := me.drive.Files.Update(f.Id, &drive.File{}).Media(strings.NewReader("%PDF"), googleapi.ContentType("application/pdf")).Do(); err == nil || !strings.Contains(err.Error(), "501") {
		t.Errorf("update with a PDF = %v, want 501", err)
	}
}

// Responses are compressed for clients that want it as Google documents, in two
// headers.
func TestCompressed(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Title: "Demo"})
	for agent, packed := range map[string]bool{"client (gzip)": true, "client": false} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", sheetsURL+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("User-Agent", agent)
		_, header, body := exchange(t, me.http, r)
		if got := header.Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("%s: packed %v, want %v", agent, got, packed)
		}
		if packed {
			in, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			body = string(text)
		}
		if !strings.Contains(body, `"title": "Demo"`) {
			t.Errorf("%s: body %s", agent, body)
		}
	}
}
