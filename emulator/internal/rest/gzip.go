package rest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// Compress packs an answer for clients that ask for it as Google documents:
// gzip in Accept-Encoding and in User-Agent
// (developers.google.com/workspace/sheets/api/guides/performance). Others get
// plain text, which costs nobody time.
func (a *Response) Compress(r *http.Request) {
	asked := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && strings.Contains(r.UserAgent(), "gzip")
	if !asked || len(a.Body) == 0 {
		return
	}
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		return
	}
	w.Write(a.Body)
	w.Close()
	a.Body = buf.Bytes()
	a.Header.Set("Content-Encoding", "gzip")
	a.Header.Add("Vary", "Accept-Encoding")
}
