package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrace(t *testing.T) {
	const (
		id       = "0af7651916cd43dd8448eb211c80319c"
		other    = "105445aa7843bc8bf206b12000100000"
		span     = "b7ad6b7169203331"
		standard = "00-" + id + "-" + span + "-01"
	)
	a := newAPI(t, nil)
	for _, tt := range []struct {
		name                         string
		traceparent, google, project string
		want                         map[string]any // nil: no trace
	}{
		{"none", "", "", "p", nil},
		{"W3C", standard, "", "my-project", map[string]any{"trace": "projects/my-project/traces/" + id, "spanId": span, "trace_sampled": true}},
		{"no project", standard, "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"not sampled", "00-" + id + "-" + span + "-00", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": false}},
		{"other flags", "00-" + id + "-" + span + "-fe", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": false}},
		{"a later version with more fields", "01-" + id + "-" + span + "-03-what", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"Google's", "", id + "/74;o=1", "", map[string]any{"trace": id, "spanId": "000000000000004a", "trace_sampled": true}},
		{"Google's largest span", "", id + "/18446744073709551615;o=0", "", map[string]any{"trace": id, "spanId": "ffffffffffffffff", "trace_sampled": false}},
		{"Google's without options", "", id + "/74", "", map[string]any{"trace": id, "spanId": "000000000000004a", "trace_sampled": false}},
		{"Google's without a span", "", id, "", map[string]any{"trace": id, "trace_sampled": false}},
		{"Google's with an empty span", "", id + "/;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"Google's with span 0", "", id + "/0;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"Google's span beyond 64 bits", "", id + "/18446744073709551616;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"W3C comes first", standard, other + "/1;o=0", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"Google's where W3C is malformed", "00-x", other + "/1", "", map[string]any{"trace": other, "spanId": "0000000000000001", "trace_sampled": false}},
		{"version ff", "ff" + standard[2:], "", "", nil},
		{"version 00 with more fields", standard + "-x", "", "", nil},
		{"no trace", "00-" + strings.Repeat("0", 32) + "-" + span + "-01", "", "", nil},
		{"no span", "00-" + id + "-" + strings.Repeat("0", 16) + "-01", "", "", nil},
		{"capitals", strings.ToUpper(standard), "", "", nil},
		{"too short", standard[:54], "", "", nil},
		{"line break", standard + "\n", "", "", nil},
		{"Google's no trace", "", strings.Repeat("0", 32) + "/1;o=1", "", nil},
		{"Google's that is malformed", "", id + "/x;o=1", "", nil},
		{"Google's with a path", "", "../" + id, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOOGLE_CLOUD_PROJECT", tt.project)
			a.log.Reset()
			a.do("GET", "/health", "Traceparent", tt.traceparent, "X-Cloud-Trace-Context", tt.google)
			got := map[string]any{}
			for name, value := range a.lastLine(t) {
				if name, ok := strings.CutPrefix(name, "logging.googleapis.com/"); ok {
					got[name] = value
				}
			}
			if tt.want == nil {
				tt.want = map[string]any{}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestIsLogged(t *testing.T) {
	a := newAPI(t, func(c *Config) {
		c.Explain = func(_ context.Context, err error) *Error {
			e := *AsError(err)
			e.Hint, e.HintQuotes = "do this", e.Detail == "quoted"
			return &e
		}
		c.Redact = func(e Error) Error { e.Hint = ""; return e }
		c.Routes = append(c.Routes, Route{Pattern: "GET /quoted", Serve: func(http.ResponseWriter, *http.Request) error { return BadRequest("quoted") }})
		c.Routes = append(c.Routes, Route{Pattern: "GET /explained", Serve: func(w http.ResponseWriter, r *http.Request) error {
			return WriteJSON(w, http.StatusOK, []*Error{Explain(r.Context(), errors.New("secret cause")), Explain(r.Context(), BadRequest("wrong"))})
		}})
		c.Routes = append(c.Routes, Route{Pattern: "GET /attrs", Serve: func(_ http.ResponseWriter, r *http.Request) error {
			LogAttrs(r.Context(), slog.Int("rows", 3))
			return nil
		}})
	})
	for _, tt := range []struct {
		name, target string
		want         map[string]any
	}{
		{"errors in a response", "/explained", map[string]any{"severity": "ERROR", "message": "GET /explained: internal", "error": "secret cause", "code": "internal", "hint": "do this"}},
		{"a response", "/things/x?limit=1", map[string]any{"severity": "INFO", "message": "GET /things/x"}},
		{"attributes", "/attrs", map[string]any{"severity": "INFO", "message": "GET /attrs", "rows": 3.0}},
		{"a fault of the caller", "/wrong", map[string]any{"severity": "WARNING", "message": "GET /wrong: bad-request", "error": "wrong", "code": "bad-request", "hint": "do this"}},
		{"a hint that quotes the caller", "/quoted", map[string]any{"severity": "WARNING", "message": "GET /quoted: bad-request", "error": "quoted", "code": "bad-request"}},
		{"a fault of ours", "/broken", map[string]any{"severity": "ERROR", "message": "GET /broken: internal", "error": "secret cause", "code": "internal", "hint": "do this"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a.log.Reset()
			w := a.do("GET", tt.target, "User-Agent", "tester", "Authorization", "Bearer secret-token")
			lines := a.lines(t)
			if len(lines) != 1 {
				t.Fatalf("%d lines, want 1: %s", len(lines), a.log.String())
			}
			got := lines[0]
			request, _ := got["httpRequest"].(map[string]any)
			path, _, _ := strings.Cut(tt.target, "?")
			if request["requestMethod"] != "GET" || request["requestUrl"] != path || request["userAgent"] != "tester" || int(request["status"].(float64)) != w.Code || request["latency"] == "" {
				t.Errorf("httpRequest = %v", request)
			}
			for _, name := range []string{"time", "request_id", "httpRequest"} {
				if got[name] == nil {
					t.Errorf("no field %s", name)
				}
				delete(got, name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			for _, secret := range []string{"secret-token", "limit"} {
				if strings.Contains(a.log.String(), secret) {
					t.Errorf("the log holds %q", secret)
				}
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "do this") {
				t.Errorf("GET %s = %s, want neither the cause nor the redacted hint", tt.target, w.Body)
			}
		})
	}
}

// TestLinesAreBounded checks that no caller can write long lines, least of all one who may not
// call.
func TestLinesAreBounded(t *testing.T) {
	long := strings.Repeat("\x01", 1<<20)
	tests := []struct {
		name    string
		request func() *http.Request
		most    int
	}{
		{"a User-Agent", func() *http.Request {
			r := httptest.NewRequest("GET", "/wrong", nil)
			r.Header.Set("User-Agent", long)
			return r
		}, 8 << 10},
		{"a path", func() *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.URL.Path = "/things/" + long
			return r
		}, 16 << 10},
		{"a method", func() *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Method = strings.Repeat("X", 1<<20)
			return r
		}, 8 << 10},
		{"headers that are copied", func() *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			for _, name := range []string{"X-Request-Id", "Traceparent", "X-Cloud-Trace-Context"} {
				r.Header.Set(name, "00-"+long)
			}
			return r
		}, 8 << 10},
		{"an error, a hint and fields", func() *http.Request { return httptest.NewRequest("GET", "/long", nil) }, 4 * 6 * 5 << 10},
		{"a panic", func() *http.Request { return httptest.NewRequest("GET", "/panic", nil) }, 160 << 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAPI(t, func(c *Config) {
				c.Routes = append(c.Routes,
					Route{Pattern: "GET /long", Serve: func(_ http.ResponseWriter, r *http.Request) error {
						LogAttrs(r.Context(), slog.String("s", long), slog.Any("e", errors.New(long)))
						return &Error{Code: "x", Detail: long, Hint: long}
					}},
					Route{Pattern: "GET /panic", Serve: func(http.ResponseWriter, *http.Request) error { panic(long) }})
			})
			a.ServeHTTP(httptest.NewRecorder(), tt.request())
			if got := a.log.Len(); got > tt.most || len(a.lines(t)) != 1 {
				t.Errorf("%d bytes in %d lines, want one of at most %d", got, len(a.lines(t)), tt.most)
			}
		})
	}
}

func TestTraceProject(t *testing.T) {
	const id = "0af7651916cd43dd8448eb211c80319c"
	calls := 0
	a := newAPI(t, func(c *Config) { c.Project = func() string { calls++; return "known" } })
	tests := []struct {
		name, env, header, want string
		calls                   int
	}{
		{"no trace", "", "", "", 0},
		{"from the environment", "env", id + "/1", "projects/env/traces/" + id, 0},
		{"from the function", "", id + "/1", "projects/known/traces/" + id, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOOGLE_CLOUD_PROJECT", tt.env)
			a.log.Reset()
			a.do("GET", "/health", "X-Cloud-Trace-Context", tt.header)
			if got, _ := a.lastLine(t)["logging.googleapis.com/trace"].(string); got != tt.want || calls != tt.calls {
				t.Errorf("trace = %q, %d calls, want %q, %d", got, calls, tt.want, tt.calls)
			}
		})
	}
}

func TestLogAttrsElsewhere(t *testing.T) {
	LogAttrs(t.Context(), slog.Int("rows", 1)) // has no effect
}

// TestClientLeft checks that an error after the client has left is not an alarm, unless
// it has to be seen.
func TestClientLeft(t *testing.T) {
	for _, tt := range []struct {
		name     string
		always   bool
		severity string
	}{{"an error", false, "INFO"}, {"an error that is always logged", true, "ERROR"}} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAPI(t, func(c *Config) {
				c.Routes[0].Serve = func(_ http.ResponseWriter, r *http.Request) error {
					return &Error{Code: "x", Status: 502, Detail: "d", AlwaysLog: tt.always}
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
			if line := a.lastLine(t); line["severity"] != tt.severity {
				t.Errorf("severity = %v, want %s", line["severity"], tt.severity)
			}
		})
	}
}

// TestPanic checks that a panic of a route is one line, in the shape that Error
// Reporting reads, and a problem that says nothing of it.
func TestPanic(t *testing.T) {
	a := newAPI(t, func(c *Config) {
		c.Routes[0].Serve = func(http.ResponseWriter, *http.Request) error { panic("a bug") }
	})
	w := a.do("GET", "/")
	if p := problemOf(t, w); p.Status != 500 || p.Code != CodeInternal || strings.Contains(w.Body.String(), "bug") {
		t.Errorf("GET / = %+v, want 500 internal that says nothing of the panic", p)
	}
	line := a.lastLine(t)
	stack, _ := line["stack_trace"].(string)
	if len(a.lines(t)) != 1 || line["severity"] != "ERROR" || line["message"] != "GET /: internal" || line["error"] != "panic: a bug" {
		t.Errorf("log %s, want one ERROR line", a.log.String())
	}
	if !strings.HasPrefix(stack, "panic: a bug\n\ngoroutine ") || !strings.Contains(stack, "log_test.go:") {
		t.Errorf("stack_trace = %s, want the panic and where it was", stack)
	}
	a = newAPI(t, func(c *Config) {
		c.Routes[0].Serve = func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }
	})
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("recover() = %v, want http.ErrAbortHandler: net/http has to see it", cause)
		}
	}()
	a.do("GET", "/")
}

// TestErrorAfterTheStart checks that a response which cannot be finished does not
// end as if it were whole.
func TestErrorAfterTheStart(t *testing.T) {
	a := newAPI(t, func(c *Config) {
		c.Routes[0].Serve = func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
			return errors.New("the source has ended")
		}
	})
	resp, err := connect(t, a).Get("http://api/")
	if err == nil {
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
	}
	if err == nil {
		t.Error("the response ended without an error")
	}
}

func TestVersions(t *testing.T) {
	t.Setenv("K_REVISION", "api-00042-abc")
	var log bytes.Buffer
	NewLogger(&log).Warn("start", Versions())
	var line struct {
		Severity, Message string
		Versions          struct{ Go, Revision string }
	}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Severity != "WARNING" || line.Message != "start" || line.Versions.Go != runtime.Version() || line.Versions.Revision != "api-00042-abc" {
		t.Errorf("log %s, want a warning with the versions", log.Bytes())
	}
}
