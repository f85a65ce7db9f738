package table

import "strings"

// nearest returns the known name that differs from name by the fewest edits, without regard to
// case: at most two, and at most one for each two bytes of name; "" if there is none. Of several
// it returns the first. Long names are not compared, because a sheet may have many.
func nearest(name string, known []string) string {
	const longest = 100
	if len(name) > longest {
		return ""
	}
	name = strings.ToLower(name)
	for edits := range min(2, len(name)/2) + 1 {
		for _, k := range known {
			if len(k) <= longest+edits && within(name, strings.ToLower(k), edits) {
				return k
			}
		}
	}
	return ""
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
