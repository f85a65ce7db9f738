package rest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// Compress compresses a response with gzip for clients that accept it, as Google
// documents: gzip in Accept-Encoding and in User-Agent
// (developers.google.com/workspace/sheets/api/guides/performance).
func (res *Response) Compress(r *http.Request) {
	accepted := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && strings.Contains(r.UserAgent(), "gzip")
	switch {
	case !accepted || res.Stream == nil && len(res.Body) == 0:
		return
	case res.Stream != nil:
		plain := res.Stream
		res.Stream = func(w io.Writer) error { return compressed(w, plain) }
	default:
		var buf bytes.Buffer
		compressed(&buf, func(w io.Writer) error {
			_, err := w.Write(res.Body)
			return err
		})
		res.Body = buf.Bytes()
	}
	res.Header.Set("Content-Encoding", "gzip")
	res.Header.Add("Vary", "Accept-Encoding")
}

// compressed writes what write writes, compressed.
func compressed(to io.Writer, write func(io.Writer) error) error {
	w, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	return cmp.Or(write(w), w.Close())
}
