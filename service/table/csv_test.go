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
		{"lines of nothing but commas are skipped", "a,b\n,\nx,y\n,\n\"\",\n", []Record{{[]Field{{"a", "x"}, {"b", "y"}}, 3}}},
		{"columns without a name and without values", "a,b,,\nx,y,,\n", []Record{{[]Field{{"a", "x"}, {"b", "y"}}, 2}}},
		{"an index without a name and without values", ",a\n,x\n", []Record{{[]Field{{"a", "x"}}, 2}}},
		{"invisible characters around a name", "\u200ba\u00a0,\ufeffb \nx,y\n", []Record{{[]Field{{"a", "x"}, {"b", "y"}}, 2}}},
		{"a number and a boolean in quotes", "a,b,c\n\"12\",\"TRUE\",12\n", []Record{{[]Field{{"a", "12"}, {"b", "TRUE"}, {"c", 12.0}}, 2}}},
		{"all names in quotes", "\"a\",\"b\"\n\"12\",\"TRUE\"\n", []Record{{[]Field{{"a", 12.0}, {"b", true}}, 2}}},
		{"all names in quotes, after a byte order mark", "\ufeff\"a\",\"b\"\n\"12\",\"x\"\n", []Record{{[]Field{{"a", 12.0}, {"b", "x"}}, 2}}},
		{"all names in quotes that they need", "\"a,b\"\n\"12\"\n", []Record{{[]Field{{"a,b", "12"}}, 2}}},
		{"quotes after a line break in quotes", "a,b\n\"x\ny\",\"1\"\n1,\"2\"\n", []Record{{[]Field{{"a", "x\ny"}, {"b", "1"}}, 2}, {[]Field{{"a", 1.0}, {"b", "2"}}, 4}}},
		{"a semicolon in a name in quotes", "\"a;b\"\nx\n", []Record{{[]Field{{"a;b", "x"}}, 2}}},
		{"a semicolon beside a comma", "a;b,c\nx,y\n", []Record{{[]Field{{"a;b", "x"}, {"c", "y"}}, 2}}},
		{"a carriage return in quotes", "a\n\"x\ry\"\n", []Record{{[]Field{{"a", "x\ry"}}, 2}}},
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
		{"1.10", "1.10"}, {"1.0", "1.0"}, {"-0", "-0"}, {"1e+21", 1e21}, {"1e21", "1e21"}, {"1e-7", 1e-7}, {"0.0000001", 1e-7}, {"1000000000000000000000", 1e21}, {"1e400", "1e400"},
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
		{"only lines of commas", "a,b\n,\n,\n", InvalidRows, "no rows"},
		{"no names", ",\nx,y\n", InvalidRows, "line 1 names no columns"},
		{"a value in a column without a name", "a,\nx,\nx,y\n", InvalidRows, "line 3: field 2 has a value, and line 1 has no name"},
		{"semicolons", "a;b;c\n1;2;3\n", BadRequest, "line 1 has no comma, but 2 semicolons"},
		{"tabs", "a\tb\n1\t2\n", BadRequest, "line 1 has no comma, but 1 tabs"},
		{"bars, after an empty line", "\na|b\n", BadRequest, "line 2 has no comma, but 1 bars"},
		{"a separator for Excel", "sep=;\na;b\n", BadRequest, `line 1 is "sep=;"`},
		{"a comma for Excel", "\ufeff\"sep=,\"\r\na,b\r\n", BadRequest, `line 1 is "sep=,"`},
		{"carriage returns alone", "a,b\r1,2\r", BadRequest, "line 1 ends with a carriage return alone"},
		{"a carriage return in a later line", "a,b\n1,2\r3,4", BadRequest, "line 2 ends with a carriage return alone"},
		{"UTF-16, little endian", "\xff\xfea\x00\n\x00", BadRequest, "the bytes FF FE, as UTF-16"},
		{"UTF-16, big endian", "\xfe\xff\x00a", BadRequest, "the bytes FE FF, as UTF-16"},
		{"UTF-16 without a byte order mark", "a\x00\n\x00", BadRequest, "a zero byte, as UTF-16"},
		{"field too long", "a\n" + strings.Repeat("x", maxCellLength+1) + "\n", InvalidRows, `line 2: column "a" holds more than 50000 characters`},
		{"lines of commas", "a\n1\n" + strings.Repeat(",", 1000) + "\n\xff", InvalidRows, "line 3: not as many"},
		{"a line of commas after line breaks in quotes", "a\n\"\n\n\"\n,", InvalidRows, "line 5: not as many"},
		{"a comma after a bare quote", "a\nx\",\n1,2", BadRequest, "line 2: not CSV"},
		{"too many values", csvHeader(1000) + strings.Repeat("1"+strings.Repeat(",", 999)+"\n", 201), TooLarge, "150000 values"},
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

// TestCSVHints checks that refusals name a command that makes the text CSV.
func TestCSVHints(t *testing.T) {
	tests := []struct{ name, text, hint string }{
		{"semicolons", "a;b\n1;2\n", "delimiter=';'"},
		{"tabs", "a\tb\n1\t2\n", `delimiter='\t'`},
		{"a separator for Excel", "sep=\t\na\tb\n", `tail -n +2 old.csv > new.csv; then separate fields by commas: python3 -c "import csv,sys; csv.writer(sys.stdout).writerows(csv.reader(sys.stdin,delimiter='\t'))"`},
		{"a comma for Excel", "sep=,\na,b\n", "tail -n +2"},
		{"carriage returns alone", "a,b\r1,2\r", `tr '\r' '\n'`},
		{"UTF-16", "\xff\xfea\x00", "iconv -f UTF-16 -t UTF-8"},
		{"another encoding", "a\n\xe9\n", "iconv -f WINDOWS-1252 -t UTF-8"},
	}
	for _, tt := range tests {
		_, err := ReadCSV(strings.NewReader(tt.text))
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("ReadCSV(%q), %s: %+v, want a hint with %s", tt.text, tt.name, err, tt.hint)
		}
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
