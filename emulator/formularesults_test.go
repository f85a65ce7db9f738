package emulator_test

import (
	"testing"

	"example.com/sheets-function/emulator"
)

// Formulas as users write them, nested and with errors inside. Some of them are
// wrong in the library alone.
func TestFormulaResults(t *testing.T) {
	tests := []struct {
		formula string
		want    any
	}{
		{"=IF(SUM(A1:A3)>5,ROUND(AVERAGE(A1:A3)*1.1,2),0)", 5.5},
		{"=ROUND(A1/C1,2)", "#DIV/0!"},
		{"=IF(A1>3,A1/0,1)", 1.0},
		{"=IFERROR(SUM(A1/0,2),7)", 7.0},
		{"=IF(C1=\"\",\"e\",\"f\")", "e"},
		{"=IF(A1<>\"\",\"e\",\"f\")", "e"},
		{"=IFERROR(ROUND(A1/0,2),\"n\")", "n"},
		{"=SUM(ROUND(A1/0,2),1)", "#DIV/0!"},
		{"=IF(TRUE,LEFT(\"123\",2)&\"\",0)", "12"},
		{"=INT(A1*POWER(2,3-INT(LOG(ABS(A1),2))))", 8.0},
		{"=INT(A1*POWER(2,3-INT(ABS(A1))))", 4.0},
		{"=ROUND(A1*(1+A2/100),2)", 2.08},
		{"=IF(AND(A1>1,OR(A2=4,A3=1)),\"yes\",\"no\")", "yes"},
		{"=IF(A1>3,\"big\",IF(A1>1,\"mid\",\"small\"))", "mid"},
		{"=IFERROR(VLOOKUP(\"zz\",B1:B2,1,FALSE),\"none\")", "none"},
		{"=CONCATENATE(UPPER(B1),\"-\",TEXT(A1,\"0.00\"))", "AB-2.00"},
		{"=SUMPRODUCT(A1:A3,A1:A3)", 101.0},
		{"=INDEX(A1:A3,MATCH(\"cd\",B1:B3,0))", 4.0},
		{"=MAX(A1:A3)-MIN(A1:A3)", 7.0},
		{"=LEN(B1&B2)", 4.0},
		{"=SUM(A1,A2*2,MAX(A1:A3)+1)", 20.0},
		{"=ROUND(SUM(A1:A3)/COUNT(A1:A3),1)", 5.0},
		{"=-A1^2", 4.0},
		{"=2^3^2", 64.0},
		{"=10%*A1", 0.2},
		{"=A1&\"x\"", "2x"},
		{"=(A1+A2)*A3", 54.0},
		{"=A1-A2-A3", -11.0},
		{"=A3/A1/A2", 1.125},
		{"=NOT(A1=2)", false},
		{"=A1<>2", false},
		{"=1=1", true},
		{"=\"a\"=\"A\"", true},
		{"=LEFT(B1,1)&RIGHT(B2,1)", "ad"},
		{"=MID(\"hello\",2,3)", "ell"},
		{"=SUBSTITUTE(\"a-b\",\"-\",\"+\")", "a+b"},
		{"=SUMIFS(A1:A3,A1:A3,\">2\",A1:A3,\"<9\")", 4.0},
		{"=AVERAGEIF(A1:A3,\">2\")", 6.5},
		{"=YEAR(DATE(2020,1,31))", 2020.0},
		{"=DATE(2020,1,31)+1", 43862.0},
		{"=EOMONTH(DATE(2020,1,15),0)", 43861.0},
		{"=WEEKDAY(DATE(2020,1,1))", 4.0},
		{"=DATEDIF(DATE(2020,1,1),DATE(2020,3,1),\"M\")", 2.0},
		{"=MOD(-1,3)", 2.0},
		{"=ABS(-5+A1*2)", 1.0},
		{"=SQRT(ABS(-9))+POWER(2,SUM(1,2))", 11.0},
		{"=CEILING(4.2,1)", 5.0},
		{"=ROUND(2.5,0)", 3.0},
		{"=ROUND(-2.5,0)", -3.0},
		{"=COUNTA(A1:B3)", 6.0},
		{"=COUNTBLANK(C1:C3)", 3.0},
		{"=ISBLANK(C1)", true},
		{"=ISNUMBER(A1)", true},
		{"=IFS(A1=1,\"a\",A1=2,\"b\")", "b"},
		{"=SWITCH(A1,1,\"x\",2,\"y\")", "y"},
		{"=XLOOKUP(\"cd\",B1:B2,A1:A2)", 4.0},
		{"=TEXTJOIN(\",\",TRUE,A1:A3)", "2,4,9"},
		{"=SUM(A1:A3)*IF(A1>0,1,0)+2", 17.0},
		{"=IF(A1>0,SUM(A1:A3),0)/COUNT(A1:A3)", 5.0},
		{"=ROUND(IF(A1>0,A1*1.5,0)+A2,0)", 7.0},
		{"=SUM(IF(A1>1,A1,0),IF(A2>1,A2,0))", 6.0},
		{"=IF(ISERROR(A1/0),\"err\",A1)", "err"},
		{"=A1+TRUE", 3.0},
		{"=\"5\"+1", 6.0},
		{"=C1+1", 1.0},
		{"=C1&\"\"", ""},
		{"=C1=\"\"", true},
		{"=C1=0", true},
		{"=B3+1", 2.0},
		{"=SUM(B3)", 0.0},
		{"=MIN(A:A)", 2.0},
		{"=COLUMN(C1)", 3.0},
		{"=RANK(A2,A1:A3)", 2.0},
		{"=LARGE(A1:A3,1)", 9.0},
		{"=MEDIAN(A1:A3)", 4.0},
		{"=STDEV(A1:A3)", 3.605551275463989},
		{"=TRIM(\" a  b \")", "a b"},
		{"=PROPER(\"hello world\")", "Hello World"},
		{"=VALUE(\"1,234.5\")", 1234.5},
		{"=NA()", "#N/A"},
		{"=UPPER(LEFT(B1,1))&LOWER(MID(B1,2,LEN(B1)-1))", "Ab"},
		{"=ROUND(A3*(1-IF(A1>1,A2/100,0)),LEN(B1))", 8.64},
		{"=1/3+1/3", 0.6666666666666666},
		{"=PI()", 3.141592653589793},
		{`=REPT("ab",A1+1)`, "ababab"},
		{`=LEN(REPT("x",32000))`, 32000.0},
		{`=REPT(REPT("x",32000),1000000000)`, "#VALUE!"},
		{"=FACT(5)", 120.0},
		{"=FACT(1000000000)", "#NUM!"},
		{"=SUM(E1:E3)", "#DIV/0!"},
		{"=COUNT(E1:E3)", 1.0},
		{"=IFERROR(ROUND(SUM(E1:E3),2),-1)", -1.0},
	}
	google := emulator.New(emulator.Options{})
	values := [][]any{
		{2, "ab", nil, nil, 1}, {4, "cd", nil, nil, emulator.Formula{Text: "=A1/0"}}, {9, true},
	}
	for i, tt := range tests {
		for len(values) <= i {
			values = append(values, nil)
		}
		for len(values[i]) < 7 {
			values[i] = append(values[i], nil)
		}
		values[i] = append(values[i], emulator.Formula{Text: tt.formula})
	}
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "S", Values: values}}})
	got := google.Values(id, "S")
	for i, tt := range tests {
		if got[i][7] != tt.want {
			t.Errorf("%s = %#v, want %#v", tt.formula, got[i][7], tt.want)
		}
	}
}
