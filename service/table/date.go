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
// serial: days since 1899-12-30, in no time zone. What it is depends on its number format
// only; see [DateKindOf].
type DateKind uint8

// The kinds, and how values of each are written in ISO 8601.
const (
	NoDate   DateKind = iota // any other cell
	Date                     // 2026-03-02
	DateTime                 // 2026-03-02T10:30:00, or with milliseconds 2026-03-02T10:30:00.250
	Time                     // 10:30:00, of a day
	Duration                 // PT36H15M, of any length
)

// DateKindOf returns the kind of cells with a number format, given its type and pattern,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells#numberformattype.
// A pattern that counts hours, minutes or seconds on, such as [h]:mm, is that of a duration.
func DateKindOf(formatType, pattern string) DateKind {
	switch formatType {
	case "DATE":
		return Date
	case "DATE_TIME", "TIME":
		if elapsedPattern().MatchString(pattern) {
			return Duration
		}
		if formatType == "TIME" {
			return Time
		}
		return DateTime
	}
	return NoDate
}

// elapsedPattern is [h], [mm] and the like, which no color or condition in brackets is.
var elapsedPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`) })

const (
	msPerDay  = 24 * 60 * 60 * 1000
	maxSerial = 3e6 // days: the year 9999 is before it
)

// day0 is the date whose serial is 0.
var day0 = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)

// FormatISO returns a serial in ISO 8601, rounded to milliseconds. Of a [Date] it leaves out
// the time of day, of a [Time] the days, as Sheets does when it shows them. It returns ""
// where ISO 8601 has no form for the serial, as for a year of five digits.
func FormatISO(serial float64, kind DateKind) string {
	if math.IsNaN(serial) || math.Abs(serial) > maxSerial {
		return ""
	}
	ms := int64(math.Round(serial * msPerDay))
	if kind == Duration {
		return formatDuration(ms)
	}
	// Days and the rest apart: a Duration of Go's ends after 292 years.
	days := int64(math.Floor(float64(ms) / msPerDay))
	at := day0.AddDate(0, 0, int(days)).Add(time.Duration(ms-days*msPerDay) * time.Millisecond)
	if year := at.Year(); kind != Time && (year < 1 || year > 9999) {
		return ""
	}
	switch kind {
	case Date:
		return at.Format("2006-01-02")
	case DateTime:
		return at.Format("2006-01-02T15:04:05.999")
	case Time:
		return at.Format("15:04:05.999")
	}
	return ""
}

// formatDuration returns the shortest form in hours, minutes and seconds.
func formatDuration(ms int64) string {
	if ms == 0 {
		return "PT0S"
	}
	var b strings.Builder
	if ms < 0 {
		b.WriteByte('-')
		ms = -ms
	}
	b.WriteString("PT")
	if h := ms / (60 * 60 * 1000); h > 0 {
		b.WriteString(strconv.FormatInt(h, 10) + "H")
	}
	if m := ms / (60 * 1000) % 60; m > 0 {
		b.WriteString(strconv.FormatInt(m, 10) + "M")
	}
	if s := ms % (60 * 1000); s > 0 {
		b.WriteString(strconv.FormatFloat(float64(s)/1000, 'f', -1, 64) + "S")
	}
	return b.String()
}

// ParseISO parses a date, a time or both in ISO 8601 as [FormatISO] writes them; seconds may
// be left out, and have up to three decimals. It also takes durations with days, such as
// P1DT12H. A text with a time zone is not parsed: cells have none.
func ParseISO(text string) (serial float64, kind DateKind, ok bool) {
	const longest = len("2026-03-02T10:30:00.250") + 10 // a duration may have more digits
	if len(text) < len("P1D") || len(text) > longest {
		return 0, NoDate, false
	}
	if text[0] == 'P' || text[0] == '-' {
		return parseDuration(text)
	}
	for _, form := range isoForms {
		if at, err := time.Parse(form.layout, text); err == nil && exactISO(text, form.layout) {
			ms := at.Sub(at.Truncate(24*time.Hour)).Milliseconds()
			if form.kind != Time {
				serial = float64((at.Unix() - day0.Unix()) / (24 * 60 * 60))
				if at.Before(day0) {
					serial = math.Floor(float64(at.Unix()-day0.Unix()) / (24 * 60 * 60))
				}
			}
			return serial + float64(ms)/msPerDay, form.kind, at.Year() > 0 || form.kind == Time
		}
	}
	return 0, NoDate, false
}

var isoForms = []struct {
	layout string
	kind   DateKind
}{
	{"2006-01-02", Date}, {"2006-01-02T15:04:05", DateTime}, {"2006-01-02T15:04", DateTime}, {"15:04:05", Time}, {"15:04", Time},
}

// exactISO reports whether a text that [time.Parse] took has the layout's length, or up to
// three decimals of a second more, after a point: Parse takes hours of one digit, any
// number of decimals, and a comma.
func exactISO(text, layout string) bool {
	n := len(layout)
	if len(text) < n || len(text) == n {
		return len(text) == n
	}
	return text[n] == '.' && len(text) <= n+len(".000") && len(text) > n+1
}

var durationForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-?)P(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,11}(?:\.\d{1,3})?)S)?)?$`)
})

func parseDuration(text string) (serial float64, kind DateKind, ok bool) {
	parts := durationForm().FindStringSubmatch(text)
	if parts == nil || strings.HasSuffix(text, "T") || strings.HasSuffix(text, "P") {
		return 0, NoDate, false
	}
	ms := 0.0
	for i, unit := range []float64{msPerDay, 60 * 60 * 1000, 60 * 1000, 1000} {
		if parts[i+2] != "" {
			n, _ := strconv.ParseFloat(parts[i+2], 64) // the form has digits there
			ms += n * unit
		}
	}
	if parts[1] == "-" {
		ms = -ms
	}
	serial = ms / msPerDay
	return serial, Duration, math.Abs(serial) <= maxSerial
}
