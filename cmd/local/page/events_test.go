package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestStreams checks that the streams of events are limited in number, that one that ends
// makes room for another, and that the rest of the API is not affected.
func TestStreams(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	open := func(ctx context.Context) (int, string) {
		r, _ := http.NewRequestWithContext(ctx, "GET", server.URL+Prefix+"api/events", nil)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode == http.StatusOK {
			return http.StatusOK, ""
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	first, closeFirst := context.WithCancel(ctx)
	for i := range maxStreams {
		if status, body := open(map[bool]context.Context{true: first, false: ctx}[i == 0]); status != http.StatusOK {
			t.Fatalf("stream %d: %d %s", i+1, status, body)
		}
	}
	if status, body := open(ctx); status != http.StatusServiceUnavailable || !strings.Contains(body, "close one") {
		t.Errorf("stream %d: %d %q, want 503 with what to do", maxStreams+1, status, body)
	}
	if answer := w.serve("GET", Prefix+"api/markers", ""); answer.Code != http.StatusOK {
		t.Errorf("another request: %d %s", answer.Code, answer.Body)
	}
	closeFirst()
	for status := 0; status != http.StatusOK; { // until the server has noticed
		status, _ = open(ctx)
	}
}

// stalledReader is a connection whose reader takes nothing: a write ends at its deadline.
type stalledReader struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (s *stalledReader) SetWriteDeadline(t time.Time) error {
	s.deadline = t
	return nil
}

func (s *stalledReader) Write([]byte) (int, error) {
	if s.deadline.IsZero() {
		return 0, errors.New("the write has no deadline")
	}
	time.Sleep(time.Until(s.deadline))
	return 0, os.ErrDeadlineExceeded
}

// TestStalledReader checks that a reader that takes nothing blocks no other, and that its
// stream ends in time.
func TestStalledReader(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		w.T = t
		began := time.Now()
		ended := make(chan struct{})
		stalled := &stalledReader{ResponseRecorder: httptest.NewRecorder()}
		go func() {
			w.handler.ServeHTTP(stalled, httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1"+Prefix+"api/events", nil))
			if took := time.Since(began); took != writeTimeout {
				t.Errorf("the stream ends after %s, want %s", took, writeTimeout)
			}
			close(ended)
		}()
		synctest.Wait()
		if answer := w.serve("POST", Prefix+"api/edit", `{"sheet":"Orders","cell":"B2","text":"pear"}`); answer.Code != http.StatusNoContent {
			t.Errorf("an edit beside it: %d %s", answer.Code, answer.Body)
		}
		<-ended
	})
}
