package emulator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
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

// TestDriveV2: copies and uploads of Drive v2 answer with the whole file, in its terms.
func TestDriveV2(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "ada@example.com", "drive")
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Owner: "ada@example.com", Sheets: []emulator.Sheet{grid("S", []any{"a"})}})
	const v2 = "https://www.googleapis.com/drive/v2/files/"
	status, _, body := me.send(t, "POST", v2+id+"/copy", `{"title":"Twin","mimeType":"application/vnd.google-apps.spreadsheet"}`)
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
		t.Fatalf("copy = %d %s", status, body)
	}
	if got["title"] != "Twin" || got["name"] != nil || got["id"] == id || got["ownerNames"].([]any)[0] != "ada@example.com" {
		t.Errorf("copy = %s, want a copy with the title of the request", body)
	}
	names := strings.Join(slices.Sorted(maps.Keys(got)), " ")
	const want = "alternateLink appDataContents capabilities copyRequiresWriterPermission copyable createdDate editable embedLink etag explicitlyTrashed " +
		"exportLinks fileSize iconLink id kind labels lastModifyingUser lastModifyingUserName lastViewedByMeDate markedViewedByMeDate mimeType modifiedByMeDate " +
		"modifiedDate ownerNames owners parents quotaBytesUsed selfLink shared spaces thumbnailLink title userPermission version writersCanShare"
	if names != want {
		t.Errorf("fields of a copy = %s\nwant %s", names, want)
	}
	if status, _, body := me.send(t, "POST", v2+id+"/copy?fields=title,labels(starred)", `{}`); status != 200 || strings.Join(strings.Fields(body), "") != `{"labels":{"starred":false},"title":"CopyofDemo"}` {
		t.Errorf("copy with a mask = %d %s, want the two fields", status, body)
	}
	if status, _, body := me.send(t, "GET", v2+id, ""); status != 501 || !strings.Contains(body, "drive.v2.files.get is not emulated") {
		t.Errorf("files.get of v2 = %d %s, want 501", status, body)
	}
	const comments = "https://www.googleapis.com/drive/v3/files/"
	if status, _, body := me.send(t, "GET", comments+id+"/comments?fields=comments/content,nextPageToken", ""); status != 200 || strings.Join(strings.Fields(body), "") != `{"comments":[]}` {
		t.Errorf("comments.list = %d %s, want an empty list", status, body)
	}
	if status, _, body := me.send(t, "GET", comments+id+"/comments", ""); status != 400 || !strings.Contains(body, "The 'fields' parameter is required") {
		t.Errorf("comments.list without a mask = %d %s, want 400", status, body)
	}
}
