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
		if got, err := formatNumber(tt.n, f); got != tt.want || err != nil {
			t.Errorf("formatNumber(%v, %s %s) = %q, %v, want %q", tt.n, tt.kind, tt.pattern, got, err, tt.want)
		}
	}
}

// TestPatterns: patterns by what Google documents of their tokens.
func TestPatterns(t *testing.T) {
	const afternoon = 46024 + (14*3600+5*60+7.25)/86400.0 // Friday, 2 January 2026, 14:05:07.25
	tests := []struct {
		n             float64
		pattern, want string
	}{
		// A half is rounded away from zero, by the digits that the number has.
		{2.5, "0", "3"}, {-2.5, "0", "-3"}, {0.125, "0%", "13%"}, {2.675, "$#,##0.00", "$2.68"}, {1.005, "0.00", "1.01"}, {0.045, "0.0%", "4.5%"},
		{-0.001, "0.00", "0.00"}, {-0.4, "0", "0"}, {999.995, "#,##0.00", "1,000.00"}, {0.29, "0%", "29%"}, {1e21, "0", "1000000000000000000000"},
		{123456789012345678, "", "1.23457E+17"}, {-1e15, "", "-1E+15"}, {1.5e-10, "", "1.5E-10"},
		// Places.
		{5, "000.0", "005.0"}, {0, "#", ""}, {0.5, "#.##", ".5"}, {5, "0.0#", "5.0"}, {5.25, "0.0#", "5.25"}, {5, "0.??", "5.  "}, {5, "??0", "  5"}, {1234567.891, "#,##0.#", "1,234,567.9"},
		{12, "0,000", "0,012"}, {1234567, "#,##0,", "1,235"}, {1500000, `0.0,,"M"`, "1.5M"}, {0.5, ".00", ".50"}, {2065551212, "(###) ###-####", "(206) 555-1212"}, {5551212, "(###) ###-####", "() 555-1212"}, {1234, `0"x"0`, "123x4"},
		{-5, "0;0", "5"}, {0, "0;-0;\"zero\"", "zero"}, {-5, "0;", ""}, {5, `"n/a"`, "n/a"}, {3, `0\m`, "3m"}, {3, "0_)", "3 "}, {3, "*-0", "3"}, {3, "[Red]0", "3"}, {12.5, "[$€-2] #,##0.00", "€ 12.50"}, {4, "General", "4"}, {4, `General" pcs"`, "4 pcs"},
		// Conditions.
		{150, `[>=100]"high";[<10]"low";0`, "high"}, {5, `[>=100]"high";[<10]"low";0`, "low"}, {50, `[>=100]"high";[<10]"low";0`, "50"}, {1500, `[>999]0.0,"k";0`, "1.5k"}, {7, `[>999]0.0,"k";0`, "7"},
		// Exponents and fractions.
		{12345, "0.00E+00", "1.23E+04"}, {0.00012, "0.0E+0", "1.2E-4"}, {9.996, "0.00E+00", "1.00E+01"}, {12345, "0.0e-0", "1.2e4"}, {0, "0.00E+00", "0.00E+00"},
		{1.5, "# ?/?", "1 1/2"}, {0.25, "# ?/?", " 1/4"}, {3.07, "# ??/???", "3  7/100"}, {2.125, "# ?/8", "2 1/8"}, {-1.75, "# ?/?", "-1 3/4"}, {1.5, "?/?", "3/2"},
		// Dates and times.
		{afternoon, "yyyy-mm-dd hh:mm:ss", "2026-01-02 14:05:07"}, {afternoon, "h:mm am/pm", "2:05 PM"}, {afternoon, "h:mm a/p", "2:05 p"}, {afternoon, "h A/P", "2 P"}, {afternoon, "mmmmm d", "J 2"}, {afternoon, "dddd, mmmm d, yy", "Friday, January 2, 26"}, {afternoon, "ddd mmm", "Fri Jan"},
		{afternoon, "mm:ss.00", "05:07.25"}, {afternoon, "s.0", "7.3"}, {afternoon, "h:M", "14:1"}, {afternoon, "m/d h:m", "1/2 14:5"}, {1.5, "[hh]:mm:ss", "36:00:00"}, {1.0 / 24, "[mm]:ss", "60:00"}, {0.5, "[s]", "43200"}, {0.5 / 86400, "[ss].0", "00.5"}, {afternoon, `h"h" mm"m"`, "14h 05m"}, {-0.25, "h:mm", "18:00"},
	}
	for _, tt := range tests {
		f := FormatOf(tt.pattern)
		if tt.pattern == "" {
			f = nil
		}
		if got, err := formatNumber(tt.n, f); got != tt.want || err != nil {
			t.Errorf("%v in the format %s = %q, %v, want %q", tt.n, tt.pattern, got, err, tt.want)
		}
	}
}

// TestUnsupportedPatterns: a pattern with what is not understood is an error.
func TestUnsupportedPatterns(t *testing.T) {
	tests := []struct {
		n       float64
		pattern string
	}{
		{1, `"open`}, {1, `0\`}, {1, "[h"}, {1, "[Purple]0"}, {1, "[>1][<2]0"}, {1, "0;0;0;0;0"}, {1, "0.0.0"}, {1, "0 d"}, {1, "yyyy 0"}, {1, "h%"}, {1, "##0.0E+0"}, {1, "0E+0E+0"},
		{1, "0/0/0"}, {1, "0/"}, {1, "# ?/?"}, {3.14159, "# ??/??"}, {1, "%"}, {1, "@0"}, {5, `[>100]"high"`}, {3e6, "yyyy"}, {1, "[DBNum1]0"},
	}
	for _, tt := range tests {
		if got, err := formatNumber(tt.n, FormatOf(tt.pattern)); err == nil {
			t.Errorf("%v in the format %s = %q, want an error", tt.n, tt.pattern, got)
		}
	}
}

func TestFormatText(t *testing.T) {
	for pattern, want := range map[string]string{"@": "x", "0.00": "x", `@" pcs"`: "x pcs", `0;-0;0;"<"@">"`: "<x>", "0;-0": "x"} {
		c := TextCell("x").WithFormat(pattern)
		if got := c.Formatted(); got != want {
			t.Errorf("a text in the format %s = %q, want %q", pattern, got, want)
		}
	}
}
