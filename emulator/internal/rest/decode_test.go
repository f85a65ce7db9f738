package rest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, body, path string
		want             sheets.ValueRange
		err              string
	}{
		{"nothing", " ", "", sheets.ValueRange{}, ""},
		{"null is the same as absent", `{"range":null}`, "", sheets.ValueRange{}, ""},
		{"zero values are named", `{"range":""}`, "", sheets.ValueRange{ForceSendFields: []string{"Range"}}, ""},
		{"snake case", `{"major_dimension":"ROWS"}`, "", sheets.ValueRange{MajorDimension: "ROWS"}, ""},
		{"values of any type", `{"values":[["a",1,true,null]]}`, "", sheets.ValueRange{Values: [][]any{{"a", 1.0, true, nil}}}, ""},
		{"unknown name", `{"rnge":"A1"}`, "data", sheets.ValueRange{}, `Invalid JSON payload received. Unknown name "rnge" at 'data': Cannot find field.`},
		{"wrong type", `{"range":1}`, "data", sheets.ValueRange{}, `Invalid value at 'data.range' (TYPE_STRING), 1`},
		{"not JSON", `{"range"`, "", sheets.ValueRange{}, "Invalid JSON payload received. Unexpected end of string. Expected a value.\n\n^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got sheets.ValueRange
			err := Decode([]byte(tt.body), &got, tt.path)
			if text := errorText(err); text != tt.err {
				t.Fatalf("Decode(%s) = %q, want %q", tt.body, text, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Errorf("Decode(%s): %s", tt.body, diff)
			}
		})
	}
}

// TestDecodeNumbers: numbers may be strings, one object is a list of one, and
// Drive's unknown names are ignored.
func TestDecodeNumbers(t *testing.T) {
	var got sheets.BatchUpdateSpreadsheetRequest
	body := `{"requests":{"deleteSheet":{"sheetId":"7"}},"kind":"v2"}`
	if err := DecodeLenient([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Requests) != 1 || got.Requests[0].DeleteSheet.SheetId != 7 {
		t.Errorf("DecodeLenient(%s) = %+v, want one request for sheet 7", body, got.Requests)
	}
	if err := Decode([]byte(body), &got, ""); err == nil {
		t.Errorf("Decode(%s) gives no error for the unknown name", body)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
