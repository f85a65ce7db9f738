package function

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// The routes of rows accept PostgREST's dialect, so that its clients work unchanged. The
// files dialect*.go parse the headers Prefer, Accept and Range, and the parameters of
// writes; package table parses the filters.
// https://docs.postgrest.org/en/stable/references/api/tables_views.html

// The preferences that each kind of request accepts, with their values.
var (
	handling        = []string{"strict", "lenient"}
	readPreferences = map[string][]string{
		"count":    {"exact"},
		"handling": handling,
	}
	changePreferences = map[string][]string{
		"count":        {"exact"},
		"handling":     handling,
		"max-affected": {web.AnyNumber},
		"return":       {"representation", "minimal", "headers-only"},
		"tx":           {"commit", "rollback"},
	}
	insertPreferences = map[string][]string{
		"count":      {"exact"},
		"handling":   handling,
		"missing":    {"default"}, // a column that a row does not have is not written
		"resolution": {"merge-duplicates", "ignore-duplicates"},
		"return":     {"representation", "minimal", "headers-only"},
		"tx":         {"commit", "rollback"},
	}
)

// logic are the parameters that hold groups of conditions.
var logic = []string{"and", "or", "not.and", "not.or"}

// objectMedia is the media type of one row, not in a list.
const objectMedia = "application/vnd.pgrst.object+json"

// unsupportedMedia are parts of media types that PostgREST has and this API lacks.
var unsupportedMedia = []string{"vnd.pgrst.plan", "nulls=stripped", "geo+json"}

// rowFormat is the format of the rows in an answer: JSON, unless one of its fields is set.
type rowFormat struct {
	csv    bool
	object bool // exactly one row, not in a list
}

func parseFormat(r *http.Request) (f rowFormat, err error) {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	for _, part := range unsupportedMedia {
		if strings.Contains(accept, part) {
			return f, &web.Error{
				Code: string(codeNotAcceptable), Status: Statuses[codeNotAcceptable],
				Detail: fmt.Sprintf("Accept: %.100s: %s is not supported", accept, part),
				Hint:   "accept application/json, text/csv or " + objectMedia,
			}
		}
	}
	f.object = web.Prefers(r.Header, objectMedia, "application/json")
	f.csv = web.Prefers(r.Header, "text/csv", "application/json")
	return f, nil
}

// contentType returns the media type of the format.
func (f rowFormat) contentType() string {
	switch {
	case f.object:
		return objectMedia
	case f.csv:
		return "text/csv; charset=utf-8; header=present"
	}
	return "application/json"
}

// check returns an error if an answer in the format cannot hold as many rows.
func (f rowFormat) check(rows int) error {
	if !f.object || rows == 1 {
		return nil
	}
	return notSingular(strconv.Itoa(rows))
}

func notSingular(rows string) error {
	return &web.Error{
		Code: string(codeNotSingular), Status: Statuses[codeNotSingular],
		Detail:  "there is not exactly one row, as Accept: " + objectMedia + " asks for",
		Hint:    "for any number of rows send Accept: application/json; for one, conditions that it alone meets",
		Details: "The result contains " + rows + " rows", // older clients of PostgREST compare this text
	}
}

// writeRows answers with rows.
func (f rowFormat) writeRows(w http.ResponseWriter, status int, rows table.Rows) error {
	header := w.Header()
	header.Set("Content-Type", f.contentType())
	if f.object {
		var list bytes.Buffer // of one row
		_, _ = rows.WriteTo(&list)
		object := bytes.Trim(list.Bytes(), "[]\n")
		header.Set("Content-Length", strconv.Itoa(len(object)))
		w.WriteHeader(status)
		_, err := w.Write(object)
		return err
	}
	header.Set("Content-Length", strconv.Itoa(rows.Size()))
	w.WriteHeader(status)
	_, err := rows.WriteTo(w)
	return err
}
