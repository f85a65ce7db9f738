package web

import (
	"net/http"
	"testing"
)

func TestConditions(t *testing.T) {
	a := newAPI(t, nil)
	tests := []struct {
		method, name, value string
		status              int
	}{
		{"PUT", "If-Match", `"x"`, 412},
		{"PUT", "If-Match", `W/"x", "y"`, 412},
		{"PUT", "If-Match", "*", 201},
		{"PUT", "If-None-Match", "*", 412},
		{"PUT", "If-None-Match", `"x"`, 412},
		{"PUT", "If-Unmodified-Since", "Mon, 02 Mar 2026 00:00:00 GMT", 412},
		{"PUT", "If-Modified-Since", "Mon, 02 Mar 2026 00:00:00 GMT", 201}, // is for GET only
		{"GET", "If-None-Match", `"x"`, 200},                               // the route evaluates it
	}
	for _, tt := range tests {
		if got := a.do(tt.method, "/things/x", tt.name, tt.value); got.Code != tt.status {
			t.Errorf("%s with %s: %s = %d %s, want %d", tt.method, tt.name, tt.value, got.Code, got.Body, tt.status)
		}
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		values []string
		want   bool
	}{
		{nil, true},
		{[]string{`"a"`}, true},
		{[]string{"*"}, true},
		{[]string{`"b"`, `"c", "a"`}, true},
		{[]string{`"b"`}, false},
		{[]string{`W/"a"`}, false}, // weak tags are not compared
		{[]string{""}, false},
	}
	for _, tt := range tests {
		if got := Match(http.Header{"If-Match": tt.values}, `"a"`); (got == nil) != tt.want {
			t.Errorf("Match(%q) = %v, want %v", tt.values, got, tt.want)
		}
	}
}
