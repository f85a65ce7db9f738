package emulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestDecision checks what the log says about why a call was served or refused.
func TestDecision(t *testing.T) {
	const me = "me@example.com"
	read := func(u user, id string) { _, _ = u.sheets.Spreadsheets.Values.Get(id, "Sheet1").Do() }
	write := func(u user, id string) {
		_, _ = u.sheets.Spreadsheets.Values.Update(id, "A1", &sheets.ValueRange{Values: [][]any{{1}}}).ValueInputOption("RAW").Do()
	}
	tests := []struct {
		name, role, scope string
		prepare           func(*emulator.Server)
		call              func(user, string)
		want              emulator.Decision
	}{
		{"served", "reader", "drive.readonly", nil, read, emulator.Decision{
			Scope: scopeRoot + "drive.readonly", Role: "reader", NeededRole: "reader", Used: 1, Bucket: "read requests per minute per user"}},
		{"scope", "writer", "cloud-platform", nil, read, emulator.Decision{Refused: emulator.CheckScope}},
		{"not shared", "", "spreadsheets", nil, read, emulator.Decision{Refused: emulator.CheckSharing,
			Scope: scopeRoot + "spreadsheets", NeededRole: "reader", Used: 1, Bucket: "read requests per minute per user"}},
		{"read only", "reader", "spreadsheets", nil, write, emulator.Decision{Refused: emulator.CheckSharing,
			Scope: scopeRoot + "spreadsheets", Role: "reader", NeededRole: "writer", Used: 1, Bucket: "write requests per minute per user"}},
		{"disabled", "writer", "spreadsheets", func(google *emulator.Server) { google.Disable("sheets.googleapis.com", true) }, read,
			emulator.Decision{Refused: emulator.CheckAPI, Scope: scopeRoot + "spreadsheets"}},
		{"quota", "writer", "spreadsheets", func(google *emulator.Server) {
			google.SetQuota(emulator.Quota{User: 1})
			google.Create(emulator.Spreadsheet{ID: "other"})
			google.Share("other", me, "reader")
			read(newUser(t, google, me, "spreadsheets"), "other")
		}, read, emulator.Decision{Refused: emulator.CheckQuota, Scope: scopeRoot + "spreadsheets", Used: 2, Limit: 1, Bucket: "read requests per minute per user"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{})
			id := google.Create(emulator.Spreadsheet{})
			google.Share(id, me, tt.role)
			if tt.prepare != nil {
				tt.prepare(google)
			}
			before := int64(len(google.Requests()))
			tt.call(newUser(t, google, me, tt.scope), id)
			log := google.RequestsAfter(before)
			if len(log) != 1 || log[0].Number != before+1 {
				t.Fatalf("RequestsAfter(%d) = %+v, want the one call", before, log)
			}
			got := log[0].Decision
			if !slices.Contains(got.Accepted, scopeRoot+"spreadsheets") {
				t.Errorf("accepted scopes %q lack spreadsheets", got.Accepted)
			}
			if tt.want.NeededRole != "" {
				tt.want.File = id
			}
			if got.Accepted = nil; !equalDecisions(got, tt.want) {
				t.Errorf("decision = %+v, want %+v", got, tt.want)
			}
			if (log[0].Error == "") != (tt.want.Refused == "") {
				t.Errorf("error = %q, want a message if it was refused", log[0].Error)
			}
			if tokens := google.Tokens(); tokens[len(tokens)-1].Number != log[0].Token || tokens[len(tokens)-1].Principal != me {
				t.Errorf("tokens = %+v, want the last to be that of the call, number %d", tokens, log[0].Token)
			}
		})
	}
}

func equalDecisions(a, b emulator.Decision) bool {
	a.Accepted, b.Accepted = nil, nil
	return a.Refused == b.Refused && a.Scope == b.Scope && a.Bucket == b.Bucket && a.Used == b.Used && a.Limit == b.Limit &&
		a.File == b.File && a.Role == b.Role && a.NeededRole == b.NeededRole
}

// TestKeptBodies checks that the bodies of requests are kept on demand only, and without
// tokens.
func TestKeptBodies(t *testing.T) {
	for _, inspect := range []bool{true, false} {
		google := emulator.New(emulator.Options{Inspect: inspect})
		transport := emulator.Transport(google)
		defer transport.(*http.Transport).CloseIdleConnections()
		r, _ := http.NewRequestWithContext(context.Background(), "GET", "http://metadata/computeMetadata/v1/instance/service-accounts/default/token?scopes="+scopeRoot+"drive", nil)
		r.Header.Set("Metadata-Flavor", "Google")
		r.Header.Set(emulator.CauseHeader, "7")
		changed := google.Changed()
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		<-changed
		entry := google.Requests()[0]
		if entry.Cause != "7" || entry.Token != 1 || entry.Call != "metadata.token" {
			t.Errorf("log = %+v, want cause 7 and token 1", entry)
		}
		var body []byte
		for inspect && body == nil { // until the response is sent
			changed = google.Changed()
			if _, body = google.Bodies(1); body == nil {
				<-changed
			}
		}
		if got := string(body); inspect != strings.Contains(got, `"access_token":"[token]"`) || strings.Contains(got, "ya29.") {
			t.Errorf("Inspect %v keeps %q", inspect, got)
		}
	}
}

// TestSetProfile checks that another platform issues other tokens, and what was asked
// for and issued.
func TestSetProfile(t *testing.T) {
	google := emulator.New(emulator.Options{})
	transport := emulator.Transport(google)
	defer transport.(*http.Transport).CloseIdleConnections()
	for _, profile := range []emulator.Profile{emulator.CloudRun, emulator.GCE, emulator.GKEDirect} {
		google.SetProfile(profile)
		r, _ := http.NewRequest("GET", "http://metadata/computeMetadata/v1/instance/service-accounts/default/token?scopes="+scopeRoot+"drive", nil)
		r.Header.Set("Metadata-Flavor", "Google")
		response, err := transport.RoundTrip(r)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v, %v", profile, response, err)
		}
		_ = response.Body.Close()
	}
	tokens := google.Tokens()
	if len(tokens) != 3 {
		t.Fatalf("%d tokens, want 3: %+v", len(tokens), tokens)
	}
	for i, granted := range []bool{true, false, true} {
		asked := scopeRoot + "drive"
		if !slices.Equal(tokens[i].Requested, []string{asked}) || slices.Contains(tokens[i].Scopes, asked) != granted {
			t.Errorf("token %d: requested %q, issued with %q, want drive among them: %v", i, tokens[i].Requested, tokens[i].Scopes, granted)
		}
	}
	if !tokens[2].Federated || tokens[0].Federated {
		t.Errorf("tokens = %+v, want only the last federated", tokens)
	}
}

// TestKeptBodiesAreBounded checks that only the newest bodies are kept, each cut.
func TestKeptBodiesAreBounded(t *testing.T) {
	google := emulator.New(emulator.Options{Inspect: true})
	const requests, kept = 300, 64 << 10
	for range requests {
		google.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/no/such/path", strings.NewReader(strings.Repeat("x", 2*kept))))
	}
	if request, _ := google.Bodies(1); request != nil {
		t.Errorf("the first of %d bodies is kept", requests)
	}
	if request, response := google.Bodies(requests); len(request) != kept || !strings.Contains(string(response), "Not Found") {
		t.Errorf("of the last request %d bytes are kept, want %d, and of its response %q", len(request), kept, response)
	}
}

// TestLogIsBounded holds that long requests do not make long entries.
func TestLogIsBounded(t *testing.T) {
	google := emulator.New(emulator.Options{})
	long := strings.Repeat("a", 100_000)
	for _, target := range []string{"/v4/spreadsheets/" + long + "?fields=" + long, "/computeMetadata/v1/" + long, "/" + long} {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Method += long[:10_000*len(google.Requests())] // of the first one, GET
		google.ServeHTTP(httptest.NewRecorder(), r)
	}
	log := google.Requests()
	for _, r := range log {
		for _, text := range []string{r.Method, r.Call, r.Path, r.Query, r.Error, r.Decision.File} {
			if len(text) > 4<<10 {
				t.Errorf("request %d has a text of %d bytes: %.30s…", r.Number, len(text), text)
			}
		}
	}
	if len(log) != 3 || !strings.HasPrefix(log[0].Path, "/v4/spreadsheets/aaa") || log[0].Query == "" {
		t.Errorf("the log has %d requests, want 3", len(log))
	}
}
