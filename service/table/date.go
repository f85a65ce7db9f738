package table

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DateKind is a kind of cells that hold a date or a time. Such a cell holds a number, the
// serial: days since 1899-12-30, in no time zone,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/DateTimeRenderOption.
// What it is depends on its number format only; see [DateKindOf].
type DateKind uint8

// The kinds, and how values of each are written in ISO 8601.
const (
	NoDate   DateKind = iota // any other cell
	Date                     // 2026-03-02
	DateTime                 // 2026-03-02T10:30:00, or with milliseconds 2026-03-02T10:30:00.25
	Time                     // 10:30:00, of a day
	Duration                 // PT36H15M, of any length
)

// DateCell is the value of a cell that holds a date or a time. Values are compared by
// their serials, whatever their kinds are.
type DateCell struct {
	Serial float64
	Kind   DateKind
}

// String returns [FormatISO] of the value.
func (d DateCell) String() string { return FormatISO(d.Serial, d.Kind) }

const (
	msPerDay = 24 * 60 * 60 * 1000
	// dayZero is serial 0, in days since 1970-01-01.
	dayZero = -25569
	// firstSerial and endSerial are the days 0001-01-01 and 10000-01-01.
	firstSerial, endSerial = -693_593, 2_958_466
)

// FormatISO returns a serial in ISO 8601, rounded to milliseconds. It leaves out nothing
// that the sheet does not show: the time of day of a [Date], and the day of a [Time], make
// it a text with both, as for a [DateTime]. It returns "" where ISO 8601 has no form for
// the serial, as for a year of five digits: such a cell is a number.
func FormatISO(serial float64, kind DateKind) string { return string(AppendISO(nil, serial, kind)) }

// AppendISO appends the text of [FormatISO].
func AppendISO(b []byte, serial float64, kind DateKind) []byte {
	if kind == NoDate || !(serial >= firstSerial && serial < endSerial) {
		return b
	}
	ms := int64(math.Round(serial * msPerDay))
	if kind == Duration {
		return appendDuration(b, ms)
	}
	day := ms / msPerDay
	if ms -= day * msPerDay; ms < 0 {
		ms += msPerDay
		day--
	}
	if kind == Time && day == 0 {
		return appendTime(b, ms)
	}
	if day == endSerial { // rounded up
		return b
	}
	year, month, dayOfMonth := time.Unix((day+dayZero)*24*60*60, 0).UTC().Date()
	b = appendDigits(b, int64(year), 4)
	b = appendDigits(append(b, '-'), int64(month), 2)
	b = appendDigits(append(b, '-'), int64(dayOfMonth), 2)
	if kind == Date && ms == 0 {
		return b
	}
	return appendTime(append(b, 'T'), ms)
}

func appendTime(b []byte, ms int64) []byte {
	b = appendDigits(b, ms/3_600_000, 2)
	b = appendDigits(append(b, ':'), ms/60_000%60, 2)
	b = appendDigits(append(b, ':'), ms/1000%60, 2)
	return appendFraction(b, ms)
}

// appendFraction appends the part of a second, if there is one.
func appendFraction(b []byte, ms int64) []byte {
	if ms%1000 == 0 {
		return b
	}
	b = appendDigits(append(b, '.'), ms%1000, 3)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// appendDuration appends hours, minutes and seconds without those that are zero. A
// minus sign before the P is that of ISO 8601-2 and of XML Schema.
func appendDuration(b []byte, ms int64) []byte {
	if ms < 0 {
		b, ms = append(b, '-'), -ms
	}
	b = append(b, "PT"...)
	if hours := ms / 3_600_000; hours > 0 {
		b = append(strconv.AppendInt(b, hours, 10), 'H')
	}
	if minutes := ms / 60_000 % 60; minutes > 0 {
		b = append(strconv.AppendInt(b, minutes, 10), 'M')
	}
	if ms%60_000 > 0 || ms == 0 {
		b = append(appendFraction(strconv.AppendInt(b, ms/1000%60, 10), ms), 'S')
	}
	return b
}

// appendDigits appends a number with zeros before it up to this width.
func appendDigits(b []byte, n int64, width int) []byte {
	for limit := int64(10); width > 1; width-- {
		if n < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, n, 10)
}

// ParseISO parses a date, a time or both in ISO 8601 as [FormatISO] writes them; seconds may
// be left out, and have decimals as far as these are whole milliseconds. It also takes
// durations with days, such as P1DT12H. A text with a time zone is not parsed: cells have
// none.
func ParseISO(text string) (serial float64, kind DateKind, ok bool) {
	if len(text) < len("P1D") {
		return 0, NoDate, false
	}
	if text[0] == 'P' || text[0] == '-' {
		return parseDuration(text)
	}
	day, clock := text, ""
	switch {
	case text[2] == ':':
		kind, day, clock = Time, "", text
	case len(text) == len(time.DateOnly):
		kind = Date
	case len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == 'T':
		kind, day, clock = DateTime, text[:len(time.DateOnly)], text[len(time.DateOnly)+1:]
	default:
		return 0, NoDate, false
	}
	var ms int64
	if kind != Time {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil || t.Year() < 1 {
			return 0, NoDate, false
		}
		ms = t.UnixMilli() - dayZero*msPerDay
	}
	if kind != Date {
		since, ok := parseTime(clock)
		if !ok {
			return 0, NoDate, false
		}
		ms += since
	}
	return float64(ms) / msPerDay, kind, true
}

// parseTime returns a time of day in milliseconds.
func parseTime(text string) (ms int64, ok bool) {
	layout := time.TimeOnly
	if len(text) == len("15:04") {
		layout = "15:04"
	}
	// Package time takes also 9:30, and a comma before the decimals of a second.
	if len(text) < len(layout) || text[2] != ':' || strings.Contains(text, ",") {
		return 0, false
	}
	t, err := time.Parse(layout, text)
	since := t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
	return since.Milliseconds(), err == nil && since%time.Millisecond == 0
}

// durationForm has parts that are short enough for the sum to be exact.
var durationForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-?)P(?:(\d{1,7})D)?(T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,11})(?:\.(\d{1,3})0*)?S)?)?$`)
})

func parseDuration(text string) (serial float64, kind DateKind, ok bool) {
	parts := durationForm().FindStringSubmatch(text)
	if parts == nil || parts[2] == "" && parts[3] == "" || parts[3] == "T" {
		return 0, NoDate, false
	}
	var ms int64
	for i, unit := range map[int]int64{2: msPerDay, 4: 3_600_000, 5: 60_000, 6: 1000} {
		n, _ := strconv.ParseInt(parts[i], 10, 64) // digits, or none
		ms += n * unit
	}
	decimals, _ := strconv.ParseInt((parts[7] + "000")[:3], 10, 64)
	if ms += decimals; parts[1] != "" {
		ms = -ms
	}
	serial = float64(ms) / msPerDay
	return serial, Duration, serial >= firstSerial && serial < endSerial
}
