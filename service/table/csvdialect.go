package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// Hints: the commands that convert what some programs write to CSV in UTF-8.
const (
	fromUTF16     = "convert it: iconv -f UTF-16 -t UTF-8 old.csv > new.csv"
	fromCarriages = "end lines with a line feed: tr '\\r' '\\n' < old.csv > new.csv"
	withCommas    = `separate fields by commas: python3 -c "import csv,sys; csv.writer(sys.stdout).writerows(csv.reader(sys.stdin,delimiter=%s))" < old.csv > new.csv`
)

// byteOrderMark is U+FEFF, with which Excel and others begin a text.
const byteOrderMark = "\ufeff"

// separatorLine is a first line that only Excel reads.
var separatorLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^"?sep=(.?)"?\r?(\n|$)`) })

// checkCSV returns the text without a byte order mark. It returns an [Error] if the text
// begins as CSV in UTF-8 does not.
func checkCSV(text io.Reader) (io.Reader, error) {
	r := bufio.NewReader(text)
	start, _ := r.Peek(64) // an error comes again with the next read
	if fault := utf16Fault(start); fault != nil {
		fault.Hint = fromUTF16
		return nil, fault
	}
	if bytes.HasPrefix(start, []byte(byteOrderMark)) {
		_, _ = r.Discard(len(byteOrderMark)) // it is there
		start = start[len(byteOrderMark):]
	}
	if m := separatorLine().FindSubmatch(start); m != nil {
		fault := &Error{Code: BadRequest, Detail: fmt.Sprintf("line 1 is %s, which is not a line of CSV", Quote("sep="+string(m[1])))}
		fault.Hint = "delete line 1: tail -n +2 old.csv > new.csv"
		if separator := string(m[1]); separator != "" && separator != "," {
			fault.Hint += "; then " + fmt.Sprintf(withCommas, pythonText(separator[0]))
		}
		return nil, fault
	}
	return r, nil
}

// utf16Fault returns an error for a text that begins with the byte order mark of UTF-16, or
// as an ASCII character in it does.
func utf16Fault(start []byte) *Error {
	seen := ""
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}):
		seen = "the bytes FF FE"
	case bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		seen = "the bytes FE FF"
	case len(start) > 1 && (start[0] == 0 || start[1] == 0):
		seen = "a zero byte"
	default:
		return nil
	}
	return &Error{Code: BadRequest, Detail: "the text is not UTF-8: it begins with " + seen + ", as UTF-16 does"}
}

// separators are what programs separate fields with, except for a comma.
var separators = []struct {
	sign byte
	name string
}{{';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}}

// checkSeparator returns an error if line 1 has no comma, and one of the other separators.
func (l *csvLimit) checkSeparator() error {
	for _, s := range separators {
		if l.others[s.sign] > 0 {
			return &Error{
				Code:   BadRequest,
				Detail: fmt.Sprintf("line %d has no comma, but %d %s: fields are separated by commas", l.start, l.others[s.sign], s.name),
				Hint:   fmt.Sprintf(withCommas, pythonText(s.sign)),
			}
		}
	}
	return nil
}

// pythonText returns a character as a text in Python, without double quotes around.
func pythonText(c byte) string {
	if c == '\t' {
		return `'\t'`
	}
	return "'" + string(rune(c)) + "'"
}

func errCarriageReturn(line int) error {
	return &Error{
		Code: BadRequest, Detail: fmt.Sprintf("line %d ends with a carriage return alone: lines end with a line feed, with or without a carriage return before it", line),
		Hint: fromCarriages,
	}
}
