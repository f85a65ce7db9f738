package table

import (
	"math"
	"strings"
	"testing"
)

func TestISO(t *testing.T) {
	tests := []struct {
		name   string
		serial float64
		kind   DateKind
		text   string
	}{
		{"day 0", 0, Date, "1899-12-30"},
		{"a day", 43831, Date, "2020-01-01"}, // as recorded
		{"a day before day 0", -1, Date, "1899-12-29"},
		{"a day of the year 1", -693593, Date, "0001-01-01"},
		{"the last day", 2958465, Date, "9999-12-31"},
		{"no leap day in 1900", 60, Date, "1900-02-28"},
		{"a date and a time", 46083.4375, DateTime, "2026-03-02T10:30:00"},
		{"midnight", 46083, DateTime, "2026-03-02T00:00:00"},
		{"milliseconds", 46083 + 37800250./86400000, DateTime, "2026-03-02T10:30:00.25"},
		{"before day 0", -0.25, DateTime, "1899-12-29T18:00:00"},
		{"a time", 0.4375, Time, "10:30:00"},
		{"a third of a day", 1. / 3, Time, "08:00:00"},
		{"a duration", 1.5, Duration, "PT36H"},
		{"a duration of all parts", 1 + 3723.5/86400, Duration, "PT25H2M3.5S"},
		{"a negative duration", -0.0625, Duration, "-PT1H30M"},
		{"no duration", 0, Duration, "PT0S"},
		{"a leap day", 45351, Date, "2024-02-29"},
		{"a day that hides its time", 46083.4375, Date, "2026-03-02T10:30:00"},
		{"a time that hides its day", 46083.4375, Time, "2026-03-02T10:30:00"},
		{"a time of the day after day 0", 1.5, Time, "1899-12-31T12:00:00"},
		{"a long duration", 1000, Duration, "PT24000H"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := FormatISO(tt.serial, tt.kind); got != tt.text {
				t.Errorf("FormatISO(%v) = %q, want %q", tt.serial, got, tt.text)
			}
			serial, kind, ok := ParseISO(tt.text)
			wantKind := tt.kind
			if strings.Contains(tt.text, "-") && strings.Contains(tt.text, "T") && tt.kind != Duration {
				wantKind = DateTime // also where the format hides a part
			}
			if !ok || kind != wantKind || math.Abs(serial-tt.serial) > 1e-9 {
				t.Errorf("ParseISO(%q) = %v, %v, %v, want %v, %v", tt.text, serial, kind, ok, tt.serial, wantKind)
			}
		})
	}
}

// TestFormatISORounds has serials that are not whole milliseconds, and those without a form.
func TestFormatISORounds(t *testing.T) {
	tests := []struct {
		serial float64
		kind   DateKind
		text   string
	}{
		{46083.0000000001, Date, "2026-03-02"},
		{0.43750000001, Time, "10:30:00"},
		{46082.999999999, DateTime, "2026-03-02T00:00:00"},
		{2958466, Date, ""},
		{math.Nextafter(2958466, 0), Date, ""},
		{math.Inf(1), DateTime, ""},
		{-693594, DateTime, ""},
		{1e300, Duration, ""},
		{math.NaN(), Date, ""},
		{1, NoDate, ""},
	}
	for _, tt := range tests {
		if got := FormatISO(tt.serial, tt.kind); got != tt.text {
			t.Errorf("FormatISO(%v, %v) = %q, want %q", tt.serial, tt.kind, got, tt.text)
		}
	}
}

func TestParseISO(t *testing.T) {
	tests := []struct {
		text string
		kind DateKind // NoDate is refused
	}{
		{"2026-03-02T10:30", DateTime}, {"10:30", Time}, {"P1DT12H", Duration}, {"P1D", Duration}, {"PT1.250S", Duration},
		{"", NoDate}, {"2026", NoDate}, {"2026-03", NoDate}, {"2026-3-2", NoDate}, {"2026-02-29", NoDate}, {"0000-01-01", NoDate},
		{"3/2/2026", NoDate}, {"02.03.2026", NoDate}, {"20260302", NoDate}, {"2026-03-02 10:30:00", NoDate},
		{"2026-03-02T10:30:00Z", NoDate}, {"2026-03-02T10:30:00+01:00", NoDate}, {"2026-03-02t10:30:00", NoDate},
		{"2026-03-02T24:00:00", NoDate}, {"2026-03-02T10:30:60", NoDate}, {"2026-03-02T10:30:00.1234", NoDate},
		{"2026-03-02T10:30:00,5", NoDate}, {"2026-03-02T10:30:00.", NoDate}, {"2026-03-02T1:30:00", NoDate}, {"9:30", NoDate}, {"10:30:00.", NoDate}, {" 10:30", NoDate},
		{"P", NoDate}, {"PT", NoDate}, {"P1DT", NoDate}, {"P1Y", NoDate}, {"PT1,5S", NoDate}, {"-1", NoDate}, {"--PT1H", NoDate}, {"PT99999999999S", Duration}, {"P9999999D", NoDate},
		{"10:30:00.250000", Time}, {"P1DT2H30M", Duration}, {"PT90M", Duration}, {"PT1.5H", NoDate}, {"P1M", NoDate}, {"P1W", NoDate}, {"PT1S2M", NoDate}, {"p1d", NoDate},
		{"PT1.2345S", NoDate}, {"2026-03-02T", NoDate}, {"2026-03-02 ", NoDate}, {"02026-03-02", NoDate}, {"+2026-03-02", NoDate}, {"-2026-03-02", NoDate},
		{"2026-061", NoDate}, {"2026-W10-1", NoDate}, {"10:30 AM", NoDate}, {"25:30:00", NoDate}, {"२०२६-०३-०२", NoDate},
	}
	for _, tt := range tests {
		if _, kind, ok := ParseISO(tt.text); kind != tt.kind && ok || ok != (tt.kind != NoDate) {
			t.Errorf("ParseISO(%q) = %v, %v, want %v", tt.text, kind, ok, tt.kind)
		}
	}
}

// FuzzISO holds that what is parsed is written in a form that is parsed as the same, and
// no text is taken to be of another length of time than it is.
func FuzzISO(f *testing.F) {
	for _, text := range []string{"2026-03-02", "2026-03-02T10:30:00.25", "10:30", "PT36H", "-P1DT0.001S", "0001-01-01T00:00:00.001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		serial, kind, ok := ParseISO(text)
		if !ok {
			return
		}
		again := FormatISO(serial, kind)
		second, secondKind, ok := ParseISO(again)
		if !ok || secondKind != kind || math.Abs(second-serial) > 1e-8 || FormatISO(second, kind) != again {
			t.Errorf("ParseISO(%q) = %v, FormatISO = %q, ParseISO = %v, %v", text, serial, again, second, ok)
		}
	})
}

// FuzzFormatISO checks that each serial that has a text is parsed to the same millisecond.
func FuzzFormatISO(f *testing.F) {
	for _, serial := range []float64{0, 46083.4375, -0.1, 1.0 / 3, 2958465.99999, -693593, 1e9} {
		for kind := Date; kind <= Duration; kind++ {
			f.Add(serial, uint8(kind))
		}
	}
	f.Fuzz(func(t *testing.T, serial float64, kind uint8) {
		d := DateCell{serial, Date + DateKind(kind%4)}
		text := d.String()
		if text == "" {
			return
		}
		back, _, ok := ParseISO(text)
		if !ok || math.Round(back*msPerDay) != math.Round(serial*msPerDay) {
			t.Errorf("FormatISO(%v, %v) = %q, parsed %v, %t", serial, d.Kind, text, back, ok)
		}
	})
}
