package function

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/web"
)

const page = "https://app.example.com"

func letIn(origins ...string) func(*Settings, *emulator.Spreadsheet) {
	return func(s *Settings, _ *emulator.Spreadsheet) { s.Origins = origins }
}

// lastLine is what was logged last.
func lastLine(t testing.TB, w *world) (line map[string]any) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatalf("log %s: %v", w.log, err)
	}
	return line
}

func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		name, given, callers string
		want                 web.Origins
		err                  string
	}{
		{"none", "", "iam", nil, ""},
		{"blanks", " ", "iam", nil, ""},
		{"one", page, "iam", web.Origins{page}, ""},
		{"several", "https://App.example.com/ , http://localhost:3000,https://xn--bcher-kva.example,http://[::1]:8080", "anyone", web.Origins{page, "http://localhost:3000", "https://xn--bcher-kva.example", "http://[::1]:8080"}, ""},
		{"an app's", "capacitor://localhost,chrome-extension://abcdef", "iam", web.Origins{"capacitor://localhost", "chrome-extension://abcdef"}, ""},
		{"all, for anyone", "*", "anyone", web.Origins{"*"}, ""},
		{"all, for known callers", "*", "iam", nil, "CALLERS is not anyone"},
		{"all beside one", page + ",*", "a@example.com", nil, "CALLERS is not anyone"},
		{"no scheme", "app.example.com", "iam", nil, "without a path"},
		{"a path", page + "/app", "iam", nil, "without a path"},
		{"a query", page + "?x", "iam", nil, "without a path"},
		{"a user", "https://me@example.com", "iam", nil, "without a path"},
		{"all hosts below", "https://*.example.com", "iam", nil, "without a path"},
		{"null", "null", "iam", nil, "without a path"},
		{"an empty one", page + ",", "iam", nil, "without a path"},
		{"an address that is none", "https://[:::]", "iam", nil, "without a path"},
		{"by blanks", page + " " + page, "iam", nil, "without a path"},
		{"a name beyond ASCII", "https://bücher.example", "iam", nil, "without a path"},
		{"a line break", page + "\nX: y", "iam", nil, "without a path"},
		{"the usual port", page + ":443", "iam", nil, "a port that browsers leave out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			t.Setenv("SPREADSHEET_ID", "x")
			t.Setenv("CALLERS", tt.callers)
			t.Setenv("AUDIENCE", "https://x.example.com")
			t.Setenv("ORIGINS", tt.given)
			got, err := ReadSettings()
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), "ORIGINS") || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), "for example ORIGINS=https://") {
					t.Errorf("ReadSettings() = %v, want %q and an example", err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got.Origins); diff != "" || err != nil {
				t.Errorf("ReadSettings() = %v; origins (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	w := newWorld(t, nil)
	for target, want := range map[string]string{
		"/":              "GET, HEAD, OPTIONS",
		"/health":        "GET, HEAD, OPTIONS",
		"/export":        "GET, HEAD, OPTIONS",
		"/sheets/None/x": "",
	} {
		answer := w.do("OPTIONS", target, "")
		if want == "" {
			if p := problemOf(t, answer); p.Code != web.CodeRouteNotFound {
				t.Errorf("OPTIONS %s = %+v, want %s", target, p, web.CodeRouteNotFound)
			}
			continue
		}
		if answer.Code != 204 || answer.Header().Get("Allow") != want || answer.Body.Len() > 0 {
			t.Errorf("OPTIONS %s = %d %s, Allow %q, want 204 and %q", target, answer.Code, answer.Body, answer.Header().Get("Allow"), want)
		}
	}
	t.Run("every method of every route", func(t *testing.T) {
		h := w.Handler.(*Handler)
		target := strings.NewReplacer("{$}", "", "{title}", "Orders")
		for _, route := range h.Routes() {
			method, path, _ := strings.Cut(route.Pattern, " ")
			for _, asked := range []string{"OPTIONS", "TRACE"} {
				answer := w.do(asked, target.Replace(path), "")
				if allow := strings.Split(answer.Header().Get("Allow"), ", "); !slices.Contains(allow, method) || !slices.Contains(allow, "OPTIONS") {
					t.Errorf("%s %s: Allow %v lacks %s or OPTIONS", asked, path, allow, method)
				}
				if asked == "TRACE" && problemOf(t, answer).Code != web.CodeMethodNotAllowed {
					t.Errorf("TRACE %s = %d, want 405", path, answer.Code)
				}
			}
		}
	})
	if calls := w.google.Requests(); len(calls) > 0 {
		t.Errorf("Google was asked: %v", calls)
	}
}

// TestHead holds, over the network, that HEAD answers as GET does, without a body.
func TestHead(t *testing.T) {
	w := newWorld(t, nil)
	server := httptest.NewServer(w)
	defer server.Close()
	ask := func(method, target string) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Request-Id", "same")
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		resp.Header.Del("Date")
		return resp.StatusCode, resp.Header, string(body)
	}
	for _, target := range []string{"/", "/sheets/Orders", "/sheets/Orders?limit=1", "/sheets/None", "/health", "/export?format=x", "/nothing", "/sheets/Twice"} {
		status, header, body := ask("GET", target)
		headStatus, headHeader, headBody := ask("HEAD", target)
		if status != headStatus || body == "" || headBody != "" || headHeader.Get("Content-Length") == "" {
			t.Errorf("HEAD %s = %d %q, GET %d; header %v", target, headStatus, headBody, status, headHeader)
		}
		if diff := cmp.Diff(header, headHeader); diff != "" {
			t.Errorf("HEAD %s (-GET +HEAD):\n%s", target, diff)
		}
	}
}
