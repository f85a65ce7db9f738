package service

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

func TestDecodeGrid(t *testing.T) {
	const date = `"effectiveFormat":{"numberFormat":{"type":"DATE","pattern":"m/d/yyyy"}}`
	for _, tt := range []struct {
		name, rows string
		render     table.Render
		want       string // the cells' JSON, with the kinds where there are dates
		fails      bool
	}{
		{"each type", `{"values":[{"effectiveValue":{"stringValue":"a \"\\"}},{"effectiveValue":{"numberValue":1.50}},{"effectiveValue":{"boolValue":false}}]}`, table.Typed, `["a \"\\" 1.50 false]`, false},
		{"errors", `{"values":[{"effectiveValue":{"errorValue":{"type":"DIVIDE_BY_ZERO","message":"…"}}},{"effectiveValue":{"errorValue":{"message":"}","type":"N_A"}}}]}`, table.Typed, `["#DIV/0!" "#N/A"]`, false},
		{"blank cells", `{"values":[{},{"effectiveValue":{"stringValue":""}},{"effectiveValue":{"numberValue":1}},{"effectiveValue":{"stringValue":""}},{"effectiveFormat":{}}]}`, table.Typed, `[ "" 1]`, false},
		{"blank rows", `{},{"values":[]},{"values":[{},{"effectiveFormat":{}}]},{"values":[{"effectiveValue":{"numberValue":1}}]}`, table.Typed, `[][][][1]`, false},
		{"dates", `{"values":[{"effectiveValue":{"numberValue":46083},` + date + `},{"effectiveValue":{"numberValue":46083}}]}`, table.Typed, `["2026-03-02" 46083] 1 0`, false},
		{"a format before the value", `{"values":[{` + date + `,"effectiveValue":{"numberValue":46083}}]}`, table.Typed, `["2026-03-02"] 1`, false},
		{"a text in the format of a date", `{"values":[{"effectiveValue":{"stringValue":"soon"},` + date + `}]}`, table.Typed, `["soon"]`, false},
		{"a date beyond the year 9999", `{"values":[{"effectiveValue":{"numberValue":1e7},` + date + `}]}`, table.Typed, `[1e7]`, false},
		{"a format with escapes", `{"values":[{"effectiveValue":{"numberValue":1.5},"effectiveFormat":{"numberFormat":{"type":"TIME","pattern":"[h]\" h\""}}}]}`, table.Typed, `["PT36H"] 4`, false},
		{"white space", "{ \"values\" : [ { \"effectiveValue\" : { \"numberValue\" : 46083 } , " + date + "} , { } ] }", table.Typed, `["2026-03-02"] 1`, false},
		{"unknown fields", `{"x":[1],"values":[{"x":{"y":"}"},"effectiveValue":{"x":1,"numberValue":2}}]}`, table.Typed, `[2]`, false},
		{"as text", `{"values":[{"effectiveValue":{"numberValue":46083},` + date + `,"formattedValue":"3/2/2026"},{"formattedValue":"x"}]}`, table.Text, `["3/2/2026" "x"]`, false},
		{"formulas", `{"values":[{"userEnteredValue":{"formulaValue":"=TODAY()"},"effectiveValue":{"numberValue":46083},` + date + `},{"effectiveValue":{"numberValue":46083},` + date + `},{"effectiveValue":{"numberValue":2}}]}`, table.Formula, `["=TODAY()" "2026-03-02" 2] 0 1 0`, false},
		{"cut in a cell", `{"values":[{"effectiveValue":{"stri`, table.Typed, "", true},
		{"cut after a row", `{"values":[{"effectiveValue":{"numberValue":1}}]},`, table.Typed, "[1]", true},
		{"rows that are none", `1`, table.Typed, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := `{"sheets":[{"data":[{"rowData":[` + tt.rows
			if !tt.fails {
				answer += `]}]}]}`
			}
			got := ""
			r := gridRow{formats: map[string]table.DateKind{}}
			d := jsontext.NewDecoder(strings.NewReader(answer))
			err := decodeGrid(d, func() error {
				if err := r.decode(d, tt.render); err != nil {
					return err
				}
				row, kinds := r.row()
				got += fmt.Sprint(row)
				for _, kind := range kinds {
					got += fmt.Sprint(" ", kind)
				}
				return nil
			})
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("decodeGrid(%s) = %s, %v, want %s, error %v", answer, got, err, tt.want, tt.fails)
			}
		})
	}
}

func TestDecodeEmptyGrid(t *testing.T) {
	for _, answer := range []string{`{}`, `{"sheets":[{}]}`, `{"sheets":[{"data":[{}]}]}`, `{"sheets":[{"data":[{"rowData":[]}]}]}`} {
		err := decodeGrid(jsontext.NewDecoder(strings.NewReader(answer)), func() error { t.Errorf("decodeGrid(%s) calls for a row", answer); return nil })
		if err != nil {
			t.Errorf("decodeGrid(%s) = %v", answer, err)
		}
	}
}

// FuzzElements checks that an array's elements are those that encoding/json finds.
func FuzzElements(f *testing.F) {
	for _, text := range []string{`[]`, `[1,"a",true,null]`, " [ \"]\" , [ [] ] , {\"a\":\"}\"} ,-1.5e3\n]", `["\\\"",""]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []json.RawMessage
		value := jsontext.Value(strings.TrimSpace(string(text)))
		if !value.IsValid() || value.Kind() != jsontext.KindBeginArray || json.Unmarshal(text, &want) != nil {
			return
		}
		got := appendElements(nil, value)
		if len(got) != len(want) {
			t.Fatalf("appendElements(%s) = %s, want %s", text, got, want)
		}
		for i := range want {
			if string(got[i]) != string(want[i]) {
				t.Errorf("appendElements(%s)[%d] = %s, want %s", text, i, got[i], want[i])
			}
		}
	})
}

// FuzzMembers checks that an object's members are those that encoding/json finds.
func FuzzMembers(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":1,"b":[{"c":"}"}],"d":"\\\""}`, "{ \"a\" :\n-1.5e3 , \"b\" : null }", `{"\u0061":{"b":[]},"é":"é"}`, `[1]`, `"{"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !jsontext.Value(text).IsValid() { // also without names that are there twice
			return
		}
		var want map[string]json.RawMessage
		_ = json.Unmarshal(text, &want) // nil for what is not an object
		got := map[string]json.RawMessage{}
		for name, value := range members(jsontext.Value(strings.TrimSpace(string(text)))) {
			var key string
			if err := json.Unmarshal(name, &key); err != nil {
				t.Fatalf("members(%s): name %s: %v", text, name, err)
			}
			got[key] = json.RawMessage(value)
		}
		if len(got) != len(want) {
			t.Fatalf("members(%s) = %s, want %s", text, got, want)
		}
		for key, value := range want {
			if string(got[key]) != string(value) {
				t.Errorf("members(%s)[%q] = %s, want %s", text, key, got[key], value)
			}
		}
	})
}
