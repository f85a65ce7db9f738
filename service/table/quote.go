package table

import (
	"fmt"
	"strconv"
	"strings"
)

// QuoteList returns the names quoted, with commas between them; after 50 of them it
// says how many more there are.
func QuoteList(names []string) string {
	const limit = 50
	var quoted []string
	for _, name := range names[:min(limit, len(names))] {
		quoted = append(quoted, Quote(name))
	}
	if more := len(names) - limit; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// Quote returns a name from a request as %q has it, for an error. It is cut after 100
// characters.
func Quote(name string) string {
	const limit = 100
	if runes := []rune(name); len(runes) > limit {
		name = string(runes[:limit]) + "…"
	}
	return strconv.Quote(name)
}
