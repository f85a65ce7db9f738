package function

import (
	"net/http"
	"strconv"
	"strings"

	"example.com/sheets-function/service"
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

// writeRows answers with the rows, or with 304 where the caller has them. There
// is no Vary: the answer depends on nothing but the URL, and whoever may not
// call gets none.
func writeRows(w http.ResponseWriter, r *http.Request, rows service.Rows) error {
	header := w.Header()
	header.Set("ETag", rows.ETag)
	// Whoever has the rows asks again each time, which mostly costs a 304 from
	// memory. With a max-age a caller would not see what it has just stored:
	// only the function knows when its copy has to go.
	header.Set("Cache-Control", "private, no-cache")
	if rows.Kept {
		header.Set("Age", strconv.Itoa(int(rows.Age.Seconds())))
	}
	if matches(strings.Join(r.Header.Values("If-None-Match"), ","), rows.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(rows.Size()))
	return rows.WriteJSON(w)
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
