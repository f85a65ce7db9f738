package grid

import (
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// date formats a serial number as a date or a time.
func (s *section) date(n float64) (string, error) {
	if math.Abs(n) > maxDate {
		return "", rest.Unsupported("the date of a number beyond the year 9999")
	}
	places := 0
	for _, t := range s.tokens {
		if t.kind == digitToken {
			places++
		}
	}
	unit := math.Pow10(places)
	ticks := math.Round(n * 86400 * unit) // of the smallest unit that is shown
	seconds := math.Floor(ticks / unit)
	fraction := strconv.FormatFloat(ticks-seconds*unit, 'f', 0, 64)
	fraction = strings.Repeat("0", max(0, places-len(fraction))) + fraction
	day := math.Floor(seconds / 86400)
	t := dayZero.AddDate(0, 0, int(day)).Add(time.Duration(seconds-day*86400) * time.Second)
	var b strings.Builder
	for i, tok := range s.tokens {
		switch tok.kind {
		case dateToken:
			b.WriteString(datePart(t, tok.text, s.isMinutes(i), s.has(halfDayToken)))
		case elapsedToken:
			b.WriteString(elapsed(ticks/unit, tok.text))
		case halfDayToken:
			b.WriteString(halfDay(t, tok.text))
		case digitToken:
			b.WriteByte(fraction[0])
			fraction = fraction[1:]
		default:
			b.WriteString(tok.text)
		}
	}
	return b.String(), nil
}

// maxDate is the serial number after 31 December 9999.
const maxDate = 2_958_466

// isMinutes reports whether a run of m means minutes: the token before it is
// hours, or the one after it is seconds.
func (s *section) isMinutes(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if kind := s.tokens[j].kind; kind == dateToken || kind == elapsedToken {
			if strings.EqualFold(s.tokens[j].text[:1], "h") {
				return true
			}
			break
		}
	}
	for j := i + 1; j < len(s.tokens); j++ {
		if kind := s.tokens[j].kind; kind == dateToken || kind == elapsedToken {
			return strings.EqualFold(s.tokens[j].text[:1], "s")
		}
	}
	return false
}

// datePart returns the part of a date that a run of one letter means. An upper case M is never
// minutes.
func datePart(t time.Time, run string, minutes, half bool) string {
	n := len(run)
	switch strings.ToLower(run)[0] {
	case 'y':
		if n <= 2 {
			return t.Format("06")
		}
		return t.Format("2006")
	case 'd':
		return t.Format([]string{"2", "02", "Mon", "Monday"}[min(n, 4)-1])
	case 'h':
		hour := t.Hour()
		if half {
			hour = (hour+11)%12 + 1
		}
		return padded(hour, n)
	case 's':
		return padded(t.Second(), n)
	}
	switch {
	case minutes && n <= 2 && run[0] == 'm':
		return padded(t.Minute(), n)
	case n == 5:
		return t.Format("January")[:1]
	}
	return t.Format([]string{"1", "01", "Jan", "January"}[min(n, 4)-1])
}

// padded returns a number with a leading zero for a run of two letters or more.
func padded(n, run int) string {
	if run > 1 && n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// halfDay returns AM or PM, or the letter alone in the case of the token.
func halfDay(t time.Time, text string) string {
	if len(text) > len("a/p") {
		return t.Format("PM")
	}
	letter := strings.ToUpper(t.Format("PM")[:1])
	if text[0] == 'a' {
		return strings.ToLower(letter)
	}
	return letter
}

// elapsed returns all hours, minutes or seconds of a duration, with as many
// digits as the unit has letters at least.
func elapsed(seconds float64, unit string) string {
	per := map[byte]float64{'h': 3600, 'm': 60, 's': 1}[strings.ToLower(unit)[0]]
	text := strconv.FormatFloat(math.Floor(math.Abs(seconds)/per), 'f', 0, 64)
	text = strings.Repeat("0", max(0, len(unit)-len(text))) + text
	if seconds < 0 {
		return "-" + text
	}
	return text
}
