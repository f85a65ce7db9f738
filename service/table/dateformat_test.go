package table

import "testing"

func TestDateKindOf(t *testing.T) {
	tests := []struct {
		name, formatType, pattern string
		want                      DateKind
	}{
		{"automatic", "", "", NoDate},
		{"a number", "NUMBER", "#,##0.00", NoDate},
		{"an exponent", "SCIENTIFIC", "0.00E+00", NoDate},
		{"a percentage", "PERCENT", "0.00%", NoDate},
		{"a currency", "CURRENCY", `[$kr-41D] #,##0.00`, NoDate},
		{"a currency of letters", "CURRENCY", `"USD" #,##0`, NoDate},
		{"escaped letters", "NUMBER", `0\d`, NoDate},
		{"a word in quotes", "NUMBER", `0" days"`, NoDate},
		{"a colour and a condition", "NUMBER", `[Red][<100]0;[Blue]0`, NoDate},
		{"General", "NUMBER", "General", NoDate},
		{"a fraction", "NUMBER", "# ?/?", NoDate},
		{"text", "TEXT", "@", NoDate},
		{"text in the pattern of a date", "TEXT", "yyyy", NoDate},
		{"a unit behind digits, of the type of a number", "NUMBER", "0.0 m", NoDate},
		{"a date without a pattern", "DATE", "", Date},
		{"a time without a pattern", "TIME", "", Time},
		{"a date and time without a pattern", "DATE_TIME", "", DateTime},
		{"a date in words only", "DATE", `"due"`, Date},
		{"a date of ISO", "DATE", "yyyy-mm-dd", Date},
		{"a date of the United States", "DATE", "m/d/yyyy", Date},
		{"the name of a day", "DATE", "dddd", Date},
		{"the name of a month", "DATE", "mmmm", Date},
		{"a month and a year", "DATE", "mmm yyyy", Date},
		{"a month alone", "DATE", "m", Date},
		{"a date in the type of a number", "NUMBER", "dd.mm.yyyy", Date},
		{"a date with words", "DATE", `d" de "mmmm" de "yyyy`, Date},
		{"a date with a colour and a language", "DATE", `[Red][$-407]d. mmmm yyyy`, Date},
		{"a date and a time", "DATE_TIME", "yyyy-mm-dd hh:mm:ss", DateTime},
		{"a date and a time, of the type of a date", "DATE", "m/d/yyyy h:mm", DateTime},
		{"a date alone, of the type of both", "DATE_TIME", "m/d/yyyy", Date},
		{"a time", "TIME", "h:mm:ss am/pm", Time},
		{"hours and minutes", "TIME", "hh:mm", Time},
		{"minutes and seconds", "TIME", "mm:ss", Time},
		{"parts of a second", "TIME", "h:mm:ss.000", Time},
		{"half of a day", "TIME", "a/p", Time},
		{"a duration", "TIME", "[h]:mm:ss", Duration},
		{"a duration in capitals", "DATE_TIME", "[HH]:MM", Duration},
		{"a duration of minutes", "TIME", "[mm]:ss.00", Duration},
		{"a duration of seconds", "TIME", "[s]", Duration},
		{"a duration with a part of a second", "TIME", "[ss].000", Duration},
		{"a duration in words", "TIME", `[h]" h "m" min"`, Duration},
		{"only the first section", "NUMBER", "0;yyyy", NoDate},
		{"an open quote", "NUMBER", `0"yyyy`, NoDate},
		{"an open bracket", "NUMBER", `0[yyyy`, NoDate},
		{"a backslash at the end", "NUMBER", `0\`, NoDate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DateKindOf(tt.formatType, tt.pattern); got != tt.want {
				t.Errorf("DateKindOf(%q, %q) = %d, want %d", tt.formatType, tt.pattern, got, tt.want)
			}
		})
	}
}

func FuzzDateKindOf(f *testing.F) {
	f.Add("DATE", "yyyy-mm-dd")
	f.Add("", `[h]:mm"x\`)
	f.Fuzz(func(t *testing.T, formatType, pattern string) { DateKindOf(formatType, pattern) })
}
