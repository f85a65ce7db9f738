package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func codeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

func manyKeys(n int) string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf(`"c%d":1`, i))
	}
	return strings.Join(keys, ",")
}

func TestParseRecords(t *testing.T) {
	long := strings.Repeat("x", maxCellLength)
	for _, tt := range []struct {
		name, body string
		want       [][]Field
		code       Code
		detail     string
	}{
		{"one object", `{"id":1,"item":"a"}`, [][]Field{{{"id", 1.0}, {"item", "a"}}}, "", ""},
		{"an array", `[{"a":true},{"b":null}]`, [][]Field{{{"a", true}}, {{"b", nil}}}, "", ""},
		{"order is kept", `{"z":1,"a":2}`, [][]Field{{{"z", 1.0}, {"a", 2.0}}}, "", ""},
		{"a byte order mark", "\ufeff" + `{"id":40,"item":"bom"}`, [][]Field{{{"id", 40.0}, {"item", "bom"}}}, "", ""},
		{"UTF-16", "\xff\xfe{\x00}\x00", nil, BadRequest, "the bytes FF FE, as UTF-16"},
		{"UTF-16 without a byte order mark", "\x00{\x00}", nil, BadRequest, "a zero byte, as UTF-16"},
		{"a byte order mark alone", "\ufeff", nil, BadRequest, "empty"},
		{"a formula is a string", `{"a":"=1+1"}`, [][]Field{{{"a", "=1+1"}}}, "", ""},
		{"largest exact integer", `{"a":9007199254740992}`, [][]Field{{{"a", 9007199254740992.0}}}, "", ""},
		{"longest cell", `{"a":"` + long + `"}`, [][]Field{{{"a", long}}}, "", ""},
		{"zeros", `{"a":0,"b":-0,"c":0.00e9}`, [][]Field{{{"a", 0.0}, {"b", math.Copysign(0, -1)}, {"c", 0.0}}}, "", ""},
		{"a large number that a double keeps", `{"a":10000000000000000000000,"b":1e22}`, [][]Field{{{"a", 1e22}, {"b", 1e22}}}, "", ""},
		{"the replacement character itself", "{\"a\":\"\ufffd\"}", [][]Field{{{"a", "\ufffd"}}}, "", ""},
		{"the replacement character beside escapes", "{\"a\":\"\ufffd \\ud83c\\udf35 \\ud7ff \\\\ud800\"}", [][]Field{{{"a", "\ufffd 🌵 \ud7ff \\ud800"}}}, "", ""},
		{"the replacement character as an escape", `{"a":"\ufffd"}`, [][]Field{{{"a", "\ufffd"}}}, "", ""},
		{"a number as it prints in C", `{"a":0.10000000000000001}`, [][]Field{{{"a", 0.1}}}, "", ""},
		{"a number of many digits that a double has", `{"a":36028797018963968.0,"b":0.5e-3}`, [][]Field{{{"a", 36028797018963968.0}, {"b", 0.0005}}}, "", ""},
		{"a whole surrogate pair", `{"a":"\ud83c\udf35"}`, [][]Field{{{"a", "🌵"}}}, "", ""},
		{"empty object", `{}`, [][]Field{nil}, "", ""},

		{"empty body", " \n", nil, BadRequest, "the body is empty"},
		{"not JSON", `id=1`, nil, BadRequest, "not JSON"},
		{"cut short", `[{"a":1}`, nil, BadRequest, "ends too early"},
		{"cut in a string", `{"a":"b`, nil, BadRequest, "ends too early"},
		{"two values", `{"a":1}{"a":2}`, nil, BadRequest, "more text after"},
		{"missing comma", `[{"a":1}{"a":2}]`, nil, BadRequest, "not JSON"},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", nil, BadRequest, "not UTF-8"},
		{"a number", `5`, nil, InvalidRows, "neither a JSON object nor an array"},
		{"null", `null`, nil, InvalidRows, "neither a JSON object nor an array"},
		{"no rows", `[]`, nil, InvalidRows, "holds no rows"},
		{"array of numbers", `[{"a":1},2]`, nil, InvalidRows, "row 2: not a JSON object"},
		{"nested object", `[{"a":1},{"b":{"c":1}}]`, nil, InvalidRows, `row 2: column "b" holds an object`},
		{"nested array", `{"b":[1]}`, nil, InvalidRows, `row 1: column "b" holds an object or an array`},
		{"key twice", `{"a":1,"a":2}`, nil, InvalidRows, `column "a" is given twice`},
		{"too many columns", "{" + manyKeys(maxColumns+1) + "}", nil, InvalidRows, "more than 18278 columns"},
		{"a long name is cut in the answer", `{"` + long + `":{}}`, nil, InvalidRows, strings.Repeat("x", 100) + `…" holds`},
		{"integer that a double rounds", `{"a":9007199254740993}`, nil, InvalidRows, "send it as a string"},
		{"integer beyond a double", `{"a":9007199254740993001}`, nil, InvalidRows, "send it as a string"},
		{"tiny number that would be zero", `{"a":1e-400}`, nil, InvalidRows, "send it as a string"},
		{"half a surrogate pair", `{"a":"\ud800"}`, nil, InvalidRows, "half of a surrogate pair"},
		{"half a pair beside the replacement character", "{\"a\":\"\ufffd\\udf35\"}", nil, InvalidRows, "half of a surrogate pair"},
		{"a high half before another escape", `{"a":"\ud83c\n"}`, nil, InvalidRows, "half of a surrogate pair"},
		{"half a pair in a name", `{"\ud800":1}`, nil, InvalidRows, "the column name"},
		{"integer that a double rounds, with a fraction", `{"a":9007199254740993.0}`, nil, InvalidRows, "send it as a string"},
		{"integer that a double rounds, with an exponent", `{"a":9.007199254740993e15}`, nil, InvalidRows, "send it as a string"},
		{"integer that a double rounds, with a negative exponent", `{"a":90071992547409930E-1}`, nil, InvalidRows, "send it as a string"},
		{"fraction of too many digits", `{"a":12345678901234567890.5}`, nil, InvalidRows, "send it as a string"},
		{"fraction of a million digits", `{"a":0.` + strings.Repeat("7", 1_000_000) + `}`, nil, InvalidRows, "send it as a string"},
		{"too many values", "[" + strings.Repeat("{"+manyKeys(1000)+"},", 200) + `{"a":1}]`, nil, TooLarge, "150000 values"},
		{"number beyond a double", `{"a":1e999}`, nil, InvalidRows, "send it as a string"},
		{"cell too long", `{"a":"` + long + `x"}`, nil, InvalidRows, "more than 50000 characters"},
		{"cell too long in UTF-16", `{"a":"` + strings.Repeat("😀", maxCellLength/2+1) + `"}`, nil, InvalidRows, "more than 50000 characters"},
		{"too many rows", `[` + strings.Repeat(`{"a":1},`, MaxRows) + `{"a":1}]`, nil, TooLarge, "more than 10000 rows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			records, err := ParseRecords([]byte(tt.body))
			var got [][]Field
			for _, record := range records {
				got = append(got, record.Fields)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseRecords (-want +got):\n%s", diff)
			}
			if codeOf(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("ParseRecords = %v, want %s: %s", err, tt.code, tt.detail)
			}
		})
	}
}

func FuzzParseRecords(f *testing.F) {
	for _, seed := range []string{`{"id":1,"item":"a"}`, `[{"a":true},{"b":null}]`, `[]`, `[{}`, `{"a":{}}`, `5`, "\xff", `{"a":1e999}`, `{"":""}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		records, err := ParseRecords(body)
		if err != nil {
			if codeOf(err) == "" || len(records) > 0 {
				t.Fatalf("ParseRecords(%q) = %v, %v, want a code and no records", body, records, err)
			}
			return
		}
		if !json.Valid(bytes.TrimPrefix(body, []byte(byteOrderMark))) || len(records) == 0 {
			t.Fatalf("ParseRecords(%q) = %d records from what is not JSON, or none", body, len(records))
		}
		if checked, err := checkRecords(records); err != nil || &checked[0] != &records[0] {
			t.Fatalf("ParseRecords(%q) = %v, which are not as cells hold them: %v", body, records, err)
		}
	})
}
