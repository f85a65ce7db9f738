package table

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

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
