package web

import (
	"slices"
	"strings"
	"testing"
)

func TestRequestID(t *testing.T) {
	a := newAPI(t, nil)
	long := strings.Repeat("x", 128)
	for _, tt := range []struct {
		name  string
		given []string
		kept  bool
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
		{"invalid UTF-8", []string{"\xff"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			for _, id := range tt.given {
				header = append(header, "X-Request-Id", id)
			}
			w := a.do("GET", "/nothing", header...)
			got := w.Header().Get("X-Request-Id")
			if kept := slices.Equal(tt.given, []string{got}); kept != tt.kept || got == "" {
				t.Errorf("X-Request-Id = %q for %q, kept: %v, want %v", got, tt.given, kept, tt.kept)
			}
			if p := problemOf(t, w); p.RequestID != got {
				t.Errorf("request_id in the problem = %q, in the header %q", p.RequestID, got)
			}
			if line := a.lastLine(t); line["request_id"] != got {
				t.Errorf("request_id in the log = %q, in the header %q", line["request_id"], got)
			}
		})
	}
	first, second := a.do("GET", "/health"), a.do("GET", "/health")
	if one := first.Header().Get("X-Request-Id"); one == second.Header().Get("X-Request-Id") {
		t.Errorf("two requests have the ID %q", one)
	}
}
