package table

import (
	"strings"
	"unicode"
)

// trimName returns the name of a column without what cannot be seen at its ends: spaces,
// and characters such as the zero-width ones, no-break spaces and byte order marks that
// come with what people paste.
func trimName(name string) string { return strings.TrimFunc(name, isInvisible) }

func isInvisible(c rune) bool {
	switch c {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // letters and a symbol that show nothing
		return true
	}
	return unicode.IsSpace(c) || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp)
}
