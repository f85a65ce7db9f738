package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReadCSV(t *testing.T) {
	tests := []struct {
		name, text string
		want       []Record
	}{
		{"one record", "id,item\n4,fig\n", []Record{{[]Field{{"id", 4.0}, {"item", "fig"}}, 2}}},
		{"CRLF, and no line break at the end", "id\r\n4\r\n5", []Record{{[]Field{{"id", 4.0}}, 2}, {[]Field{{"id", 5.0}}, 3}}},
		{"byte order mark", "\ufeffid\n4\n", []Record{{[]Field{{"id", 4.0}}, 2}}},
		{"quotes, commas and line breaks", "a,b\n\"x,\"\"y\"\"\",\"1\n2\"\nz,z\n", []Record{
			{[]Field{{"a", `x,"y"`}, {"b", "1\n2"}}, 2}, {[]Field{{"a", "z"}, {"b", "z"}}, 4},
		}},
		{"empty fields are empty cells", "a,b\n,x\n", []Record{{[]Field{{"a", nil}, {"b", "x"}}, 2}}},
		{"empty lines are skipped", "a\n\nx\n\n", []Record{{[]Field{{"a", "x"}}, 3}}},
		{"blank column name", ",b\nx,y\n", []Record{{[]Field{{"", "x"}, {"b", "y"}}, 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadCSV(strings.NewReader(tt.text))
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("ReadCSV(%q) = %v (-want +got):\n%s", tt.text, err, diff)
			}
		})
	}
}

// TestCSVValue holds that a field becomes a number only if none of its characters is
// lost.
func TestCSVValue(t *testing.T) {
	tests := []struct {
		text string
		want any
	}{
		{"12", 12.0}, {"-0.5", -0.5}, {"0", 0.0}, {"9007199254740992", float64(1 << 53)},
		{"TRUE", true}, {"FALSE", false}, {"", nil},
		{"true", "true"}, {"007", "007"}, {"+49", "+49"}, {"1e5", "1e5"}, {"1E5", "1E5"}, {".5", ".5"}, {"5.", "5."},
		{"=1+1", "=1+1"}, {" 1", " 1"}, {"1,5", "1,5"}, {"0x10", "0x10"}, {"1_000", "1_000"}, {"NaN", "NaN"}, {"Inf", "Inf"},
		{"9007199254740993.0", "9007199254740993.0"}, {"0.30000000000000004", 0.30000000000000004},
		{"9007199254740993", "9007199254740993"}, {"12345678901234567890", "12345678901234567890"},
	}
	for _, tt := range tests {
		if got := csvValue(tt.text); got != tt.want {
			t.Errorf("csvValue(%q) = %#v, want %#v", tt.text, got, tt.want)
		}
	}
}

func TestReadCSVErrors(t *testing.T) {
	tests := []struct {
		name, text string
		code       Code
		detail     string
	}{
		{"nothing", "", BadRequest, "empty"},
		{"broken quote", "a,b\n1,2\n3,\"x\n4,5\n", BadRequest, "line 3: not CSV"},
		{"quote inside a field", "a\nx\"y\n", BadRequest, "line 2: not CSV"},
		{"header that is not UTF-8", "\xff\n1\n", BadRequest, "line 1: the text is not UTF-8"},
		{"field that is not UTF-8", "a\n\xff\n", BadRequest, "line 2: the text is not UTF-8"},
		{"only a header", "a\n", InvalidRows, "no rows"},
		{"column twice", "a,b,a\n1,2,3\n", InvalidRows, `line 1: column "a" is given twice`},
		{"too many columns", strings.Repeat(",", maxColumns) + "\n", InvalidRows, "line 1"},
		{"line too short", "a,b\n1,2\n3\n", InvalidRows, "line 3: not as many fields as line 1"},
		{"line too long", "a\n1\n\n2,3\n", InvalidRows, "line 4: not as many"},
		{"line without a value", "a,b\n1,\"x\ny\"\n,\n", InvalidRows, "line 4: no column has a value"},
		{"field too long", "a\n" + strings.Repeat("x", maxCellLength+1) + "\n", InvalidRows, `line 2: column "a" holds more than 50000 characters`},
		{"lines of commas", "a\n1\n" + strings.Repeat(",", 1000) + "\n\xff", InvalidRows, "line 3: not as many"},
		{"a line of commas after line breaks in quotes", "a\n\"\n\n\"\n,", InvalidRows, "line 5: not as many"},
		{"a comma after a bare quote", "a\nx\",\n1,2", BadRequest, "line 2: not CSV"},
		{"too many values", csvHeader(1000) + strings.Repeat("1"+strings.Repeat(",", 999)+"\n", 501), TooLarge, "500000 values"},
		{"too many rows", "a\n" + strings.Repeat("1\n", MaxRows+1), TooLarge, "10000 rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			records, err := ReadCSV(strings.NewReader(tt.text))
			if records != nil || codeOf(err) != tt.code || !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("ReadCSV = %d records, %v, want %s: %s", len(records), err, tt.code, tt.detail)
			}
		})
	}
	cut := errors.New("connection cut")
	if _, err := ReadCSV(io.MultiReader(strings.NewReader("a\n1\n"), iotest.ErrReader(cut))); err != cut {
		t.Errorf("ReadCSV = %v, want the reader's error %v", err, cut)
	}
}

func csvHeader(columns int) string {
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	return strings.Join(names, ",") + "\n"
}

// TestReadCSVStops checks that nothing is read after a line of too many fields.
func TestReadCSVStops(t *testing.T) {
	text := strings.NewReader("a\n" + strings.Repeat(",", 8<<20))
	before := testing.AllocsPerRun(1, func() {
		_, _ = text.Seek(0, io.SeekStart)
		_, _ = ReadCSV(text)
	})
	if read := text.Size() - int64(text.Len()); read > 64<<10 || before > 1000 {
		t.Errorf("ReadCSV read %d bytes and made %v allocations, want to stop at the first line of too many fields", read, before)
	}
}

// TestCSVRoundTrip reads what was written.
func TestCSVRoundTrip(t *testing.T) {
	want := []Record{
		{Fields: []Field{{"id", 1.0}, {"text, \"quoted\"", "x\ny"}, {"ok", true}}, Line: 2},
		{Fields: []Field{{"id", -0.25}, {"text, \"quoted\"", "007"}, {"ok", nil}}, Line: 4},
		{Fields: []Field{{"id", 1e15}, {"text, \"quoted\"", " a\rb "}, {"ok", false}}, Line: 5},
	}
	s, err := rowSetOf(t, []any{"id", "text, \"quoted\"", "ok"}, []any{1, "x\ny", true}, []any{-0.25, "007", ""}, []any{1e15, " a\rb ", false})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Rows(Query{CSV: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if _, err := rows.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCSV(strings.NewReader(b.String()))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ReadCSV(%q) = %v (-want +got):\n%s", b.String(), err, diff)
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,x\n", "\ufeffa\n\"x\ny\"\n", "a\n\xff", "a,a\n", "a\n\n,", "\"", "a\r\n=1\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		records, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			if codeOf(err) == "" || records != nil {
				t.Fatalf("ReadCSV(%q) = %v, %v, want a code and no records", text, records, err)
			}
			return
		}
		if checked, err := checkRecords(records); err != nil || &checked[0] != &records[0] {
			t.Fatalf("ReadCSV(%q) = %v, which are not as cells hold them: %v", text, records, err)
		}
	})
}
