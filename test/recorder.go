package test

import (
	"bytes"
	"io"
	"net/http"
)

// exchange is a request and its answer.
type exchange struct {
	request  *http.Request
	sent     excerpt // the request's body
	status   int
	header   http.Header
	received excerpt // the answer's body
}

// excerpt keeps what is written to it, unless that is long: the ten-thousandth
// row is like the first, and a file that is streamed must not end in memory.
type excerpt struct {
	bytes.Buffer
	long bool
}

func (e *excerpt) Write(b []byte) (int, error) {
	const limit = 16 << 10
	if e.long = e.long || e.Len()+len(b) > limit; e.long {
		return len(b), nil
	}
	return e.Buffer.Write(b)
}

// record runs the handler and returns what went in and came out.
func record(h http.Handler, w http.ResponseWriter, r *http.Request) *exchange {
	e := &exchange{request: r.Clone(r.Context())}
	if r.Body != nil {
		r = r.WithContext(r.Context()) // the body is replaced in a copy
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, &e.sent), r.Body}
	}
	h.ServeHTTP(&recordingWriter{w, e}, r)
	if e.status == 0 { // net/http answers 200 then
		e.status, e.header = http.StatusOK, w.Header().Clone()
	}
	return e
}

// recordingWriter copies the answer into the exchange.
type recordingWriter struct {
	http.ResponseWriter
	e *exchange
}

func (w *recordingWriter) WriteHeader(status int) {
	if w.e.status == 0 {
		w.e.status, w.e.header = status, w.Header().Clone()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recordingWriter) Write(b []byte) (int, error) {
	if w.e.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	_, _ = w.e.received.Write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recordingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
