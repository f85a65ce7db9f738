package table

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCellValue has the edges; package service tests every type through all methods.
func TestCellValue(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  any
		fault string
	}{
		{"nil", nil, nil, ""},
		{"string", "007", "007", ""},
		{"int", -7, -7.0, ""},
		{"uint8", uint8(255), 255.0, ""},
		{"float32 as it prints", float32(0.1), 0.1, ""},
		{"largest int that is exact", 1 << 53, float64(1 << 53), ""},
		{"negative zero", math.Copysign(0, -1), math.Copysign(0, -1), ""},
		{"largest float64", math.MaxFloat64, math.MaxFloat64, ""},
		{"json.Number with an exponent", json.Number("1e3"), 1000.0, ""},
		{"time in UTC", time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "2026-03-02T00:00:00Z", ""},
		{"time with nanoseconds", time.Date(2026, 3, 2, 1, 2, 3, 4, time.UTC), "2026-03-02T01:02:03.000000004Z", ""},
		{"longest text, in UTF-16", strings.Repeat("😀", maxCellLength/2), strings.Repeat("😀", maxCellLength/2), ""},

		{"int that a double rounds", 1<<53 + 1, nil, "send it as a string"},
		{"negative int that a double rounds", -1<<53 - 1, nil, "send it as a string"},
		{"json.Number that is not JSON", json.Number("NaN"), nil, "send it as a string"},
		{"empty json.Number", json.Number(""), nil, "send it as a string"},
		{"NaN", math.NaN(), nil, "NaN, which no cell can hold"},
		{"float32 NaN", float32(math.NaN()), nil, "NaN, which no cell can hold"},
		{"text one character too long", strings.Repeat("😀", maxCellLength/2) + "x", "", "more than 50000 characters"},
		{"text that is not UTF-8", "\xc3", "", "text that is not UTF-8"},
		{"pointer", new(int), nil, "a value of type *int"},
		{"json.RawMessage", json.RawMessage("1"), nil, "a value of type json.RawMessage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, fault := cellValue(tt.value)
			if tt.fault != "" && strings.Contains(fault, tt.fault) {
				return
			}
			if got != tt.want || fault != tt.fault {
				t.Errorf("cellValue(%v) = %#v, %q, want %#v, %q", tt.value, got, fault, tt.want, tt.fault)
			}
		})
	}
}

func TestCheckRecords(t *testing.T) {
	ok := Record{Fields: []Field{{"a", "x"}, {"b", 1.0}}}
	tests := []struct {
		name    string
		records []Record
		want    []Record
		code    Code
		detail  string
	}{
		{"nothing to change", []Record{ok, ok}, []Record{ok, ok}, "", ""},
		{"an int becomes a float64", []Record{ok, {Fields: []Field{{"a", nil}, {"b", 7}}, Line: 3}}, []Record{ok, {Fields: []Field{{"a", nil}, {"b", 7.0}}, Line: 3}}, "", ""},
		{"a record without fields", []Record{{}}, []Record{{}}, "", ""}, // the sheet decides, see newRows and setCells
		{"none", nil, nil, InvalidRows, "there are no rows"},
		{"too many", make([]Record, MaxRows+1), nil, TooLarge, "10000 rows"},
		{"a column twice", []Record{ok, {Fields: []Field{{"a", 1}, {"b", 2}, {"a", 3}}}}, nil, InvalidRows, `row 2: column "a" is given twice`},
		{"a column twice, from CSV", []Record{{Fields: []Field{{"a", 1}, {"a", 3}}, Line: 9}}, nil, InvalidRows, `line 9: column "a" is given twice`},
		{"a column that is not UTF-8", []Record{{Fields: []Field{{"\xff", 1}}}}, nil, InvalidRows, `row 1: the column name "\xff" is not UTF-8`},
		{"a value that no cell holds", []Record{ok, {Fields: []Field{{"b", []byte("x")}}}}, nil, InvalidRows, `row 2: column "b" holds a value of type []uint8`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := checkRecords(tt.records)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("checkRecords (-want +got):\n%s", diff)
			}
			if codeOf(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("checkRecords = %v, want %s: %s", err, tt.code, tt.detail)
			}
		})
	}
}
