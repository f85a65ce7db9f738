package emulator_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator"
)

func TestFileFields(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Title: "Demo", Owner: "boss@example.com"})
	_, _, body := me.send(t, "GET", driveURL+id+"?supportsAllDrives=True&prettyPrint=false", "")
	if want := `{"id":"` + id + `","kind":"drive#file","mimeType":"application/vnd.google-apps.spreadsheet","name":"Demo"}` + "\n"; body != want {
		t.Errorf("without fields: %s, want the usual four: %s", body, want)
	}
	f, err := me.drive.Files.Get(id).Fields("webViewLink,capabilities(canEdit,canDelete),owners/emailAddress,ownedByMe").Do()
	if err != nil || !strings.HasPrefix(f.WebViewLink, "https://docs.google.com/spreadsheets/d/"+id) || !f.Capabilities.CanEdit || f.Capabilities.CanDelete || f.Owners[0].EmailAddress != "boss@example.com" {
		t.Errorf("with fields: %+v, %v", f, err)
	}
	status, _, body := me.send(t, "GET", driveURL+id+"?fields=nope", "")
	if status != 400 || !strings.Contains(body, "Invalid field selection nope") {
		t.Errorf("unknown field: %d %s, want Drive's 400", status, body)
	}
}

func TestListFiles(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	me := newUser(t, google, "me@example.com", "drive")
	for _, title := range []string{"Alpha", "Don't", "Beta two"} {
		google.Create(emulator.Spreadsheet{Title: title, Owner: "me@example.com"})
	}
	google.Create(emulator.Spreadsheet{Title: "Of another", Owner: "other@example.com"})
	tests := []struct {
		name, q string
		want    string // names, or a part of the error
	}{
		{"all, newest first", "", "Beta two|Don't|Alpha"},
		{"name", `name = "Alpha"`, "Alpha"},
		{"an apostrophe inside double quotes", `name = "Don't"`, "Don't"},
		{"and one escaped", `name = 'Don\'t'`, "Don't"},
		{"contains matches beginnings of words", `name contains 'tw'`, "Beta two"},
		{"and not the middle of one", `name contains 'wo'`, ""},
		{"and, not, parentheses", `mimeType='application/vnd.google-apps.spreadsheet' and not (name = 'Alpha' or name = "Don't") and trashed = false`, "Beta two"},
		{"trashed", "trashed=true", ""},
		{"parents", "'root' in parents", ""},
		{"owners", "'me@example.com' in owners and name = 'Alpha'", "Alpha"},
		{"times", "createdTime > '2026-01-01' and modifiedTime < '2026-01-02T00:00:00Z' and name = 'Alpha'", "Alpha"},
		{"not shared with me", "sharedWithMe = true", ""},
		{"another term is named", "fullText contains 'x'", "drive.files.list with fullText in q"},
		{"another term in", "'x' in labels", "drive.files.list with labels in q"},
		{"no time", "modifiedTime > 'soon'", "Invalid Value"},
		{"nonsense", "name =", "Invalid Value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := me.drive.Files.List().Q(tt.q).Do()
			if err != nil {
				if tt.want == "" || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("List(%s) = %v, want %s", tt.q, err, tt.want)
				}
				return
			}
			var names []string
			for _, f := range list.Files {
				names = append(names, f.Name)
			}
			if got := strings.Join(names, "|"); got != tt.want {
				t.Errorf("List(%s) = %s, want %s", tt.q, got, tt.want)
			}
		})
	}
	n := 0
	err := me.drive.Files.List().PageSize(2).Pages(t.Context(), func(l *drive.FileList) error { n += len(l.Files); return nil })
	if err != nil || n != 3 {
		t.Errorf("pages of 2 hold %d files, %v, want 3", n, err)
	}
}

func TestCreateExportDelete(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "me@example.com", "drive")
	f, err := me.drive.Files.Create(&drive.File{Name: "New", MimeType: "application/vnd.google-apps.spreadsheet"}).SupportsAllDrives(true).Do()
	if err != nil || f.Name != "New" {
		t.Fatalf("Create = %+v, %v", f, err)
	}
	me.send(t, "PUT", sheetsURL+f.Id+"/values/A1?valueInputOption=RAW", `{"values":[["a1","B,2"],["x"]]}`)
	if _, _, body := me.send(t, "GET", driveURL+f.Id+"/export?mimeType=text/csv", ""); body != "a1,\"B,2\"\r\nx," {
		t.Errorf("export = %q, want CSV without a line end after the last row", body)
	}
	google.Share(f.Id, "friend@example.com", "writer")
	friend := newUser(t, google, "friend@example.com", "drive")
	if status, _, body := friend.send(t, "DELETE", driveURL+f.Id, ""); status != 403 || !strings.Contains(body, "insufficientFilePermissions") {
		t.Errorf("a writer deletes = %d %s, want 403", status, body)
	}
	status, header, body := me.send(t, "DELETE", driveURL+f.Id+"?supportsAllDrives=True", "")
	if status != 204 || body != "" || header.Get("Content-Type") != "text/html" {
		t.Errorf("DELETE = %d %q %q, want 204, empty, text/html", status, header.Get("Content-Type"), body)
	}
	if _, err := me.drive.Files.Get(f.Id).Do(); err == nil {
		t.Error("the deleted file is still there")
	}
}
