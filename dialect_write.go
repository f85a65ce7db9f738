package function

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// write is how a write is to be done, and how it is to be answered.
type write struct {
	table.WriteOptions
	prefer web.Preferences
	form   form
	stored table.Query // which columns of the rows as stored are answered
}

// parseWrite reads what all writes have in common.
func parseWrite(r *http.Request, known map[string][]string) (w write, err error) {
	if w.prefer, err = web.ParsePrefer(r.Header, known); err != nil {
		return w, err
	}
	if w.form, err = parseForm(r); err != nil {
		return w, err
	}
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) > 0 {
		w.Key = keys[0]
	}
	if len(keys) > 1 || len(keys) == 1 && !web.Printable(w.Key, table.MaxKey) {
		return w, web.BadRequest("Idempotency-Key: want one, of 1 to %d printable ASCII characters", table.MaxKey)
	}
	w.Rollback = w.prefer["tx"] == "rollback"
	w.Return = w.prefer["return"] == "representation"
	p := r.URL.Query()
	if w.Columns, err = names(p, "columns"); err != nil {
		return w, err
	}
	if w.Select, err = table.ParseSelect(p.Get("select")); err != nil {
		return w, err
	}
	w.stored.Select = w.Select
	w.stored.CSV = w.form.csv
	w.IfMatch = web.IfMatch(r.Header)
	w.Header, err = web.Int(p, "header", 1, table.MaxHeader)
	return w, err
}

// names returns the names of a parameter; nil if it is not given.
func names(p url.Values, parameter string) ([]string, error) {
	if !p.Has(parameter) {
		return nil, nil
	}
	return table.ParseNames(parameter, p.Get(parameter))
}

// checkInsert returns an error if the rows that are inserted cannot be answered with.
func (w write) checkInsert(rows int) error {
	if !w.Return {
		return nil
	}
	return w.form.check(rows)
}

// parseInsert reads how rows are to be inserted.
func parseInsert(r *http.Request) (w write, err error) {
	if w, err = parseWrite(r, insertPreferences); err != nil {
		return w, err
	}
	if w.OnConflict, err = names(r.URL.Query(), "on_conflict"); err != nil {
		return w, err
	}
	resolution := w.prefer["resolution"]
	switch {
	case len(w.OnConflict) > 0 && resolution == "":
		return w, &table.Error{
			Code: table.BadRequest, Detail: "on_conflict needs a resolution: whether rows that have the key already are changed or left alone",
			Hint: "add the header Prefer: resolution=merge-duplicates, or Prefer: resolution=ignore-duplicates",
		}
	case len(w.OnConflict) == 0 && resolution != "":
		return w, &table.Error{
			Code: table.BadRequest, Detail: "resolution=" + resolution + ": a sheet has no primary key, so no column says which rows are the same",
			Hint: "add on_conflict=column",
		}
	}
	if len(w.OnConflict) == 0 {
		if len(w.IfMatch) > 0 && !slices.Contains(w.IfMatch, "*") {
			return w, errAppendIfMatch
		}
		w.IfMatch = nil
	}
	w.IgnoreDuplicates = resolution == "ignore-duplicates"
	return w, nil
}

var errAppendIfMatch = &web.Error{
	Code: web.CodePrecondition, Status: http.StatusPreconditionFailed,
	Detail: "rows are not appended on the condition If-Match, so nothing was stored", Hint: "leave out If-Match",
}

// parseChange reads which rows are to be changed, and how.
func parseChange(r *http.Request) (w write, err error) {
	if w, err = parseWrite(r, changePreferences); err != nil {
		return w, err
	}
	if _, given := w.prefer["max-affected"]; given {
		if w.MaxAffected = w.prefer.Number("max-affected"); w.MaxAffected < 1 || w.MaxAffected > table.MaxRows {
			return w, web.BadRequest("Prefer: max-affected=%d: want 1 to %d", w.MaxAffected, table.MaxRows)
		}
	}
	if w.form.object && w.Return {
		w.MaxAffected = 1
	}
	p := r.URL.Query()
	for _, name := range []string{"limit", "offset", "order"} {
		if p.Has(name) {
			return w, &table.Error{
				Code: table.BadRequest, Detail: name + ": only conditions select the rows to change",
				Hint: "leave out " + name + "; the header Prefer: max-affected=N bounds how many rows are changed",
			}
		}
	}
	others := []string{"input", "on_conflict", "values"}
	if r.Method == http.MethodDelete {
		others = append(others, "columns")
	}
	for _, name := range others {
		if p.Has(name) {
			return w, &table.Error{
				Code: table.BadRequest, Detail: name + " is not a parameter of " + r.Method,
				Hint: "leave out " + name + "; a column with this name stands in double quotes, as in \"" + name + "\"=eq.1",
			}
		}
	}
	w.Filter, err = table.ParseFilter(p)
	return w, err
}

// changeError is the error of an update or a delete. That of more rows than the one that
// is to be answered with is what PostgREST's clients expect.
func (w write) changeError(err error) error {
	failed, ok := errors.AsType[*table.Error](err)
	if ok && failed.Code == table.MaxAffected && w.form.object && w.Return {
		return notSingular("more than 1")
	}
	return err
}

// parseInput reports whether rows are to be stored as if a person had typed them.
func parseInput(r *http.Request, w write) (userEntered bool, err error) {
	switch input := r.URL.Query().Get("input"); input {
	case "", "raw":
		return false, nil
	case "user_entered":
		switch {
		case w.Key != "":
			return false, web.BadRequest("input=user_entered is not safe to repeat, so it takes no Idempotency-Key: leave out one of them")
		case len(w.OnConflict) > 0 || len(w.Columns) > 0 || w.Rollback || w.Return:
			return false, web.BadRequest("input=user_entered only appends: it takes no columns, on_conflict, tx=rollback or return=representation")
		}
		return true, nil
	default:
		return false, web.BadRequest("input=%.100s: want raw or user_entered", input)
	}
}

// respond answers a write that affected count rows: with the rows as they are stored,
// with nothing, or with counts.
func (w write) respond(rw http.ResponseWriter, status, count int, counts any, change table.ChangeResult) error {
	header := rw.Header()
	if change.Replayed {
		header.Set("Idempotency-Replayed", "true")
	}
	if w.prefer["count"] != "" {
		header.Set("Content-Range", "*/"+strconv.Itoa(count))
	}
	applied := []string{"count", "handling", "max-affected", "missing", "resolution", "tx"}
	switch w.prefer["return"] {
	case "minimal", "headers-only":
		w.prefer.SetApplied(header, append(applied, "return")...)
		if status == http.StatusOK {
			status = http.StatusNoContent
		}
		rw.WriteHeader(status)
		return nil
	case "representation":
		if rows, ok := w.representation(count, change.Stored); ok {
			w.prefer.SetApplied(header, append(applied, "return")...)
			return w.writeStored(rw, status, rows)
		}
	}
	w.prefer.SetApplied(header, applied...)
	return web.WriteJSON(rw, status, counts)
}

// representation returns the rows to answer with. It reports false where there are none
// to be had, as in the repetition of an earlier request: what is stored is no error.
func (w write) representation(count int, stored *table.RowSet) (rows table.Rows, ok bool) {
	if stored == nil {
		return table.Rows{}, count == 0
	}
	rows, err := stored.Rows(w.stored)
	return rows, err == nil
}

func (w write) writeStored(rw http.ResponseWriter, status int, rows table.Rows) error {
	if err := w.form.check(rows.Count); err != nil {
		return err
	}
	if rows.Set() == nil && !w.form.csv {
		return web.WriteJSON(rw, status, []any{})
	}
	return w.form.writeRows(rw, status, rows)
}
