package table

import (
	"fmt"
	"io"
)

// csvLimit reads a CSV text up to the first line that has more fields than line 1 names
// columns. A csv.Reader reports such a line only after it has made a string of each of the
// fields, which take 40 times the memory of their commas. csvLimit also reports what a
// csv.Reader does not: which fields are in quotes, and lines that end in a carriage return
// or whose fields are not separated by commas.
type csvLimit struct {
	text   io.Reader
	most   int  // fields of a line; of line 1 first
	header bool // line 1 has passed
	quoted bool
	empty  bool // nothing of the line has passed
	fields int  // commas of the line so far
	line   int  // number of the current line, from 1
	start  int  // that of the one at which the record began

	inQuotes map[int][]int // by the line at which a record begins: its fields in quotes
	begins   bool          // the next byte is the first of a field
	carriage bool          // the last byte was a carriage return outside of quotes
	others   [256]int      // of line 1: how often it has other separators
}

func newCSVLimit(text io.Reader) *csvLimit {
	return &csvLimit{text: text, most: maxColumns, empty: true, line: 1, start: 1, begins: true, inQuotes: map[int][]int{}}
}

// quotedFields returns the indexes of the fields in quotes of the record that begins at
// this line, once.
func (l *csvLimit) quotedFields(line int) []int {
	fields := l.inQuotes[line]
	delete(l.inQuotes, line)
	return fields
}

// Read implements [io.Reader]. Its error is an [Error], or that of the text.
func (l *csvLimit) Read(p []byte) (int, error) {
	n, err := l.text.Read(p)
	for i, c := range p[:n] {
		if fault := l.pass(c); fault != nil {
			return i, fault
		}
	}
	return n, err
}

// pass counts a byte, and returns an error if the text is not to be read on. A text with
// quotes in wrong places is not CSV, so that it does not matter how it counts.
func (l *csvLimit) pass(c byte) error {
	if l.carriage && c != '\n' {
		return errCarriageReturn(l.line)
	}
	l.carriage = c == '\r' && !l.quoted
	switch {
	case c == '\n':
		return l.endLine()
	case c == '\r':
		return nil
	case c == '"':
		if l.begins && !l.quoted {
			l.inQuotes[l.start] = append(l.inQuotes[l.start], l.fields)
		}
		l.quoted = !l.quoted
	case l.quoted:
	case c == ',':
		l.fields++
	case !l.header:
		l.others[c]++
	}
	l.begins, l.empty = c == ',' && !l.quoted, false
	if l.fields >= l.most {
		return l.tooMany()
	}
	return nil
}

func (l *csvLimit) endLine() error {
	l.line++
	if l.quoted {
		return nil
	}
	if !l.header && !l.empty {
		if l.fields == 0 {
			if err := l.checkSeparator(); err != nil {
				return err
			}
		}
		l.header, l.most = true, l.fields+1
	}
	l.fields, l.empty, l.begins, l.start = 0, true, true, l.line
	return nil
}

func (l *csvLimit) tooMany() error {
	if !l.header {
		return &Error{Code: InvalidRows, Detail: fmt.Sprintf("line %d: more than %d columns, the most that a sheet can have", l.start, maxColumns)}
	}
	return errFieldCount(l.start)
}

func errFieldCount(line int) error {
	return &Error{
		Code: InvalidRows, Detail: fmt.Sprintf("line %d: not as many fields as line 1 names columns", line),
		Hint: `put a field that holds a comma or a line break into quotes, as in "a, b"`,
	}
}
