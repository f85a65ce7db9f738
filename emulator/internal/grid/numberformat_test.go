package grid

import (
	"testing"

	"google.golang.org/api/sheets/v4"
)

func FuzzNumberFormat(f *testing.F) {
	for _, seed := range []string{"#,##0.00", "0;(0);\"zero\"", "[h]:mm:ss", "[", "[]", "\"", "_", "*", "0.00E+00", "[$€-2] 0", "yyyy-mm-dd h:mm am/pm", "#.##,,%", "?"} {
		f.Add(seed, 1234.5)
		f.Add(seed, -0.5)
	}
	f.Fuzz(func(t *testing.T, pattern string, n float64) {
		for _, kind := range []string{"NUMBER", "DATE_TIME", "TEXT", ""} {
			formatNumber(n, &sheets.NumberFormat{Type: kind, Pattern: pattern})
		}
		formatNumber(n, FormatOf(pattern))
	})
}

func TestFormatNumber(t *testing.T) {
	tests := []struct {
		n             float64
		kind, pattern string
		want          string
	}{
		{0.0009765625, "", "", "0.0009765625"},
		{1.0 / 3, "", "", "0.3333333333"},
		{12345678901, "", "", "12345678901"},
		{-2.5, "", "", "-2.5"},
		{1234.5, "NUMBER", "#,##0.00", "1,234.50"},
		{-1234.5, "CURRENCY", `"$"#,##0.00`, `-$1,234.50`},
		{1234, "NUMBER", "0", "1234"},
		{0.125, "PERCENT", "0.0%", "12.5%"},
		{1.5, "NUMBER", "0.##", "1.5"},
		{43831, "DATE", "yyyy-mm-dd", "2020-01-01"},
		{43831.75, "DATE_TIME", "m/d/yyyy h:mm:ss", "1/1/2020 18:00:00"},
		{0.5, "TIME", "h:mm am/pm", "12:00 PM"},
		{46024, "DATE", "m-d", "1-2"},
		{-1, "DATE", "yyyy-mm-dd", "1899-12-29"},
		{5, "TEXT", "", "5"},
		{7, "NUMBER", "0000", "0007"},
		{-1234, "NUMBER", "#,##0;(#,##0)", "(1,234)"},
		{-5.5, "CURRENCY", `"$"#,##0.00_);[Red]("$"#,##0.00)`, "($5.50)"},
		{0, "NUMBER", `0;-0;"none"`, "none"},
		{12.5, "CURRENCY", "[$€-2] #,##0.00", "€ 12.50"},
		{0.5, "NUMBER", "#.##", ".5"},
		{1234567, "NUMBER", `#,##0,"k"`, "1,235k"},
		{3, "NUMBER", `"0 of "0`, "0 of 3"},
		{1.5, "TIME", "[h]:mm:ss", "36:00:00"},
		{0.5, "DATE_TIME", `[mm]" minutes"`, "720 minutes"},
	}
	for _, tt := range tests {
		f := &sheets.NumberFormat{Type: tt.kind, Pattern: tt.pattern}
		if tt.kind == "" {
			f = nil
		}
		if got := formatNumber(tt.n, f); got != tt.want {
			t.Errorf("formatNumber(%v, %s %s) = %s, want %s", tt.n, tt.kind, tt.pattern, got, tt.want)
		}
	}
}
