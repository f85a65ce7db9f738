package web

import "strings"

// nearest returns the known name that differs from name by the fewest edits, at most two,
// without regard to case; "" if there is none.
func nearest(name string, known []string) string {
	name = strings.ToLower(name)
	for edits := range min(2, len(name)/2) + 1 {
		for _, k := range known {
			if within(name, strings.ToLower(k), edits) {
				return k
			}
		}
	}
	return ""
}

// similar returns a hint that ends in the name that is meant; "" if no name is similar.
func similar(hint, name string) string {
	if name == "" {
		return ""
	}
	return hint + name
}

// within reports whether at most so many edits make one text of the other: a byte that is
// added, left out or replaced, or two neighbours that are exchanged.
func within(a, b string, edits int) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= edits
	case edits == 0:
		return false
	}
	exchanged := len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0]
	return within(a[1:], b[1:], edits-1) || within(a[1:], b, edits-1) || within(a, b[1:], edits-1) ||
		exchanged && within(a[2:], b[2:], edits-1)
}
