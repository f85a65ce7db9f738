package rest

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"
)

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"*", "sheets.properties.title", "sheets/data/rowData", "sheets(properties(title,index),data)", "a.*,b", "sheets(", ")", ",", "a..b", "grid_properties(frozen_row_count)", strings.Repeat("a(", 100)} {
		f.Add(seed)
	}
	of := &sheets.Spreadsheet{Properties: &sheets.SpreadsheetProperties{Title: "t"}}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMask(s)
		if err != nil {
			return
		}
		if m.Check(reflect.TypeOf(of), "") == nil {
			Encode(of, m, true)
		}
		var to sheets.Spreadsheet
		Merge(&to, of, m)
	})
}
