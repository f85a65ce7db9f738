package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// UnmarshalText parses a fault: the call (empty = every call), a colon, and what
// fails, separated by commas:
//
//	sheets.spreadsheets.values.get:status=429,times=3
//	metadata.token:delay=2s
//	sheets.spreadsheets.batchUpdate:drop=after,times=1
//	:hang
//	drive.files.get:status=503,html
func (f *Fault) UnmarshalText(text []byte) error {
	call, rest, ok := strings.Cut(string(text), ":")
	if !ok || rest == "" {
		return fmt.Errorf("read fault %q: want CALL:WHAT, such as metadata.token:status=503,times=2", text)
	}
	read := Fault{Call: strings.TrimSpace(call)}
	if err := checkCall(read.Call); err != nil {
		return fmt.Errorf("read fault %q: %w", text, err)
	}
	given := map[string]bool{}
	for word := range strings.SplitSeq(rest, ",") {
		name, value, hasValue := strings.Cut(strings.TrimSpace(word), "=")
		switch err := read.set(name, value); {
		case err != nil:
			return fmt.Errorf("read fault %q: %w", text, err)
		case hasValue && (name == "html" || name == "hang"):
			return fmt.Errorf("read fault %q: %s has no value", text, name)
		case given[name]:
			return fmt.Errorf("read fault %q: %s is given twice", text, name)
		}
		given[name] = true
	}
	if read == (Fault{Call: read.Call, Times: read.Times}) {
		return fmt.Errorf("read fault %q: nothing fails: want one of status, delay, html, hang, drop", text)
	}
	*f = read
	return nil
}

// MarshalText is the inverse of [Fault.UnmarshalText].
func (f Fault) MarshalText() ([]byte, error) {
	var words []string
	add := func(set bool, word string) {
		if set {
			words = append(words, word)
		}
	}
	add(f.Status != 0, "status="+strconv.Itoa(f.Status))
	add(f.HTML, "html")
	add(f.Delay != 0, "delay="+f.Delay.String())
	add(f.Hang, "hang")
	add(f.Drop != DropNone, "drop="+[...]string{"", "before", "after", "middle"}[f.Drop])
	add(f.Times != 0, "times="+strconv.Itoa(f.Times))
	return []byte(f.Call + ":" + strings.Join(words, ",")), nil
}

// set sets one field.
func (f *Fault) set(name, value string) (err error) {
	switch name {
	case "status":
		f.Status, err = strconv.Atoi(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	case "html":
		f.HTML = true
	case "hang":
		f.Hang = true
	case "drop":
		drop, ok := map[string]Drop{"before": DropBefore, "after": DropAfter, "middle": DropMiddle}[value]
		if f.Drop = drop; !ok {
			return fmt.Errorf("drop is before, after or middle, not %q", value)
		}
	default:
		return fmt.Errorf("%q is none of status, times, delay, html, hang, drop", name)
	}
	if err != nil || f.Times < 0 || f.Delay < 0 || f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		want := map[string]string{"status": "400 to 599", "times": "a whole number", "delay": "a duration such as 2s"}[name]
		return fmt.Errorf("%s is %s, not %q", name, want, value)
	}
	return nil
}
