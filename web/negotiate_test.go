package web

import (
	"mime"
	"net/http"
	"strings"
	"testing"
)

func TestPrefers(t *testing.T) {
	for _, tt := range []struct {
		accept string
		want   bool
	}{
		{"", false},
		{"*/*", false},
		{"text/csv", true},
		{"text/*", false},
		{"application/json", false},
		{"text/csv, application/json", false},
		{"text/csv, application/json;q=0.9", true},
		{"application/json, text/csv;q=0.9", false},
		{"text/csv, */*", true},
		{"text/csv;q=0.5, */*", false},
		{"text/csv;q=0.5, application/*;q=0.4", true},
		{"text/csv;q=0.5, application/*;q=0, */*", true},
		{"text/csv;q=0", false},
		{"text/csv;q=x", true},
		{"text/csv;q=0.5, application/json;q=0", true},
		{strings.Repeat("text/csv;q=,", 500), false},
	} {
		if got := Prefers(http.Header{"Accept": {tt.accept}}, "text/csv", "application/json"); got != tt.want {
			t.Errorf("Prefers(Accept: %.50s) = %v, want %v", tt.accept, got, tt.want)
		}
	}
}

func TestNoCache(t *testing.T) {
	for given, want := range map[string]bool{"": false, "no-cache": true, "max-age=0, No-Cache ": true, "no-cache=x": false, "no-store": false} {
		if got := NoCache(http.Header{"Cache-Control": {"max-age=1", given}}); got != want {
			t.Errorf("NoCache(%q) = %v, want %v", given, got, want)
		}
	}
}

func TestNoneMatch(t *testing.T) {
	const etag = `"abc"`
	for given, want := range map[string]bool{"": true, etag: false, "W/" + etag: false, `"x", ` + etag: false, "*": false, `"ab"`: true, "abc": true} {
		if got := NoneMatch(http.Header{"If-None-Match": {given}}, etag); got != want {
			t.Errorf("NoneMatch(%s) = %v, want %v", given, got, want)
		}
	}
}

func TestAttachment(t *testing.T) {
	for _, tt := range []struct{ name, title, want, plain string }{
		{"plain", "Demo", "Demo.xlsx", "Demo.xlsx"},
		{"blanks", " Orders of 2026 ", "Orders of 2026.xlsx", "Orders of 2026.xlsx"},
		{"quotes", `say "x"; filename=evil.exe`, "say _x_; filename=evil.exe.xlsx", "say _x_; filename=evil.exe.xlsx"},
		{"a path", `../../etc/pass\wd`, ".._.._etc_pass_wd.xlsx", ".._.._etc_pass_wd.xlsx"},
		{"line breaks", "a\r\nSet-Cookie: b=c\n\ndone", "a__Set-Cookie_ b=c__done.xlsx", "a__Set-Cookie_ b=c__done.xlsx"},
		{"null byte", "a\x00b", "a_b.xlsx", "a_b.xlsx"},
		{"escapes", "100%20%ff", "100_20_ff.xlsx", "100_20_ff.xlsx"},
		{"beyond ASCII", "Übersicht 🌵 + 'x'", "Übersicht 🌵 + 'x'.xlsx", "_bersicht _ + 'x'.xlsx"},
		{"a right-to-left override", "a\u202excod", "a_xcod.xlsx", "a_xcod.xlsx"},
		{"invalid UTF-8", "a\xffb", "a\ufffdb.xlsx", "a_b.xlsx"},
		{"empty", "", "download.xlsx", "download.xlsx"},
		{"only blanks", " \t ", "_.xlsx", "_.xlsx"},
		{"very long", strings.Repeat("🌵", 5000), strings.Repeat("🌵", 100) + ".xlsx", strings.Repeat("_", 100) + ".xlsx"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Attachment(tt.title, "xlsx")
			kind, parameters, err := mime.ParseMediaType(got)
			if err != nil || kind != "attachment" || parameters["filename"] != tt.want {
				t.Errorf("Attachment() = %s: file name %q, %v, want %q", got, parameters["filename"], err, tt.want)
			}
			plain, _, _ := strings.Cut(got, "; filename*=")
			if _, parameters, err := mime.ParseMediaType(plain); err != nil || parameters["filename"] != tt.plain {
				t.Errorf("Attachment() = %s: plain file name %q, %v, want %q", got, parameters["filename"], err, tt.plain)
			}
			if strings.ContainsFunc(got, func(c rune) bool { return c < ' ' || c > '~' }) || len(got) > 4096 {
				t.Errorf("Attachment() = %q, want a short header in ASCII", got)
			}
		})
	}
}
