package rest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// Compress compresses a response with gzip for clients that want it, as Google
// documents: gzip in Accept-Encoding and in User-Agent
// (developers.google.com/workspace/sheets/api/guides/performance).
func (res *Response) Compress(r *http.Request) {
	asked := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && strings.Contains(r.UserAgent(), "gzip")
	if !asked || len(res.Body) == 0 {
		return
	}
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		return
	}
	w.Write(res.Body)
	w.Close()
	res.Body = buf.Bytes()
	res.Header.Set("Content-Encoding", "gzip")
	res.Header.Add("Vary", "Accept-Encoding")
}
