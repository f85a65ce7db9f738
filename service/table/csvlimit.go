package table

import (
	"fmt"
	"io"
)

// csvLimit passes a CSV text on up to the first line that has more fields than line 1
// names columns. A csv.Reader reports such a line only after it has made a string of
// each of the fields, which take 40 times the memory of their commas.
type csvLimit struct {
	text   io.Reader
	most   int  // fields of a line; of line 1 first
	header bool // line 1 has passed
	quoted bool
	empty  bool // nothing of the line has passed
	fields int  // commas of the line so far
	line   int  // number of the current line, from 1
	start  int  // that of the one at which the record began
}

func newCSVLimit(text io.Reader) *csvLimit {
	return &csvLimit{text: text, most: maxColumns, empty: true, line: 1, start: 1}
}

// Read implements [io.Reader]. Its error is an [Error], or that of the text.
func (l *csvLimit) Read(p []byte) (int, error) {
	n, err := l.text.Read(p)
	for i, c := range p[:n] {
		if !l.pass(c) {
			return i, l.tooMany()
		}
	}
	return n, err
}

// pass counts a byte, and reports false if there are too many fields. A text with
// quotes in wrong places is not CSV, so that it does not matter how it counts.
func (l *csvLimit) pass(c byte) bool {
	switch c {
	case '\n':
		l.endLine()
		return true
	case '\r':
		return true
	case '"':
		l.quoted = !l.quoted
	case ',':
		if !l.quoted {
			l.fields++
		}
	}
	l.empty = false
	return l.fields < l.most
}

func (l *csvLimit) endLine() {
	l.line++
	if l.quoted {
		return
	}
	if !l.header && !l.empty {
		l.header, l.most = true, l.fields+1
	}
	l.fields, l.empty, l.start = 0, true, l.line
}

func (l *csvLimit) tooMany() error {
	if !l.header {
		return &Error{Code: InvalidRows, Detail: fmt.Sprintf("line %d: more than %d columns, the most that a sheet can have", l.start, maxColumns)}
	}
	return errFieldCount(l.start)
}

func errFieldCount(line int) error {
	return &Error{Code: InvalidRows, Detail: fmt.Sprintf("line %d: not as many fields as line 1 names columns", line)}
}
