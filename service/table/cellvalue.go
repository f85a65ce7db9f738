package table

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxCellLength is Google's limit for one cell: a longer text is answered with
// "Your input contains more than the maximum of 50000 characters in a single
// cell." Google does not say which characters it counts; UTF-16 code units are
// the strictest reading.
const maxCellLength = 50_000

// cellValue returns a caller's value as a cell holds it: a string, float64, bool,
// or nil. Where no cell can hold the value, fault says why, as in "column x holds …".
func cellValue(value any) (cell any, fault string) {
	switch v := value.(type) {
	case nil, bool:
		return v, ""
	case string:
		return v, textFault(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Sprintf("%v, which no cell can hold", v)
		}
		return v, ""
	case float32:
		// 0.1 rather than 0.10000000149011612, as encoding/json has it.
		number, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return cellValue(number)
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return cellValue(json.Number(fmt.Sprint(v)))
	case json.Number:
		number, ok := exactly(string(v))
		if !ok {
			return nil, "a number that a cell does not keep exactly: send it as a string"
		}
		return number, ""
	case time.Time:
		text, err := v.MarshalText()
		if err != nil {
			return nil, "a time that RFC 3339 cannot express"
		}
		return string(text), ""
	}
	return nil, fmt.Sprintf("a value of type %T: a cell takes a string, a number, a boolean, a time.Time or nil", value)
}

func textFault(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "text that is not UTF-8"
	case tooLong(text):
		return fmt.Sprintf("more than %d characters, Google's limit for a cell", maxCellLength)
	}
	return ""
}

func tooLong(text string) bool {
	return len(text) > maxCellLength && len(utf16.Encode([]rune(text))) > maxCellLength
}

// plainNumber parses a text that is a number in JSON.
func plainNumber(text string) (number float64, ok bool) {
	if v := jsontext.Value(text); len(text) == 0 || v.Kind() != jsontext.KindNumber || !v.IsValid() {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// maxDigits is the maximum number of significant digits of a double's exact value.
const maxDigits = 767

// exactly parses a JSON number as a cell keeps it, in double precision. It returns
// false where the double, written with as many digits, has other ones, however the
// number is spelled: 9007199254740993, 9007199254740993.0 and 9.007199254740993e15 are
// the same number, which no double is.
func exactly(literal string) (number float64, ok bool) {
	number, ok = plainNumber(literal)
	if !ok {
		return 0, false
	}
	want := significant(literal)
	switch {
	case want == "" || number == 0:
		return number, want == ""
	case len(want) > maxDigits:
		return 0, false
	}
	return number, significant(strconv.FormatFloat(number, 'e', len(want)-1, 64)) == want
}

// significant returns the digits of a number without zeros at either end; of zero it is
// empty.
func significant(literal string) string {
	digits, _, _ := strings.Cut(strings.ToLower(literal), "e")
	digits = strings.Replace(strings.TrimPrefix(digits, "-"), ".", "", 1)
	return strings.Trim(digits, "0")
}
