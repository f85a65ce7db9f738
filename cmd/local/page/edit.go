package page

import (
	"net/http"

	"example.com/sheets-function/emulator"
)

// editSheet changes a sheet as its owner does in Sheets.
func (p *page) editSheet(w http.ResponseWriter, r *http.Request) {
	var edit struct {
		Sheet string `json:"sheet"`
		Cell  string `json:"cell"` // A1 notation
		Text  string `json:"text"`
		Row   int    `json:"row"` // counted from 1, for Act
		Act   string `json:"act"` // "" = enter Text, "insert" or "delete" = the row
	}
	if !readJSON(w, r, &edit) {
		return
	}
	overview, err := p.Google.Overview(p.Spreadsheet)
	if err == nil {
		person := ownerOf(overview)
		switch edit.Act {
		case "":
			err = p.Google.Enter(r.Context(), person, p.Spreadsheet, edit.Sheet, edit.Cell, edit.Text)
		case "insert":
			err = p.Google.InsertRow(r.Context(), person, p.Spreadsheet, edit.Sheet, edit.Row)
		case "delete":
			err = p.Google.DeleteRow(r.Context(), person, p.Spreadsheet, edit.Sheet, edit.Row)
		default:
			refuse(w, http.StatusBadRequest, "no act %.*q: want insert or delete, or none to enter a text", maxEcho, edit.Act)
			return
		}
	}
	done(w, err)
}

// ownerOf returns the address of the spreadsheet's owner.
func ownerOf(o emulator.Overview) string {
	for email, role := range o.Roles {
		if role == "owner" {
			return email
		}
	}
	return ""
}
