package formula

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator/internal/grid"
)

// oneSheet is a spreadsheet of one sheet, "S", and a named range "prices".
type oneSheet struct{ g *grid.Grid }

func (o oneSheet) Sheet(title string) (int, bool) { return 0, strings.EqualFold(title, "S") }

func (o oneSheet) Name(name string) (int, grid.Area, bool) {
	return 0, grid.Rect(0, 4, 1, 2), strings.EqualFold(name, "prices")
}

func (o oneSheet) Grid(int) *grid.Grid { return o.g }

// fruit returns a sheet of fruit in A, prices in B, stock in C and dates in D.
func fruit() *grid.Grid {
	g := &grid.Grid{Height: 20, Width: 10}
	for r, line := range [][]grid.Cell{
		{grid.TextCell("apple"), grid.NumberCell(2.5), grid.BoolCell(true), grid.NumberCell(46000)},
		{grid.TextCell("Pear"), grid.NumberCell(1), grid.BoolCell(false), grid.NumberCell(46031)},
		{grid.TextCell("apple"), grid.NumberCell(4), grid.BoolCell(true)},
		{grid.TextCell("fig"), {}, grid.BoolCell(true), grid.ErrorCell("#N/A")},
	} {
		for c, v := range line {
			g.Set(r, c, v)
		}
	}
	return g
}

// evaluate returns the values of a formula in the cell F2.
func evaluate(t testing.TB, text string) [][]any {
	t.Helper()
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	got, err := Parse(text).Evaluate(Context{Context: t.Context(), Cells: oneSheet{fruit()}, Now: noon, Row: 1, Column: 5})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]any
	for _, line := range got {
		var values []any
		for _, v := range line {
			if v.Kind == grid.KindUncalculated {
				v.Text = "501 " + v.Text
			}
			values = append(values, v.Unformatted())
		}
		out = append(out, values)
	}
	return out
}

func TestEvaluate(t *testing.T) {
	tests := []struct {
		formula string
		want    any
	}{
		{"=B2", 1.0}, {"=B1:B4", 1.0}, {"=B3:B4", "#VALUE!"}, {"=A1:A4&\"!\"", "Pear!"}, {"=S!B1+B2", 3.5}, {"=T!B1", "#REF!"}, {"=Z1", "#REF!"},
		{"=SUM(prices)", 7.5}, {"=prices+1", 2.0}, {"=E9", ""}, {"=E9+1", 1.0}, {"=E9=\"\"", true}, {"=E9=0", true}, {"=E9&\"x\"", "x"},
		{"=0.1+0.2", 0.30000000000000004}, {"=1/3&\"\"", "0.333333333333333"}, {"=1E+20&\"\"", "1E+20"}, {"=-\"2\"", -2.0}, {"=+A1", "apple"},
		{"=\"a\">1", true}, {"=TRUE>\"a\"", true}, {"=\"b\">\"A\"", true}, {"=1<=1", true}, {"=1<>1", false}, {"=5%", 0.05}, {"=-2^2", 4.0}, {"=2^3^2", 64.0},
		{"=1=1=TRUE", true}, {"=(1", "#ERROR!"}, {"=1+", "#ERROR!"}, {"=)", "#ERROR!"}, {"=SUM(1 2)", "#ERROR!"}, {"=SUM(A1:INDEX(A:A,2))", "501 a formula with : between expressions"},
		{"=IF(B2>0,,1)", ""}, {"=IF(FALSE,1)", false}, {"=IF(\"x\",1,2)", "#VALUE!"}, {"=IFERROR(1/0,\"e\")", "e"}, {"=IFERROR(1/0)", ""}, {"=IFNA(1/0,5)", "#DIV/0!"}, {"=IFNA(D4,5)", 5.0},
		{"=AND(C1:C4)", false}, {"=OR(C1:C4)", true}, {"=XOR(TRUE,TRUE)", false}, {"=AND(A1:A2)", "#VALUE!"}, {"=NOT(\"x\")", "#VALUE!"},
		{"=SWITCH(B2,1,\"one\",\"more\")", "one"}, {"=CHOOSE(3,1,2)", "#NUM!"}, {"=IFS(FALSE,1)", "#N/A"}, {"=LET(x,2,y,x*3,x+y)", 8.0}, {"=ISBETWEEN(2,1,2)", true}, {"=ISBETWEEN(2,1,2,TRUE,FALSE)", false},
		{"=ISBLANK(E1)", true}, {"=ISERROR(D4)", true}, {"=ISNA(D4)", true}, {"=ISERR(D4)", false}, {"=N(\"x\")", 0.0}, {"=T(1)", ""},
		{"=ROUND(2.675,2)", 2.68}, {"=ROUND(1.005,2)", 1.01}, {"=ROUND(-2.5)", -3.0}, {"=ROUNDUP(1.01,1)", 1.1}, {"=ROUNDDOWN(-1.09,1)", -1.0}, {"=ROUND(1234,-2)", 1200.0},
		{"=CEILING(-4.2,-1)", -5.0}, {"=FLOOR(4.9)", 4.0}, {"=MOD(-7,3)", 2.0}, {"=MOD(1,0)", "#DIV/0!"}, {"=SQRT(-1)", "#NUM!"}, {"=LN(0)", "#NUM!"}, {"=LOG(8,2)", 3.0}, {"=0^0", 1.0}, {"=QUOTIENT(7,2)", 3.0}, {"=EVEN(3)", 4.0}, {"=ODD(-2)", -3.0},
		{"=SUM(A1:D2)", 92034.5}, {"=SUM(\"3\",TRUE)", 4.0}, {"=SUM(\"x\")", "#VALUE!"}, {"=AVERAGE(E1:E3)", "#DIV/0!"}, {"=MIN(E1:E3)", 0.0}, {"=SUM(D1:D4)", "#N/A"}, {"=COUNT(A1:D4)", 5.0}, {"=COUNTA(A1:D4)", 14.0},
		{"=COUNTBLANK(A1:D4)", 2.0}, {"=COUNTUNIQUE(A1:A4)", 3.0}, {"=MEDIAN(B1:B4)", 2.5}, {"=LARGE(B1:B4,2)", 2.5}, {"=SMALL(B1:B4,9)", "#NUM!"}, {"=RANK(4,B1:B4)", 1.0}, {"=QUARTILE(B1:B4,2)", 2.5},
		{"=COUNTIF(A1:A4,\"APPLE\")", 2.0}, {"=COUNTIF(A1:A4,\"*p*\")", 3.0}, {"=COUNTIF(A1:A4,\"<>apple\")", 2.0}, {"=COUNTIF(B:B,\"\")", 17.0}, {"=COUNTIF(B1:B4,\">=2.5\")", 2.0}, {"=COUNTIF(C1:C4,TRUE)", 3.0}, {"=COUNTIF(B1:B4,0)", 0.0},
		{"=SUMIF(A1:A4,\"apple\",B1:B4)", 6.5}, {"=SUMIFS(B1:B4,A1:A4,\"apple\",B1:B4,\">3\")", 4.0}, {"=AVERAGEIF(B1:B4,\">9\")", "#DIV/0!"}, {"=MAXIFS(B1:B4,A1:A4,\"apple\")", 4.0}, {"=SUMIFS(B1:B4,A1:A3,1)", "#VALUE!"},
		{"=SUMPRODUCT((A1:A4=\"apple\")*B1:B4)", 6.5}, {"=SUMPRODUCT(B1:B3,B1:B3)", 23.25}, {"=SUMPRODUCT(--(B1:B4>2))", 2.0}, {"=SUMPRODUCT(COUNTIF(A1:A4,A1:A4))", 6.0},
		{"=MID(\"hello\",2,3)", "ell"}, {"=LEFT(\"é\",3)", "é"}, {"=RIGHT(\"abc\",0)", ""}, {"=LEN(\"a😀\")", 3.0}, {"=SUBSTITUTE(\"a-b-c\",\"-\",\"+\",2)", "a-b+c"}, {"=REPLACE(\"abcd\",2,2,\"X\")", "aXd"}, {"=FIND(\"c\",\"abc\")", 3.0}, {"=FIND(\"C\",\"abc\")", "#VALUE!"}, {"=SEARCH(\"C\",\"abc\")", 3.0},
		{"=PROPER(\"o'neil mc-d\")", "O'Neil Mc-D"}, {"=TRIM(\"  a   b \")", "a b"}, {"=EXACT(\"a\",\"A\")", false}, {"=CHAR(65)", "A"}, {"=CODE(\"A\")", 65.0}, {"=VALUE(\"$1,000\")", 1000.0}, {"=TEXT(0.5,\"0%\")", "50%"}, {"=TEXT(\"x\",\"0\")", "x"}, {"=CONCATENATE(A1:A2,\"-\",B1)", "applePear-2.5"}, {"=JOIN(\",\",A1:A3)", "apple,Pear,apple"}, {"=TEXTJOIN(\",\",FALSE,B1:B5)", "2.5,1,4,,"},
		{"=REGEXMATCH(A1,\"^a.*e$\")", true}, {"=REGEXMATCH(B1,\"2\")", "#VALUE!"}, {"=REGEXEXTRACT(\"ab12\",\"[0-9]+\")", "12"}, {"=REGEXEXTRACT(\"a\",\"b\")", "#N/A"}, {"=REGEXREPLACE(\"ab\",\"(a)(b)\",\"$2$1\")", "ba"}, {"=REGEXMATCH(\"a\",\"(\")", "#REF!"},
		{"=TODAY()", 46024.0}, {"=NOW()", 46024.5}, {"=DATE(2026,13,1)", 46388.0}, {"=DATE(99,1,1)", 36161.0}, {"=YEAR(46024)", 2026.0}, {"=EDATE(DATE(2026,1,31),1)", 46081.0}, {"=EOMONTH(46024,-1)", 46022.0}, {"=WEEKDAY(46024,2)", 5.0}, {"=HOUR(0.75)", 18.0}, {"=TIME(25,0,0)", 1.0 / 24}, {"=DATEVALUE(\"2026-01-02\")", 46024.0}, {"=DATEVALUE(\"5\")", "#VALUE!"}, {"=DATEDIF(46000,46031,\"m\")", 1.0}, {"=\"2026-01-02\"+1", 46025.0},
		{"=VLOOKUP(\"PEAR\",A1:B4,2,FALSE)", 1.0}, {"=VLOOKUP(\"p*\",A1:B4,2,FALSE)", 1.0}, {"=VLOOKUP(\"x\",A1:B4,2,FALSE)", "#N/A"}, {"=VLOOKUP(\"fig\",A1:B4,3,FALSE)", "#REF!"}, {"=VLOOKUP(46010,{46000,1;46005,2;46020,3},2)", 2.0}, {"=HLOOKUP(2,{1,2;5,6},2,FALSE)", 6.0},
		{"=MATCH(\"fig\",A1:A4,0)", 4.0}, {"=MATCH(3,{1,2,4})", 2.0}, {"=MATCH(3,{5,4,2},-1)", 2.0}, {"=INDEX(A1:B4,2,2)", 1.0}, {"=INDEX(A1:B4,9,1)", "#REF!"}, {"=XLOOKUP(\"pear\",A1:A4,B1:B4)", 1.0}, {"=XLOOKUP(\"x\",A1:A4,B1:B4,\"none\")", "none"}, {"=XLOOKUP(1,A1:A4,B1:B4,0,1)", "501 XLOOKUP with a match or search mode"},
		{"=ROW()", 2.0}, {"=COLUMN()", 6.0}, {"=ROW(B7)", 7.0}, {"=ROWS(A1:B4)", 4.0}, {"=COLUMNS(A1:B4)", 2.0},
		{"=NOSUCH(1)", "#NAME?"}, {"=nothing", "#NAME?"}, {"=QUERY(A1)", "501 a formula with QUERY"}, {"=IFERROR(QUERY(A1),1)", "501 a formula with QUERY"}, {"=IF(FALSE,QUERY(A1),1)", 1.0}, {"=SUM()", "#N/A"},
		{"=PMT(0.01,12,1000)", -88.8487886783417}, {"=DEC2HEX(255)", "FF"}, {"=GCD(12,18)", 6.0}, {"=COMBIN(5,2)", 10.0}, {"=NPV(0.1,D4)", "#N/A"},
		{"=ARRAYFORMULA(LARGE(B1:B3,{1,2}))", "501 LARGE with an array as a single value"},
	}
	for _, tt := range tests {
		t.Run(tt.formula, func(t *testing.T) {
			if got := evaluate(t, tt.formula); len(got) != 1 || len(got[0]) != 1 || got[0][0] != tt.want {
				t.Errorf("%s = %v, want %v", tt.formula, got, tt.want)
			}
		})
	}
}

// TestArrays: formulas whose results fill several cells.
func TestArrays(t *testing.T) {
	tests := []struct {
		formula string
		want    [][]any
	}{
		{"={1,2;3,4}", [][]any{{1.0, 2.0}, {3.0, 4.0}}},
		{"={A1:A2;\"end\"}", [][]any{{"apple"}, {"Pear"}, {"end"}}},
		{"={1,2;3}", [][]any{{"#VALUE!"}}},
		{"=ARRAYFORMULA(B1:B4*2)", [][]any{{5.0}, {2.0}, {8.0}, {0.0}}},
		{"=ARRAYFORMULA(IF(B1:B2>2,A1:A2,\"-\"))", [][]any{{"apple"}, {"-"}}},
		{"=ARRAYFORMULA(LEN(A1:A2)&\"x\")", [][]any{{"5x"}, {"4x"}}},
		{"=ARRAYFORMULA(B1:B2+{10,20})", [][]any{{12.5, 22.5}, {11.0, 21.0}}},
		{"=ARRAYFORMULA(VLOOKUP({\"fig\";\"pear\"},A1:B4,2,FALSE))", [][]any{{""}, {1.0}}},
		{"=ARRAYFORMULA(ROW(A1:A3))", [][]any{{1.0}, {2.0}, {3.0}}},
		{"=FILTER(A1:B4,B1:B4>2)", [][]any{{"apple", 2.5}, {"apple", 4.0}}},
		{"=FILTER(A1:A4,B1:B4>9)", [][]any{{"#N/A"}}},
		{"=FILTER(A1:A4,C1:C4,B1:B4<3)", [][]any{{"apple"}, {"fig"}}},
		{"=SORT(A1:B3,2,FALSE)", [][]any{{"apple", 4.0}, {"apple", 2.5}, {"Pear", 1.0}}},
		{"=SORT(B1:B4)", [][]any{{1.0}, {2.5}, {4.0}, {""}}},
		{"=SORT(A1:A3,B1:B3,TRUE)", [][]any{{"Pear"}, {"apple"}, {"apple"}}},
		{"=UNIQUE(A1:A4)", [][]any{{"apple"}, {"Pear"}, {"fig"}}},
		{"=UNIQUE(A1:A4,FALSE,TRUE)", [][]any{{"Pear"}, {"fig"}}},
		{"=TRANSPOSE(A1:B2)", [][]any{{"apple", "Pear"}, {2.5, 1.0}}},
		{"=SPLIT(\"a,7,2026-01-02\",\",\")", [][]any{{"a", 7.0, 46024.0}}},
		{"=REGEXEXTRACT(\"k=v\",\"(.)=(.)\")", [][]any{{"k", "v"}}},
		{"=SEQUENCE(2,2,5,5)", [][]any{{5.0, 10.0}, {15.0, 20.0}}},
		{"=INDEX(A1:B4,2,0)", [][]any{{"Pear", 1.0}}},
		{"=XLOOKUP(\"fig\",A1:A4,B1:C4)", [][]any{{"", true}}},
		{"=FLATTEN(A1:B2)", [][]any{{"apple"}, {2.5}, {"Pear"}, {1.0}}},
		{"=HSTACK(A1:A2,1)", [][]any{{"apple", 1.0}, {"Pear", "#N/A"}}},
		{"=VSTACK(A1,B1)", [][]any{{"apple"}, {2.5}}},
		{"=ARRAY_CONSTRAIN(A1:B4,1,1)", [][]any{{"apple"}}},
	}
	for _, tt := range tests {
		t.Run(tt.formula, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, evaluate(t, tt.formula)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.formula, diff)
			}
		})
	}
}

// TestStops: a calculation ends when its context does.
func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := "=SUMPRODUCT(SEQUENCE(1000,1000)*SEQUENCE(1000,1000))"
	if _, err := Parse(text).Evaluate(Context{Context: ctx, Cells: oneSheet{fruit()}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate after its context is done = %v, want %v", err, context.Canceled)
	}
}

// FuzzEvaluate: no text panics, whether it is a formula or not.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		"=SUM(A1:B2)", "=SORT(FILTER(A:B,B:B>1),2,FALSE)", "={1,2;3}", "=IF(,,)", "=-+-1%%", "=VLOOKUP(1,{1},{1,2},)", "=SPLIT(A1:A4,\",\")", "=LET(x,1)",
		"=INDEX(A1:B4,{1,2},1)", "=XLOOKUP(1,A1:B1,A1:A2)", "=TEXT(1,\"[>1]\")", "=UNIQUE({1,1},TRUE)", "=DATE(1E300,1,1)", "=SEQUENCE(1E9)", "=REPT(\"x\",1E9)",
		"=ARRAY_CONSTRAIN({1},0,0)", "=HSTACK(A1,A1:B9)", "=PERCENTILE(A1:A4,1)", "=EDATE(1,1E6)", "=COUNTIF(A1:A2,B1:C9)", "=ADDRESS(1,1)", "=IRR(A1:A4)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "0000") || len(text) > 200 {
			return // sizes in the millions only take time
		}
		Parse(text).Lacking()
		if _, err := Parse(text).Evaluate(Context{Context: t.Context(), Cells: oneSheet{fruit()}}); err != nil {
			t.Errorf("Evaluate(%q) = %v", text, err)
		}
	})
}
