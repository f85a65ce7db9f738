package terminal

import (
	"io"
	"os"
	"strings"
	"unicode"
)

// UseColor reports whether what is written to w is shown in colour: if w is a terminal,
// unless NO_COLOR is set (https://no-color.org) or TERM is dumb.
func UseColor(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// style is how text is shown: plain, or in colours (ECMA-48, Select Graphic Rendition).
type style struct{ color bool }

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint returns a text in a colour.
func (s style) paint(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// status returns the colour of an HTTP status; 0 is a request without a response.
func (s style) status(status int, text string) string {
	switch {
	case status == 0 || status >= 500:
		return s.paint(red, text)
	case status >= 400:
		return s.paint(yellow, text)
	}
	return s.paint(green, text)
}

// clean returns text of at most length characters without control characters and marks that
// change the direction of writing, which would control the terminal.
func clean(text string, length int) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if runes := []rune(out); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return out
}
