package rest

import (
	"math"
	"testing"

	"google.golang.org/api/sheets/v4"
)

func TestEncode(t *testing.T) {
	properties := &sheets.SheetProperties{Title: "S", GridProperties: &sheets.GridProperties{RowCount: 3}}
	zero := &sheets.SheetProperties{ForceSendFields: []string{"SheetId"}}
	tests := []struct {
		name, mask string
		pretty     bool
		value      any
		want       string
	}{
		{"zero values are omitted", "", false, properties, `{"gridProperties":{"rowCount":3},"title":"S"}`},
		{"unless they are named", "", false, zero, `{"sheetId":0}`},
		{"mask", "gridProperties/rowCount", false, properties, `{"gridProperties":{"rowCount":3}}`},
		{"mask of what is not set", "index", false, properties, `{}`},
		{"pretty", "title", true, properties, "{\n  \"title\": \"S\"\n}"},
		{"cells", "", false, &sheets.ValueRange{Values: [][]any{{"a\n", 0.5, true, nil}, {}}}, `{"values":[["a\n",0.5,true,null],[]]}`},
		{"a number that JSON lacks", "", false, &sheets.ValueRange{Values: [][]any{{math.Inf(1)}}}, `{"values":[["NaN"]]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m *Mask
			if tt.mask != "" {
				var err error
				if m, err = ParseMask(tt.mask); err != nil {
					t.Fatal(err)
				}
			}
			if got := string(Encode(tt.value, m, tt.pretty)); got != tt.want+"\n" {
				t.Errorf("Encode = %s, want %s", got, tt.want)
			}
		})
	}
}
