package function

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"example.com/sheets-function/service/table"
)

// asksAnew reports whether the caller wants what Google has now,
// https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1.4.
func asksAnew(header http.Header) bool {
	for directive := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(directive), "no-cache") {
			return true
		}
	}
	return false
}

// writeRows answers with the rows, or with 304 where the caller has them.
func writeRows(w http.ResponseWriter, r *http.Request, q table.Query, rows table.Rows) error {
	header := w.Header()
	header.Set("ETag", rows.ETag)
	header.Add("Vary", "Accept")
	// Whoever has the rows asks again each time, which mostly costs a 304 from
	// memory. With a max-age a caller would not see what it has just stored:
	// only the function knows when its copy has to go.
	header.Set("Cache-Control", "private, no-cache")
	if rows.Kept {
		header.Set("Age", strconv.Itoa(int(rows.Age.Seconds())))
	}
	header.Set("X-Total-Count", strconv.Itoa(rows.Total))
	if rows.Next > 0 {
		next := r.URL.Query()
		next.Set("offset", strconv.Itoa(rows.Next))
		header.Set("Link", "<"+r.URL.EscapedPath()+"?"+next.Encode()+`>; rel="next"`)
	}
	if matches(strings.Join(r.Header.Values("If-None-Match"), ","), rows.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Type", "application/json")
	if q.CSV {
		header.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	}
	header.Set("Content-Length", strconv.Itoa(rows.Size()))
	_, err := rows.WriteTo(w)
	return err
}

// writeStored answers a write that is stored.
func writeStored(w http.ResponseWriter, status int, replayed bool, stored any) error {
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	return writeJSON(w, status, stored)
}

// matches compares as RFC 9110 says for If-None-Match: the tags of a weak and a
// strong validator are the same. No tag of ours holds a comma.
func matches(tags, etag string) bool {
	for tag := range strings.SplitSeq(tags, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	var body bytes.Buffer
	if err := encodeJSON(&body, v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, err := body.WriteTo(w)
	return err
}

// encodeJSON writes JSON for people's eyes. Answers are not HTML.
func encodeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
