package test

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// client returns a client that reaches the function by HTTP over pipes.
func (w *world) client(t testing.TB) *http.Client {
	transport := emulator.Transport(w).(*http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// fetch sends a request and reads the answer to its end.
func fetch(t testing.TB, client *http.Client, r *http.Request) (*http.Response, []byte) {
	t.Helper()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// checkHead checks, over a connection, that HEAD answers as GET does, without a
// body.
func checkHead(t *testing.T, w *world, targets ...string) {
	t.Helper()
	client := w.client(t)
	ask := func(method, target string) (*http.Response, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://function"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Request-Id", "same")
		answer, body := fetch(t, client, r)
		answer.Header.Del("Date")
		return answer, string(body)
	}
	for _, target := range targets {
		get, body := ask("GET", target)
		head, headBody := ask("HEAD", target)
		if head.StatusCode != get.StatusCode || body == "" || headBody != "" || head.Header.Get("Content-Length") == "" {
			t.Errorf("HEAD %s = %d %q, GET %d; header %v", target, head.StatusCode, headBody, get.StatusCode, head.Header)
		}
		if diff := cmp.Diff(get.Header, head.Header); diff != "" {
			t.Errorf("HEAD %s (-GET +HEAD):\n%s", target, diff)
		}
	}
}

// testOneToken sends many first requests at once and checks that one access token
// is fetched for all.
func testOneToken(t *testing.T, targets ...string) {
	t.Helper()
	w := newWorld(t, nil)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			for _, target := range targets {
				if got := w.do("GET", target, ""); got.Code != 200 {
					t.Errorf("GET %s = %d %s", target, got.Code, got.Body)
				}
			}
		})
	}
	wg.Wait()
	if n := w.countCalls("metadata.token"); n != 1 {
		t.Errorf("%d tokens fetched, want 1", n)
	}
}
