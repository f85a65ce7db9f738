package test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestListETag(t *testing.T) {
	w := newWorld(t, withCacheTTL(time.Hour))
	first := w.do("GET", "/sheets/Orders", "")
	tag := first.Header().Get("ETag")
	tests := []struct {
		name, method, target, given string
		status                      int
	}{
		{"the same", "GET", "/sheets/Orders", tag, 304},
		{"HEAD", "HEAD", "/sheets/Orders", tag, 304},
		{"made weak by a proxy", "GET", "/sheets/Orders", "W/" + tag, 304},
		{"one of several", "GET", "/sheets/Orders", `"x", ` + tag, 304},
		{"any", "GET", "/sheets/Orders", "*", 304},
		{"another", "GET", "/sheets/Orders", `"x"`, 200},
		{"without quotes", "GET", "/sheets/Orders", strings.Trim(tag, `"`), 200},
		{"of another page", "GET", "/sheets/Orders?limit=1", tag, 200},
		{"of another form", "GET", "/sheets/Orders?values=text", tag, 200},
		{"an error has none", "GET", "/sheets/None", "*", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do(tt.method, tt.target, "", "If-None-Match", tt.given)
			if got.Code != tt.status || got.Code == 304 && (got.Body.Len() > 0 || got.Header().Get("ETag") != tag || got.Header().Get("Cache-Control") == "" || got.Header().Get("Content-Type") != "") {
				t.Errorf("%s %s with If-None-Match %s = %d %v %s, want %d", tt.method, tt.target, tt.given, got.Code, got.Header(), got.Body, tt.status)
			}
		})
	}
	head := w.do("HEAD", "/sheets/Orders", "").Header()
	if head.Get("ETag") != tag || head.Get("Content-Length") != strconv.Itoa(first.Body.Len()) {
		t.Errorf("HEAD = %v, want %s and the length of GET, %d", head, tag, first.Body.Len())
	}
}

func TestListETagAfterAnEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCacheTTL(time.Second))
		tag := w.do("GET", "/sheets/Orders", "").Header().Get("ETag")
		w.setCell(t, w.person(t), "Orders!B2", "pear")
		time.Sleep(time.Second)
		if got := w.do("GET", "/sheets/Orders", "", "If-None-Match", tag); got.Code != 200 || got.Header().Get("ETag") == tag {
			t.Errorf("GET = %d, ETag %s, want 200 and another than %s", got.Code, got.Header().Get("ETag"), tag)
		}
	})
}
