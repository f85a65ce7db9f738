package function

import (
	"fmt"
	"net/http"

	"example.com/sheets-function/service/table"
)

// listRows answers with the rows of a sheet.
func (h *Handler) listRows(w http.ResponseWriter, r *http.Request) error {
	query, err := parseQuery(r)
	if err != nil {
		return err
	}
	rows, err := h.rows.ListRows(r.Context(), r.PathValue("title"), query)
	if err != nil {
		return err
	}
	return writeRows(w, r, query, rows)
}

// appendRows stores one row or many, and answers where.
func (h *Handler) appendRows(w http.ResponseWriter, r *http.Request) error {
	how, err := parseWrite(r)
	if err != nil {
		return err
	}
	entered, err := parseInput(r, how)
	if err != nil {
		return err
	}
	records, release, err := h.readRecords(w, r, rowsAsAny)
	if err != nil {
		return err
	}
	defer release()
	var appended table.Appended
	if entered {
		appended, err = h.rows.EnterRows(r.Context(), r.PathValue("title"), how.Header, records)
	} else {
		appended, err = h.rows.AppendRows(r.Context(), r.PathValue("title"), how, records)
	}
	if err != nil {
		return err
	}
	return writeStored(w, http.StatusCreated, appended.Replayed, appended)
}

// upsertRows replaces the rows whose key is there, and appends the others.
func (h *Handler) upsertRows(w http.ResponseWriter, r *http.Request) error {
	how, err := parseWrite(r)
	if err != nil {
		return err
	}
	column := r.URL.Query().Get("key")
	if column == "" {
		return &table.Error{Code: table.InvalidRows, Detail: "no column says which rows are the same", Remedy: "add key=column"}
	}
	records, release, err := h.readRecords(w, r, rowsAsAny)
	if err != nil {
		return err
	}
	defer release()
	upserted, err := h.rows.UpsertRows(r.Context(), r.PathValue("title"), how, column, records)
	if err != nil {
		return err
	}
	return writeStored(w, http.StatusOK, upserted.Replayed, upserted)
}

// updateRows sets columns of the rows that match.
func (h *Handler) updateRows(w http.ResponseWriter, r *http.Request) error {
	how, match, err := parseChange(r)
	if err != nil {
		return err
	}
	records, release, err := h.readRecords(w, r, rowsAsJSON)
	if err != nil {
		return err
	}
	defer release()
	if len(records) != 1 {
		return &table.Error{Code: table.InvalidRows, Detail: fmt.Sprintf("the body holds %d objects: send one, with the columns to set", len(records))}
	}
	updated, err := h.rows.UpdateRows(r.Context(), r.PathValue("title"), how, match, records[0])
	if err != nil {
		return err
	}
	return writeStored(w, http.StatusOK, updated.Replayed, updated)
}

// deleteRows deletes the rows that match.
func (h *Handler) deleteRows(w http.ResponseWriter, r *http.Request) error {
	how, match, err := parseChange(r)
	if err != nil {
		return err
	}
	deleted, err := h.rows.DeleteRows(r.Context(), r.PathValue("title"), how, match)
	if err != nil {
		return err
	}
	return writeStored(w, http.StatusOK, deleted.Replayed, deleted)
}
