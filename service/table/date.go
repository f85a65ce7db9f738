package table

import (
	"math"
	"strconv"
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
