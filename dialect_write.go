package function

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// writeRequest is how a write is to be done, and what its answer is to hold.
type writeRequest struct {
	table.WriteOptions
	prefer web.Preferences
	format rowFormat
	stored table.Query // which columns of the stored rows the answer holds
}

// parseWrite reads what all writes have in common.
func parseWrite(r *http.Request, preferences map[string][]string) (w writeRequest, err error) {
	if w.prefer, err = web.ParsePrefer(r.Header, preferences); err != nil {
		return w, err
	}
	if w.format, err = parseFormat(r); err != nil {
		return w, err
	}
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) > 0 {
		w.Key = keys[0]
	}
	if len(keys) > 1 || len(keys) == 1 && !web.Printable(w.Key, table.MaxKey) {
		return w, &table.Error{
			Code: table.BadRequest, Detail: fmt.Sprintf("Idempotency-Key: want one, of 1 to %d printable ASCII characters", table.MaxKey),
			Hint: "send another text with each new write, and the same with its repeats, as in Idempotency-Key: order-4711",
		}
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
	w.stored.CSV = w.format.csv
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

// parseInsert reads how rows are to be inserted.
func parseInsert(r *http.Request) (w writeRequest, err error) {
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
			Hint: "add the columns that identify a row, as in on_conflict=id",
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
func parseChange(r *http.Request) (w writeRequest, err error) {
	if w, err = parseWrite(r, changePreferences); err != nil {
		return w, err
	}
	if _, given := w.prefer["max-affected"]; given {
		if w.MaxAffected = w.prefer.Number("max-affected"); w.MaxAffected < 1 || w.MaxAffected > table.MaxRows {
			return w, web.BadRequest("Prefer: max-affected=%d: want 1 to %d", w.MaxAffected, table.MaxRows)
		}
	}
	if w.format.object && w.Return {
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
				Hint: "leave out " + name + "; write a column with this name in double quotes, as in \"" + name + "\"=eq.1",
			}
		}
	}
	w.Filter, err = table.ParseFilter(p)
	return w, err
}

// parseInput reports whether rows are to be stored as if a person had typed them.
func parseInput(r *http.Request, w writeRequest) (userEntered bool, err error) {
	switch input := r.URL.Query().Get("input"); input {
	case "", "raw":
		return false, nil
	case "user_entered":
		switch {
		case w.Key != "":
			return false, web.BadRequest("input=user_entered is not safe to repeat, so it takes no Idempotency-Key: leave out one of them")
		case len(w.OnConflict) > 0 || len(w.Columns) > 0 || w.Rollback || w.Return:
			return false, &table.Error{
				Code: table.BadRequest, Detail: "input=user_entered only appends: it takes no columns, on_conflict, tx=rollback or return=representation",
				Hint: "leave out input=user_entered, or the others",
			}
		}
		return true, nil
	default:
		return false, web.BadRequest("input=%.100s: want raw or user_entered", input)
	}
}
