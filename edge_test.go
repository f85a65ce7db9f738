package function

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

const page = "https://app.example.com"

func letIn(origins ...string) func(*Settings, *emulator.Spreadsheet) {
	return func(s *Settings, _ *emulator.Spreadsheet) { s.Origins = origins }
}

// TestEveryAnswerIsMarked holds that no way to an answer goes past the headers
// that all carry.
func TestEveryAnswerIsMarked(t *testing.T) {
	w := newWorld(t, nil)
	closed := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) { s.Callers = callers(t, "iam") })
	stopped := newWorld(t, nil)
	stopped.Handler.(*Handler).Shutdown(t.Context())
	wrong := &world{t: t, Handler: misconfigured(errors.New("x"), newLogger(io.Discard))}
	tag := w.do("GET", "/sheets/Orders", "").Header().Get("ETag")
	for _, tt := range []struct {
		name                 string
		world                *world
		method, target, body string
		status               int
		cache                string
	}{
		{"rows", w, "GET", "/sheets/Orders", "", 200, "private, no-cache"},
		{"a write", w, "POST", "/sheets/Orders", `{"id":4}`, 201, "no-store"},
		{"ready", w, "GET", "/health", "", 200, "no-store"},
		{"a file", w, "GET", "/export", "", 200, "no-store"},
		{"what routes take", w, "OPTIONS", "/sheets/Orders", "", 204, "no-store"},
		{"rows that are none", w, "POST", "/sheets/Orders", `{"x":4}`, 422, "no-store"},
		{"no route", w, "GET", "/nothing", "", 404, "no-store"},
		{"no method", w, "PUT", "/", "", 405, "no-store"},
		{"no caller", closed, "GET", "/sheets/Orders", "", 401, "no-store"},
		{"after the end", stopped, "GET", "/", "", 503, "no-store"},
		{"wrong settings", wrong, "GET", "/", "", 503, "no-store"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := tt.world.do(tt.method, tt.target, tt.body)
			want := map[string]string{
				"X-Content-Type-Options":       "nosniff",
				"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Referrer-Policy":              "no-referrer",
				"Cache-Control":                tt.cache,
			}
			got := map[string]string{}
			for name := range want {
				got[name] = answer.Header().Get(name)
			}
			if diff := cmp.Diff(want, got); answer.Code != tt.status || diff != "" {
				t.Errorf("%s %s = %d, want %d; header (-want +got):\n%s", tt.method, tt.target, answer.Code, tt.status, diff)
			}
			if len(answer.Header().Get("X-Request-Id")) < 20 {
				t.Errorf("X-Request-Id = %q, want one that was made", answer.Header().Get("X-Request-Id"))
			}
			if strings.Contains(strings.Join(answer.Header().Values("Vary"), ","), "Origin") {
				t.Errorf("Vary = %q without ORIGINS", answer.Header().Get("Vary"))
			}
		})
	}
	if same := w.ask(t.Context(), "GET", "/sheets/Orders", "If-None-Match", tag); same.Header().Get("X-Request-Id") == "" {
		t.Error("a 304 has no X-Request-Id")
	}
}

// TestProblemReplacesAnAnswer holds that nothing of an answer that was about to
// begin stands beside the problem.
func TestProblemReplacesAnAnswer(t *testing.T) {
	answer := httptest.NewRecorder()
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Age", "Cache-Control", "Content-Type"} {
		answer.Header().Set(name, "of the answer")
	}
	toProblem(errors.New("x")).write(answer)
	want := http.Header{"Cache-Control": {"no-store"}, "Content-Type": {"application/problem+json"}}
	if diff := cmp.Diff(want, answer.Header()); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t, nil)
	long := strings.Repeat("x", 128)
	for _, tt := range []struct {
		name  string
		given []string
		taken bool
	}{
		{"none", nil, false},
		{"the caller's", []string{"order 17/a;b=\"c\"~"}, true},
		{"the longest", []string{long}, true},
		{"too long", []string{long + "x"}, false},
		{"empty", []string{""}, false},
		{"two", []string{"a", "b"}, false},
		{"a line break", []string{"a\nX-Injected: b"}, false},
		{"a null byte", []string{"a\x00"}, false},
		{"beyond ASCII", []string{"ä"}, false},
		{"no UTF-8", []string{"\xff"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.log.Reset()
			var header []string
			for _, id := range tt.given {
				header = append(header, "X-Request-Id", id)
			}
			answer := w.ask(t.Context(), "GET", "/nothing", header...)
			got := answer.Header().Get("X-Request-Id")
			if taken := slices.Equal(tt.given, []string{got}); taken != tt.taken || got == "" {
				t.Errorf("X-Request-Id = %q for %q, taken: %v, want %v", got, tt.given, taken, tt.taken)
			}
			if p := problemOf(t, answer); p.RequestID != got {
				t.Errorf("request_id in the problem = %q, in the header %q", p.RequestID, got)
			}
			if line := lastLine(t, w); line["request_id"] != got {
				t.Errorf("request_id in the log = %q, in the header %q", line["request_id"], got)
			}
		})
	}
	first, second := w.do("GET", "/health", ""), w.do("GET", "/health", "")
	if one := first.Header().Get("X-Request-Id"); one == second.Header().Get("X-Request-Id") {
		t.Errorf("two requests are both %q", one)
	}
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

func TestCORS(t *testing.T) {
	asked := []string{"Origin", page, "Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "authorization,content-type,idempotency-key"}
	w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) {
		s.Callers, s.Origins = callers(t, "iam"), Origins{page, "http://localhost:3000"}
	})
	every := newWorld(t, letIn("*"))
	none := newWorld(t, nil)
	bearer := []string{"Authorization", "Bearer x"}
	for _, tt := range []struct {
		name           string
		world          *world
		method, target string
		header         []string
		status         int
		allowed        string // origin that may read
		vary           string
	}{
		{"preflight", w, "OPTIONS", "/sheets/Orders", asked, 204, page, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight of the second", w, "OPTIONS", "/sheets/Orders", append([]string{"Origin", "http://localhost:3000"}, asked[2:]...), 204, "http://localhost:3000", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight for no route tells nothing else", w, "OPTIONS", "/nothing", asked, 204, page, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight of a stranger", w, "OPTIONS", "/sheets/Orders", append([]string{"Origin", "https://evil.example.com"}, asked[2:]...), 204, "", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight with a header that is not known", w, "OPTIONS", "/", append(asked[:4:4], "Access-Control-Request-Headers", "x-other"), 204, "", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight of nobody", w, "OPTIONS", "/sheets/Orders", asked[2:], 204, "", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight where all may", every, "OPTIONS", "/", asked, 204, "*", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
		{"preflight where none may is one more request", none, "OPTIONS", "/", asked, 204, "", ""},
		{"options that are no preflight need a caller", w, "OPTIONS", "/", []string{"Origin", page}, 401, page, "Origin"},
		{"rows", w, "GET", "/sheets/Orders", append(bearer, "Origin", page), 200, page, "Origin"},
		{"rows for a page below", w, "GET", "/sheets/Orders", append(bearer, "Origin", "https://x.app.example.com"), 200, "", "Origin"},
		{"rows for another scheme", w, "GET", "/sheets/Orders", append(bearer, "Origin", "http://app.example.com"), 200, "", "Origin"},
		{"rows for no page", w, "GET", "/sheets/Orders", bearer, 200, "", "Origin"},
		{"rows for a page without an origin", w, "GET", "/sheets/Orders", append(bearer, "Origin", "null"), 200, "", "Origin"},
		{"no caller", w, "GET", "/sheets/Orders", []string{"Origin", page}, 401, page, "Origin"},
		{"no sheet", w, "GET", "/sheets/None", append(bearer, "Origin", page), 404, page, "Origin"},
		{"no method", w, "PUT", "/", append(bearer, "Origin", page), 405, page, "Origin"},
		{"a file", w, "GET", "/export", append(bearer, "Origin", page), 200, page, "Origin"},
		{"all may", every, "GET", "/health", []string{"Origin", page}, 200, "*", "Origin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := tt.world.ask(t.Context(), tt.method, tt.target, tt.header...)
			header := answer.Header()
			if answer.Code != tt.status || header.Get("Access-Control-Allow-Origin") != tt.allowed || strings.TrimSuffix(strings.Join(header.Values("Vary"), ", "), ", Accept") != tt.vary {
				t.Errorf("%s %s = %d, %v\nwant %d, origin %q, Vary %q", tt.method, tt.target, answer.Code, header, tt.status, tt.allowed, tt.vary)
			}
			if header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are let in")
			}
			if tt.method == "OPTIONS" || tt.allowed == "" {
				return
			}
			for _, name := range []string{"Etag", "Link", "X-Total-Count", "Age", "Retry-After", "Idempotency-Replayed", "Location", "X-Request-Id", "Content-Disposition"} {
				if exposed := strings.Split(header.Get("Access-Control-Expose-Headers"), ", "); !slices.Contains(exposed, name) {
					t.Errorf("%s is not among %v", name, exposed)
				}
			}
		})
	}
	t.Run("a preflight allows what it was asked for", func(t *testing.T) {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			answer := w.ask(t.Context(), "OPTIONS", "/", "Origin", page, "Access-Control-Request-Method", method,
				"Access-Control-Request-Headers", "authorization,cache-control,content-type,idempotency-key,if-none-match,traceparent,x-request-id").Header()
			if answer.Get("Access-Control-Allow-Methods") != method || !strings.Contains(answer.Get("Access-Control-Allow-Headers"), "if-none-match") || answer.Get("Access-Control-Max-Age") != "7200" {
				t.Errorf("preflight for %s = %v", method, answer)
			}
		}
	})
	t.Run("a preflight is logged", func(t *testing.T) {
		w.log.Reset()
		w.ask(t.Context(), "OPTIONS", "/", asked...)
		if line := lastLine(t, w); line["message"] != "OPTIONS /" || line["severity"] != "INFO" || strings.Count(w.log.String(), "\n") != 1 {
			t.Errorf("log %s", w.log)
		}
	})
}

// TestPagesOfOtherSites holds that no page writes by a form's POST, which needs no
// preflight, where anyone may call.
func TestPagesOfOtherSites(t *testing.T) {
	const stranger = "https://evil.example.com"
	for _, tt := range []struct {
		name    string
		origins []string
		header  []string
		status  int
	}{
		{"no browser", nil, nil, 201},
		{"a page of ours", []string{page}, []string{"Origin", page, "Sec-Fetch-Site", "cross-site"}, 201},
		{"a stranger's page", []string{page}, []string{"Origin", stranger, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a stranger's page in an old browser", nil, []string{"Origin", stranger}, 403},
		{"a page without an origin", nil, []string{"Origin", "null"}, 403},
		{"a page of the same host", nil, []string{"Origin", "http://example.com"}, 201}, // the host of httptest's requests
		{"all pages", []string{"*"}, []string{"Origin", stranger, "Sec-Fetch-Site", "cross-site"}, 201},
		{"a stranger's page with a token", nil, []string{"Origin", stranger, "Authorization", "Bearer x"}, 201},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) {
				if s.Origins = tt.origins; slices.Contains(tt.header, "Authorization") {
					s.Callers = callers(t, "iam")
				}
			})
			r := httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(`{"id":4}`))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Set(tt.header[i], tt.header[i+1])
			}
			answer := httptest.NewRecorder()
			w.ServeHTTP(answer, r)
			stored := len(w.google.Values(w.id, "Orders")) == len(orders.Values)+1
			if answer.Code != tt.status || stored != (tt.status == 201) {
				t.Fatalf("POST = %d %s, want %d; stored: %v", answer.Code, answer.Body, tt.status, stored)
			}
			if tt.status == 403 {
				if p := problemOf(t, answer); p.Code != codeForbidden || !strings.Contains(p.Detail, "ORIGINS") {
					t.Errorf("POST = %+v, want forbidden", p)
				}
			}
			if read := w.ask(t.Context(), "GET", "/sheets/Orders", tt.header...); read.Code != 200 {
				t.Errorf("GET = %d %s, want 200: whether the page may read is the browser's to hold", read.Code, read.Body)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		name, given, callers string
		want                 Origins
		err                  string
	}{
		{"none", "", "iam", nil, ""},
		{"blanks", " ", "iam", nil, ""},
		{"one", page, "iam", Origins{page}, ""},
		{"several", "https://App.example.com/ , http://localhost:3000,https://xn--bcher-kva.example,http://[::1]:8080", "anyone", Origins{page, "http://localhost:3000", "https://xn--bcher-kva.example", "http://[::1]:8080"}, ""},
		{"an app's", "capacitor://localhost,chrome-extension://abcdef", "iam", Origins{"capacitor://localhost", "chrome-extension://abcdef"}, ""},
		{"all, for anyone", "*", "anyone", Origins{"*"}, ""},
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
			if p := problemOf(t, answer); p.Code != codeRouteNotFound {
				t.Errorf("OPTIONS %s = %+v, want %s", target, p, codeRouteNotFound)
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
		for _, route := range h.routes() {
			method, path, _ := strings.Cut(route.pattern, " ")
			for _, asked := range []string{"OPTIONS", "TRACE"} {
				answer := w.do(asked, target.Replace(path), "")
				if allow := strings.Split(answer.Header().Get("Allow"), ", "); !slices.Contains(allow, method) || !slices.Contains(allow, "OPTIONS") {
					t.Errorf("%s %s: Allow %v lacks %s or OPTIONS", asked, path, allow, method)
				}
				if asked == "TRACE" && problemOf(t, answer).Code != codeMethodNotAllowed {
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
