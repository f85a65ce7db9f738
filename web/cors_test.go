package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const page = "https://app.example.com"

func TestCORS(t *testing.T) {
	withOrigins := func(change func(*Config), origins ...string) *api {
		return newAPI(t, func(c *Config) {
			c.CORS = CORS{Origins: origins, RequestHeaders: []string{"Idempotency-Key"}, ResponseHeaders: []string{"X-Extra"}}
			if change != nil {
				change(c)
			}
		})
	}
	preflight := []string{"Origin", page, "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization,content-type,idempotency-key"}
	const varyPreflight = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	a := withOrigins(closed, page, "http://localhost:3000")
	every := withOrigins(nil, "*")
	none := newAPI(t, nil)
	token := []string{"Authorization", "Bearer x"}
	for _, tt := range []struct {
		name           string
		api            *api
		method, target string
		header         []string
		status         int
		allowed        string // origin that may read
		vary           string
	}{
		{"preflight", a, "OPTIONS", "/things/x", preflight, 204, page, varyPreflight},
		{"preflight of the second", a, "OPTIONS", "/things/x", append([]string{"Origin", "http://localhost:3000"}, preflight[2:]...), 204, "http://localhost:3000", varyPreflight},
		{"preflight for no route says nothing else", a, "OPTIONS", "/nothing", preflight, 204, page, varyPreflight},
		{"preflight of another site", a, "OPTIONS", "/things/x", append([]string{"Origin", "https://evil.example.com"}, preflight[2:]...), 204, "", varyPreflight},
		{"preflight with an unknown header", a, "OPTIONS", "/", append(preflight[:4:4], "Access-Control-Request-Headers", "x-other"), 204, "", varyPreflight},
		{"preflight for a method that no route has", a, "OPTIONS", "/", []string{"Origin", page, "Access-Control-Request-Method", "PATCH"}, 204, "", varyPreflight},
		{"preflight without an origin", a, "OPTIONS", "/things/x", preflight[2:], 204, "", varyPreflight},
		{"preflight where all may", every, "OPTIONS", "/", preflight, 204, "*", varyPreflight},
		{"preflight where none may is a request like others", none, "OPTIONS", "/", preflight, 204, "", ""},
		{"OPTIONS that is not a preflight needs a token", a, "OPTIONS", "/", []string{"Origin", page}, 401, page, "Origin"},
		{"a page", a, "GET", "/things/x", append(token, "Origin", page), 200, page, "Origin"},
		{"a page of a subdomain", a, "GET", "/things/x", append(token, "Origin", "https://x.app.example.com"), 200, "", "Origin"},
		{"a page of another scheme", a, "GET", "/things/x", append(token, "Origin", "http://app.example.com"), 200, "", "Origin"},
		{"no page", a, "GET", "/things/x", token, 200, "", "Origin"},
		{"a page without an origin", a, "GET", "/things/x", append(token, "Origin", "null"), 200, "", "Origin"},
		{"a page without a token", a, "GET", "/things/x", []string{"Origin", page}, 401, page, "Origin"},
		{"an error", a, "GET", "/wrong", append(token, "Origin", page), 400, page, "Origin"},
		{"no method", a, "PUT", "/", append(token, "Origin", page), 405, page, "Origin"},
		{"all may", every, "GET", "/health", []string{"Origin", page}, 200, "*", "Origin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.api.do(tt.method, tt.target, tt.header...)
			header := w.Header()
			if w.Code != tt.status || header.Get("Access-Control-Allow-Origin") != tt.allowed || strings.Join(header.Values("Vary"), ", ") != tt.vary {
				t.Errorf("%s %s = %d, %v\nwant %d, origin %q, Vary %q", tt.method, tt.target, w.Code, header, tt.status, tt.allowed, tt.vary)
			}
			if header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are accepted")
			}
			if tt.method == "OPTIONS" || tt.allowed == "" {
				return
			}
			exposed := strings.Split(header.Get("Access-Control-Expose-Headers"), ", ")
			for _, name := range []string{"Etag", "Link", "X-Extra", "Age", "Retry-After", "Location", "X-Request-Id", "Content-Disposition", "Content-Range", "Preference-Applied"} {
				if !slices.Contains(exposed, name) {
					t.Errorf("%s is not among %v", name, exposed)
				}
			}
		})
	}
	t.Run("a preflight allows what it asks for", func(t *testing.T) {
		for _, method := range []string{"GET", "HEAD", "PUT"} {
			header := a.do("OPTIONS", "/", "Origin", page, "Access-Control-Request-Method", method,
				"Access-Control-Request-Headers", "authorization,cache-control,content-type,idempotency-key,if-none-match,prefer,range,traceparent,x-request-id").Header()
			if header.Get("Access-Control-Allow-Methods") != method || !strings.Contains(header.Get("Access-Control-Allow-Headers"), "if-none-match") || header.Get("Access-Control-Max-Age") != "7200" {
				t.Errorf("preflight for %s = %v", method, header)
			}
		}
	})
	t.Run("a preflight is logged", func(t *testing.T) {
		a.log.Reset()
		a.do("OPTIONS", "/", preflight...)
		if lines := a.lines(t); len(lines) != 1 || lines[0]["message"] != "OPTIONS /" || lines[0]["severity"] != "INFO" {
			t.Errorf("log %v, want one INFO line", lines)
		}
	})
}

// TestBlockWrites checks that no page of another site writes by a form's POST,
// which needs no preflight, where everybody may call.
func TestBlockWrites(t *testing.T) {
	const evil = "https://evil.example.com"
	for _, tt := range []struct {
		name    string
		origins []string
		allow   bool // do not block writes
		header  []string
		status  int
	}{
		{"no browser", nil, false, nil, 201},
		{"a page of a site that may", []string{page}, false, []string{"Origin", page, "Sec-Fetch-Site", "cross-site"}, 201},
		{"a page of another site", []string{page}, false, []string{"Origin", evil, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a page of another site in an old browser", nil, false, []string{"Origin", evil}, 403},
		{"a page without an origin", nil, false, []string{"Origin", "null"}, 403},
		{"a page of the same host", nil, false, []string{"Origin", "http://example.com"}, 201}, // the host of httptest's requests
		{"pages of all sites may", []string{"*"}, false, []string{"Origin", evil, "Sec-Fetch-Site", "cross-site"}, 201},
		{"writes are not blocked", nil, true, []string{"Origin", evil}, 201},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAPI(t, func(c *Config) {
				c.CORS = CORS{Origins: tt.origins, BlockWrites: !tt.allow, Hint: "set ORIGINS"}
			})
			w := a.do("PUT", "/things/x", tt.header...)
			if w.Code != tt.status {
				t.Fatalf("PUT = %d %s, want %d", w.Code, w.Body, tt.status)
			}
			if tt.status == 403 {
				if p := problemOf(t, w); p.Code != CodeForbidden || p.Hint != "set ORIGINS" {
					t.Errorf("PUT = %+v, want forbidden with the hint", p)
				}
			}
			if read := a.do("GET", "/things/x", tt.header...); read.Code != 200 {
				t.Errorf("GET = %d %s, want 200: the browser decides whether the page may read", read.Code, read.Body)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		name, given string
		want        Origins
		err         string
	}{
		{"none", "", nil, ""},
		{"blanks", " ", nil, ""},
		{"one", page, Origins{page}, ""},
		{"several", "https://App.example.com/ , http://localhost:3000,https://xn--bcher-kva.example,http://[::1]:8080", Origins{page, "http://localhost:3000", "https://xn--bcher-kva.example", "http://[::1]:8080"}, ""},
		{"an app's", "capacitor://localhost,chrome-extension://abcdef", Origins{"capacitor://localhost", "chrome-extension://abcdef"}, ""},
		{"all", "*", Origins{"*"}, ""},
		{"no scheme", "app.example.com", nil, "without a path"},
		{"a path", page + "/app", nil, "without a path"},
		{"a query", page + "?x", nil, "without a path"},
		{"a user", "https://me@example.com", nil, "without a path"},
		{"all subdomains", "https://*.example.com", nil, "without a path"},
		{"null", "null", nil, "without a path"},
		{"an empty one", page + ",", nil, "without a path"},
		{"a malformed address", "https://[:::]", nil, "without a path"},
		{"separated by blanks", page + " " + page, nil, "without a path"},
		{"a name beyond ASCII", "https://bücher.example", nil, "without a path"},
		{"a line break", page + "\nX: y", nil, "without a path"},
		{"the default port", page + ":443", nil, "a port that browsers leave out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got Origins
			err := got.UnmarshalText([]byte(tt.given))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("UnmarshalText(%q) = %v, want %q", tt.given, err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("UnmarshalText(%q) = %v; origins (-want +got):\n%s", tt.given, err, diff)
			}
		})
	}
}
