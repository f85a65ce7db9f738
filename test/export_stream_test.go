package test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// longBody is a body of many bytes that are not in memory.
type longBody struct {
	size    int64
	err     error // at the end; nil is EOF
	given   int64
	observe func(given int64) // may be nil
}

func (b *longBody) Read(p []byte) (int, error) {
	left := b.size - b.given
	if left == 0 {
		if b.err != nil {
			return 0, b.err
		}
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), left))
	for i := range p[:n] {
		p[i] = byte((b.given + int64(i)) % 251)
	}
	if b.given += int64(n); b.observe != nil {
		b.observe(b.given)
	}
	return n, nil
}

// countingWriter is a ResponseWriter that only counts.
type countingWriter struct {
	header http.Header
	status int
	size   int64
}

func (w *countingWriter) Header() http.Header    { return w.header }
func (w *countingWriter) WriteHeader(status int) { w.status = status }
func (w *countingWriter) Write(b []byte) (int, error) {
	w.size += int64(len(b))
	return len(b), nil
}

// TestExportStreams checks that of a file of 50 MB no more is in memory than the
// bytes that are read from Drive and not yet written to the caller.
func TestExportStreams(t *testing.T) {
	const size, limit = 50 << 20, 64 << 10
	caller := &countingWriter{header: http.Header{}}
	var most int64
	file := &longBody{size: size, observe: func(given int64) { most = max(most, given-caller.size) }}
	w := newWorld(t, nil).withExport(t, func() (int, io.Reader) { return 200, file })
	w.ServeHTTP(caller, httptest.NewRequest("GET", "/export", nil))
	if caller.status != 200 || caller.size != size {
		t.Errorf("GET /export = %d with %d bytes, want %d", caller.status, caller.size, size)
	}
	if most > limit {
		t.Errorf("%d bytes were in memory, want at most %d", most, limit)
	}
}

// TestExportIsCut checks, over a connection, that a part of a file is not taken
// for the whole. TestExportIsCutOnPlatform does under the platform's main, which
// recovers from panics.
func TestExportIsCut(t *testing.T) {
	const size = 1 << 20
	ended := make(chan struct{})
	w := newWorld(t, nil).withExport(t, func() (int, io.Reader) {
		return 200, &longBody{size: size, err: errors.New("connection reset")}
	})
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		defer close(ended)
		w.ServeHTTP(out, r)
	}))
	defer server.Close()
	w.log.Reset()
	n, err := download(server.URL + "/export")
	if err == nil || n > size {
		t.Errorf("GET /export = %d of %d bytes, %v, want an error", n, size, err)
	}
	<-ended
	line := w.lastLine()
	if strings.Count(w.log.String(), "\n") != 1 || line["severity"] != "ERROR" || line["code"] != "upstream" || !strings.Contains(line["error"].(string), "connection reset") {
		t.Errorf("log %s, want one ERROR line with the cause", w.log)
	}
}

func TestExportIsCutOnPlatform(t *testing.T) {
	google := emulator.New(emulator.Options{})
	env := serveGoogle(t, google, emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	p := start(t, buildMain(t, generatedMain), env...)
	p.get(t, "/health")
	google.Inject(emulator.Fault{Call: exportCall, Drop: emulator.DropMiddle, Times: 1})
	if n, err := download(p.url + "/export?format=csv"); err == nil {
		t.Errorf("GET /export = %d bytes of a cut file, want an error", n)
	}
	if n, err := download(p.url + "/export?format=csv"); err != nil {
		t.Errorf("GET /export then = %d bytes, %v, want the file", n, err)
	}
}

// download reads an answer to its end and returns its length. It takes a new
// connection, because net/http repeats a request whose used connection is lost.
func download(url string) (int64, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return io.Copy(io.Discard, resp.Body)
}

// TestExportToSlowReader checks that the connection of a caller which does not
// read its answer is closed when the request's time is over.
func TestExportToSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 50 << 20
		w := newWorld(t, nil).withExport(t, func() (int, io.Reader) { return 200, &longBody{size: size} })
		w.log.Reset()
		start, ended := time.Now(), make(chan time.Time, 1)
		network := emulator.Transport(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			w.ServeHTTP(out, r)
			ended <- time.Now()
		}))
		defer network.(*http.Transport).CloseIdleConnections()
		resp, err := (&http.Client{Transport: network}).Get("http://function/export")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if took := (<-ended).Sub(start); took != writeBudget {
			t.Errorf("GET /export ended after %v, want %v", took, writeBudget)
		}
		if line := w.lastLine(); line["severity"] != "INFO" || !strings.Contains(line["error"].(string), "timeout") {
			t.Errorf("log %s, want an INFO line with the timeout", w.log)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err == nil || n >= size {
			t.Errorf("the caller got %d bytes, %v, want an error", n, err)
		}
	})
}
