package service

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"google.golang.org/api/googleapi"

	"example.com/sheets-function/service/table"
)

// TestRetryAfter checks what a Retry-After of Google's becomes.
func TestRetryAfter(t *testing.T) {
	tests := []struct {
		given string
		want  time.Duration
	}{
		{"", quotaWindow}, {"7", 7 * time.Second}, {"-7", quotaWindow}, {"soon", quotaWindow},
		{"9223372036854775807", 24 * time.Hour}, {"9300000000", 24 * time.Hour}, // in nanoseconds beyond 63 bits
	}
	for _, tt := range tests {
		err := apiError("read", &googleapi.Error{Code: 429, Header: http.Header{"Retry-After": {tt.given}}})
		if e, ok := errors.AsType[*table.Error](err); !ok || e.RetryAfter != tt.want {
			t.Errorf("Retry-After %q: %+v, want %v", tt.given, err, tt.want)
		}
	}
}

// endless is an error response that does not end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	if e.read > 1<<20 {
		return 0, io.ErrUnexpectedEOF
	}
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

func (e *endless) Close() error { return nil }

func (e *endless) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 500, Body: e, Request: r}, nil
}

func TestErrorResponsesAreCut(t *testing.T) {
	body := &endless{}
	s, err := New(t.Context(), Config{Client: &http.Client{Transport: body}, SpreadsheetID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ListRows(t.Context(), "Orders", table.Query{}); err == nil || body.read > 2*maxErrorBody {
		t.Errorf("ListRows() = %v after %d bytes of an error response, want an error after %d", err, body.read, maxErrorBody)
	}
}
