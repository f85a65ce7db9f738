package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

const scopeRoot = "https://www.googleapis.com/auth/"

// bearer adds a token to every request.
type bearer struct {
	token string
	base  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.base.RoundTrip(r)
}

// user has Google's own clients, with the token of one user.
type user struct {
	http   *http.Client
	sheets *sheets.Service
	drive  *drive.Service
}

// newUser returns clients for a token with short scope names.
func newUser(t testing.TB, google *emulator.Server, email string, scopes ...string) user {
	t.Helper()
	for i := range scopes {
		scopes[i] = scopeRoot + scopes[i]
	}
	transport := emulator.Transport(google)
	client := &http.Client{Transport: bearer{google.Token(email, scopes...), transport}}
	t.Cleanup(transport.(*http.Transport).CloseIdleConnections)
	s, err := sheets.NewService(t.Context(), option.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	d, err := drive.NewService(t.Context(), option.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	return user{client, s, d}
}

// writerOf returns an emulator with one spreadsheet and clients for its service account.
func writerOf(t *testing.T, spec emulator.Spreadsheet) (*emulator.Server, string, user) {
	t.Helper()
	google := emulator.New(emulator.Options{})
	id := google.Create(spec)
	return google, id, newUser(t, google, google.ServiceAccount(), "drive", "spreadsheets")
}

// send sends a raw request and returns status, header and body.
func (p user) send(t testing.TB, method, url, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return exchange(t, p.http, r)
}

func exchange(t testing.TB, client *http.Client, r *http.Request) (int, http.Header, string) {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

func TestFirstMinute(t *testing.T) {
	orders := emulator.Sheet{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}}
	google, id, me := writerOf(t, emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	got, err := me.sheets.Spreadsheets.Values.Get(id, "Orders").Do()
	if err != nil || got.Range != "Orders!A1:Z1000" || len(got.Values) != 2 || got.Values[1][1] != "3" {
		t.Fatalf("values.get(Orders) = %+v, %v, want both rows as text", got, err)
	}
	rows := &sheets.ValueRange{Values: [][]any{{"A-2", 4}}}
	done, err := me.sheets.Spreadsheets.Values.Append(id, "'Orders'!A1", rows).ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Do()
	if err != nil || done.Updates.UpdatedRange != "Orders!A3:B3" {
		t.Fatalf("values.append = %+v, %v, want Orders!A3:B3", done, err)
	}
	if v := google.Values(id, "Orders"); len(v) != 3 || v[2][1] != 4.0 {
		t.Errorf("Values = %v, want three rows", v)
	}
	f, err := me.drive.Files.Get(id).SupportsAllDrives(true).Fields("name,webViewLink,capabilities/canEdit").Do()
	if err != nil || f.Name != "Demo" || !f.Capabilities.CanEdit {
		t.Errorf("files.get = %+v, %v, want the title and canEdit", f, err)
	}
}
