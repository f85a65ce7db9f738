package emulator_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestDuplicateMetadata checks the option for a Google that takes an ID that exists, with the
// rest of its batch.
func TestDuplicateMetadata(t *testing.T) {
	for _, tt := range []struct {
		name   string
		taken  bool
		status int
		rows   int
	}{
		{"refused", false, 400, 1},
		{"taken", true, 200, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{DuplicateMetadata: tt.taken})
			id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "One"}}})
			token := google.Token("owner@example.com", "https://www.googleapis.com/auth/spreadsheets")
			status := 0
			for range 2 {
				r := httptest.NewRequest("POST", "/v4/spreadsheets/"+id+":batchUpdate", strings.NewReader(`{"requests":[
					{"createDeveloperMetadata":{"developerMetadata":{"metadataId":7,"metadataKey":"k","visibility":"PROJECT","location":{"spreadsheet":true}}}},
					{"appendCells":{"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"x"}}]}]}}]}`))
				r.Header.Set("Authorization", "Bearer "+token)
				recorder := httptest.NewRecorder()
				google.ServeHTTP(recorder, r)
				status = recorder.Code
			}
			if rows := len(google.Values(id, "One")); status != tt.status || rows != tt.rows {
				t.Errorf("the second batch = %d, %d rows, want %d, %d rows", status, rows, tt.status, tt.rows)
			}
		})
	}
}
