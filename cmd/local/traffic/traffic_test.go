package traffic

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestCauses(t *testing.T) {
	tests := []struct {
		numbers []int64
		want    string
	}{
		{nil, ""},
		{[]int64{7}, "7"},
		{[]int64{3, 7, 8, 9}, "3,7-9"},
		{[]int64{1, 2, 4, 6, 7}, "1-2,4,6-7"},
	}
	for _, tt := range tests {
		text := FormatCauses(tt.numbers)
		if text != tt.want {
			t.Errorf("FormatCauses(%v) = %q, want %q", tt.numbers, text, tt.want)
		}
		var back []int64
		for _, r := range ParseCauses(text) {
			for n := r[0]; n <= r[1]; n++ {
				back = append(back, n)
			}
		}
		if !slices.Equal(back, tt.numbers) {
			t.Errorf("ParseCauses(%q) = %v, want %v", text, back, tt.numbers)
		}
	}
	var odd []int64
	for n := int64(1); n < 10_000; n += 2 {
		odd = append(odd, n)
	}
	if text := FormatCauses(odd); len(text) > 2000 || len(ParseCauses(text)) < 300 {
		t.Errorf("FormatCauses of 5,000 numbers has %d bytes and %d of them, want 2,000 bytes at most", len(text), len(ParseCauses(text)))
	}
	if got := ParseCauses("x,-,3-1,-5,0"); got != nil {
		t.Errorf("ParseCauses of what is not a list = %v, want none", got)
	}
}

// TestLog checks what is recorded of a request, and that the log does not grow.
func TestLog(t *testing.T) {
	log := NewLog()
	h := log.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if pending, _ := log.Since(0); pending[len(pending)-1].Done {
			t.Errorf("a request is done before its response")
		}
		switch r.URL.Path {
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/problem":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = fmt.Fprint(w, `{"code":"scope-insufficient","hint":"set SCOPES","more":1}`)
	}))
	serve := func(method, target, body string) {
		defer func() { _ = recover() }()
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set("Prefer", "return=minimal")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	serve("POST", "/problem?a=b", "sent")
	serve("GET", "/fine", "")
	serve("GET", "/abort", "")
	list, last := log.Since(0)
	if len(list) != 3 {
		t.Fatalf("%d requests, want 3", len(list))
	}
	first := list[0]
	if first.Problem != (Problem{Code: "scope-insufficient", Hint: "set SCOPES"}) || first.Status != 502 || first.Query != "a=b" ||
		first.Header.Get("Authorization") != "" || first.Header.Get("Prefer") == "" {
		t.Errorf("request = %+v, want its problem, and no credentials", first)
	}
	if list[1].Problem.Code != "" || list[1].Status != 200 || list[2].Status != 0 || !list[2].Done {
		t.Errorf("requests = %+v, want 200 without a problem, and one without a response", list[1:])
	}
	if request, response := log.Bodies(1); string(request) != "sent" || !bytes.Contains(response, []byte("hint")) {
		t.Errorf("Bodies(1) = %q, %q", request, response)
	}
	if more, _ := log.Since(last); len(more) > 0 {
		t.Errorf("Since(%d) = %+v, want nothing new", last, more)
	}
	large := strings.Repeat("x", 2*maxBody)
	for range maxRequests + 10 {
		serve("POST", "/", large)
	}
	list, _ = log.Since(0)
	if request, _ := log.Bodies(list[0].Number); len(list) != maxRequests || request != nil || log.bodies > maxBodies {
		t.Errorf("%d requests with %d bytes of bodies, want %d at most, with %d", len(list), log.bodies, maxRequests, maxBodies)
	}
}
