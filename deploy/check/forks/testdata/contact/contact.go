package function

import (
	"net/http"
	"time"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// contact appends what a form sends, as JSON or as browsers do, and the time, to the sheet
// "Contact", whose header is time, email, message.
func (h *Handler) contact(w http.ResponseWriter, r *http.Request) error {
	records, err := h.readRecords(w, r, "application/json", web.FormType)
	if err != nil {
		return err
	}
	for i := range records {
		records[i].Fields = append(records[i].Fields, table.Field{Column: "time", Value: time.Now()})
	}
	appended, err := h.rows.AppendRows(r.Context(), "Contact", table.WriteOptions{}, records)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, appended)
}
