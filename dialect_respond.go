package function

import (
	"errors"
	"net/http"
	"strconv"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// checkInsert returns an error if the answer is to hold the inserted rows, and its
// format cannot hold as many.
func (w writeRequest) checkInsert(rows int) error {
	if !w.Return {
		return nil
	}
	return w.format.check(rows)
}

// changeError returns what to answer to an error of an update or a delete. Where one row
// was to be changed and returned, and more match, PostgREST's clients expect a code of its.
func (w writeRequest) changeError(err error) error {
	failed, ok := errors.AsType[*table.Error](err)
	if ok && failed.Code == table.MaxAffected && w.format.object && w.Return {
		return notSingular("more than 1")
	}
	return err
}

// respond answers a write that affected count rows: with the rows as they are stored,
// with nothing, or with counts.
func (w writeRequest) respond(rw http.ResponseWriter, status, count int, counts any, change table.ChangeResult) error {
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

// representation returns the stored rows to answer with. It reports false where they are
// not available, as after a repeated request; that is not an error, because the write is
// stored.
func (w writeRequest) representation(count int, stored *table.RowSet) (rows table.Rows, ok bool) {
	if stored == nil {
		return table.Rows{}, count == 0
	}
	rows, err := stored.Rows(w.stored)
	return rows, err == nil
}

func (w writeRequest) writeStored(rw http.ResponseWriter, status int, rows table.Rows) error {
	if err := w.format.check(rows.Count); err != nil {
		return err
	}
	if rows.Set() == nil && !w.format.csv {
		return web.WriteJSON(rw, status, []any{})
	}
	return w.format.writeRows(rw, status, rows)
}
