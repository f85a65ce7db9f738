package emulator_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

const docsURL = "https://docs.google.com/spreadsheets/"

func TestExportLinks(t *testing.T) {
	google := emulator.New(emulator.Options{})
	tabs := []emulator.Sheet{grid("S", []any{"a", "b,c"}, []any{1.5}), grid("T", []any{"other"})}
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: tabs})
	open := google.Create(emulator.Spreadsheet{Sheets: tabs})
	google.Share(open, "anyone", "reader")
	me := newUser(t, google, google.ServiceAccount(), "drive.readonly")
	other := newUser(t, google, "other@example.com", "drive.readonly")
	sheetsOnly := newUser(t, google, google.ServiceAccount(), "spreadsheets")
	anonymous := user{http: &http.Client{Transport: emulator.Transport(google)}}
	file, err := me.drive.Files.Get(id).Fields("exportLinks").Do()
	if err != nil {
		t.Fatal(err)
	}
	second, err := newUser(t, google, google.ServiceAccount(), "drive").sheets.Spreadsheets.Get(id).Fields("sheets.properties.sheetId").Do()
	if err != nil {
		t.Fatal(err)
	}
	gid := "&gid=" + strconv.FormatInt(second.Sheets[1].Properties.SheetId, 10)
	tests := []struct {
		name   string
		who    user
		url    string
		status int
		want   string
	}{
		{"csv", me, docsURL + "d/" + id + "/export?format=csv", 200, "a,\"b,c\"\r\n1.5,"},
		{"tsv", me, docsURL + "d/" + id + "/export?format=tsv", 200, "a\tb,c\r\n1.5\t"},
		{"another sheet", me, docsURL + "d/" + id + "/export?format=csv" + gid, 200, "other"},
		{"the link of files.get", me, file.ExportLinks["text/csv"], 200, "a,\"b,c\"\r\n1.5,"},
		{"xlsx by default", me, docsURL + "d/" + id + "/export", 200, "PK"},
		{"with the link, without a token", anonymous, docsURL + "d/" + open + "/export?format=csv", 200, "a,\"b,c\"\r\n1.5,"},
		{"without a token", anonymous, docsURL + "d/" + id + "/export?format=csv", 401, "<html"},
		{"not shared", other, docsURL + "d/" + id + "/export?format=csv", 403, "<html"},
		{"a token without Drive", sheetsOnly, docsURL + "d/" + id + "/export?format=csv", 401, "<html"},
		{"no such file", me, docsURL + "d/none/export?format=csv", 404, "<html"},
		{"no such sheet", me, docsURL + "d/" + id + "/export?format=csv&gid=7", 400, "<html"},
		{"no such format", me, docsURL + "d/" + id + "/export?format=doc", 400, "<html"},
		{"pdf", me, docsURL + "d/" + id + "/export?format=pdf", 501, "the export of a spreadsheet as pdf"},
		{"a range", me, docsURL + "d/" + id + "/export?format=csv&range=A1", 501, "the parameter \\\"range\\\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := tt.who.send(t, "GET", tt.url, "")
			if status != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("GET %s = %d %q, want %d %q", tt.url, status, body, tt.status, tt.want)
			}
			if at := header.Get("Content-Disposition"); status == 200 && !strings.HasPrefix(at, "attachment; ") {
				t.Errorf("GET %s: Content-Disposition = %q", tt.url, at)
			}
		})
	}
}

func TestUserInfo(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me, shy := newUser(t, google, "me@example.com", "userinfo.email"), newUser(t, google, "me@example.com", "userinfo.profile")
	id := emulator.UniqueID("me@example.com")
	tests := []struct {
		name, url string
		who       user
		status    int
		want      string
	}{
		{"v2", "https://www.googleapis.com/oauth2/v2/userinfo", me, 200, `{"email":"me@example.com","id":"` + id + `","verified_email":true}`},
		{"v1", "https://www.googleapis.com/oauth2/v1/userinfo", me, 200, `{"email":"me@example.com","id":"` + id + `","verified_email":true}`},
		{"me", "https://www.googleapis.com/userinfo/v2/me", me, 200, `{"email":"me@example.com","id":"` + id + `","verified_email":true}`},
		{"v3", "https://www.googleapis.com/oauth2/v3/userinfo", me, 200, `{"email":"me@example.com","email_verified":true,"sub":"` + id + `"}`},
		{"OpenID Connect", "https://openidconnect.googleapis.com/v1/userinfo", me, 200, `{"email":"me@example.com","email_verified":true,"sub":"` + id + `"}`},
		{"without the scope of the address", "https://www.googleapis.com/oauth2/v3/userinfo", shy, 200, `{"sub":"` + id + `"}`},
		{"without a scope", "https://www.googleapis.com/oauth2/v3/userinfo", newUser(t, google, "me@example.com", "drive"), 403, `ACCESS_TOKEN_SCOPE_INSUFFICIENT`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := tt.who.send(t, "GET", tt.url, "")
			if got := compact(body); status != tt.status || got != tt.want && !(status != 200 && strings.Contains(got, tt.want)) {
				t.Errorf("GET %s = %d %s, want %d %s", tt.url, status, got, tt.status, tt.want)
			}
		})
	}
}

// TestFeedsScope: the scope of the older Sheets API is sufficient for Sheets, not
// for Drive.
func TestFeedsScope(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{})
	token := google.Token(google.ServiceAccount(), "https://spreadsheets.google.com/feeds")
	me := user{http: &http.Client{Transport: bearer{token, emulator.Transport(google)}}}
	for url, want := range map[string]int{sheetsURL + id: 200, driveURL + id: 403} {
		if status, _, body := me.send(t, "GET", url, ""); status != want {
			t.Errorf("GET %s = %d %s, want %d", url, status, body, want)
		}
	}
}
