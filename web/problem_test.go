package web

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"
	"time"
)

// TestProblemReplacesAResponse checks that nothing of a response that was about to
// begin is left beside the problem.
func TestProblemReplacesAResponse(t *testing.T) {
	w := httptest.NewRecorder()
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Age", "Link", "Preference-Applied", "Cache-Control", "Content-Type"} {
		w.Header().Set(name, "of the response")
	}
	AsError(errors.New("cause")).write(w)
	p := problemOf(t, w)
	if p.Code != CodeInternal || p.Status != 500 {
		t.Errorf("problem = %+v, want 500 internal", p)
	}
	for name, values := range w.Header() {
		if values[0] == "of the response" {
			t.Errorf("header %s is left", name)
		}
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q, want no-store", got)
	}
}

// TestProblemForPostgREST checks the members that clients of PostgREST read.
func TestProblemForPostgREST(t *testing.T) {
	w := httptest.NewRecorder()
	(&Error{Code: "x", Detail: "what", Details: "more", Hint: "do"}).write(w)
	var got struct{ Code, Message, Details, Hint string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Code != "x" || got.Message != "what" || got.Details != "more" || got.Hint != "do" {
		t.Errorf("problem = %+v, want code x, message what, details more, hint do", got)
	}
}

func TestError(t *testing.T) {
	cause := errors.New("cause")
	e := &Error{Code: "x", Detail: "detail", Err: cause}
	if e.Error() != "detail: cause" || !errors.Is(e, cause) || (&Error{Detail: "detail"}).Error() != "detail" {
		t.Errorf("Error() = %q", e.Error())
	}
	for wait, want := range map[time.Duration]string{0: "", time.Second: "1", 1200 * time.Millisecond: "2", time.Minute: "60", 1 << 62: "86400"} {
		w := httptest.NewRecorder()
		(&Error{RetryAfter: wait}).write(w)
		if got := w.Header().Get("Retry-After"); got != want || w.Code != 500 {
			t.Errorf("write() with RetryAfter %v = %d, Retry-After %q, want 500, %q", wait, w.Code, got, want)
		}
	}
	if wrapped := AsError(errors.Join(cause, e)); wrapped != e {
		t.Errorf("AsError() = %+v, want the *Error in the tree", wrapped)
	}
}
