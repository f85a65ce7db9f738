package function

import (
	"fmt"
	"net/http"
	"strconv"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// readRequest is a query for rows, and the format and count that its answer is to have.
type readRequest struct {
	table.Query
	prefer web.Preferences
	format rowFormat
}

func parseRead(r *http.Request) (q readRequest, err error) {
	if q.prefer, err = web.ParsePrefer(r.Header, readPreferences); err != nil {
		return q, err
	}
	if q.format, err = parseFormat(r); err != nil {
		return q, err
	}
	p := r.URL.Query()
	if q.Query, err = table.ParseQuery(p); err != nil {
		return q, err
	}
	if p.Has("format") { // wins over Accept
		q.format = rowFormat{csv: q.CSV}
	}
	q.CSV, q.NoCache = q.format.csv, web.NoCache(r.Header)
	if offset, limit, ok := web.Range(r.Header); ok {
		if p.Has("limit") || p.Has("offset") {
			return q, &table.Error{
				Code: table.BadRequest, Detail: fmt.Sprintf("Range: %.100s: want either Range or limit and offset", r.Header.Get("Range")),
				Hint: fmt.Sprintf("leave out the header Range, or send offset=%d&limit=%d alone", offset, limit),
			}
		}
		q.Offset, q.Limit = offset, limit
	}
	return q, nil
}

// setHeader sets the header of the answer with these rows, and returns its status.
func (q readRequest) setHeader(header http.Header, r *http.Request, rows table.Rows) (status int, err error) {
	if err := q.format.check(rows.Count); err != nil {
		return 0, err
	}
	total := web.UnknownTotal
	if q.prefer["count"] != "" {
		total = rows.Total
	}
	if status, err = web.SetContentRange(header, q.Offset, rows.Count, total); err != nil {
		return 0, err
	}
	q.prefer.SetApplied(header, "count", "handling")
	header.Set("ETag", rows.ETag)
	header.Add("Vary", "Accept, Prefer, Range")
	// A client that has the rows revalidates each time, mostly for a 304 from
	// memory. With a max-age it would not see what it has just stored: only the
	// function knows when a cached row is out of date.
	header.Set("Cache-Control", "private, no-cache")
	if rows.FromCache {
		header.Set("Age", strconv.Itoa(int(rows.Age.Seconds())))
	}
	if rows.Next > 0 {
		next := r.URL.Query()
		next.Set("offset", strconv.Itoa(rows.Next))
		next.Set("limit", strconv.Itoa(q.Limit))
		header.Set("Link", "<"+r.URL.EscapedPath()+"?"+next.Encode()+`>; rel="next"`)
	}
	return status, nil
}
