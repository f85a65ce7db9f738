package table

import (
	"cmp"
	"slices"
	"strings"
)

// sortItem is a row with what it is sorted by.
type sortItem struct {
	row    int
	kind   kind
	number float64
	text   string // its first characters in lower case: made once, not for each comparison
}

// maxSortText is how many characters of a text an item has. Long texts, which would take as
// much memory as their sheet, are read again where these are the same.
const maxSortText = 100

// sortItemSize is about how many bytes an item takes, with its text.
const sortItemSize = 64

// sorter sorts rows of a set by one key.
type sorter struct {
	set *RowSet
	key sortKey
}

func (s sorter) item(row int) sortItem {
	value := s.set.scalar(row, s.key.column)
	item := sortItem{row: row, kind: value.kind, number: value.number}
	if value.kind == textKind {
		item.text = lowerStart(value.text)
	}
	return item
}

// lowerStart returns the first characters of a text in lower case. It does not keep the text.
func lowerStart(text string) string {
	n := 0
	for at := range text {
		if n++; n > maxSortText {
			return strings.ToLower(strings.Clone(text[:at]))
		}
	}
	return strings.ToLower(text)
}

// compare compares in the order of [compareScalars], with blank cells last in both
// directions unless the key has them first.
func (s sorter) compare(a, b sortItem) int {
	if a.kind == blankKind || b.kind == blankKind {
		by := cmp.Compare(a.kind, b.kind)
		if s.key.nullsFirst {
			return -by
		}
		return by
	}
	by := cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	if by == 0 && a.kind == textKind {
		by = compareText(s.set.scalar(a.row, s.key.column).text, s.set.scalar(b.row, s.key.column).text)
	}
	if s.key.descending {
		return -by
	}
	return by
}

// sort sorts rows, which are ascending, by keys, and returns the first n of them. Rows that
// compare equal keep the sheet's order. It holds the cells of one key at a time, and of the
// next one only for rows that are equal so far.
func (s *RowSet) sort(rows []int, keys []sortKey, n int) []int {
	if n = min(n, len(rows)); n == 0 || len(keys) == 0 {
		return rows[:n]
	}
	by := sorter{s, keys[0]}
	items := by.first(rows, n, len(keys) == 1)
	for i, item := range items {
		rows[i] = item.row
	}
	for start := 0; start < n && len(keys) > 1; {
		end := start + 1
		for end < len(items) && by.compare(items[start], items[end]) == 0 {
			end++
		}
		if end > start+1 {
			s.sort(rows[start:end], keys[1:], n-start)
		}
		start = end
	}
	return rows[:n]
}

// first returns the first n of the rows in order. Unless exact is set, those that are equal
// to the last of them are there too: the next key says which of them are before the others.
func (s sorter) first(rows []int, n int, exact bool) []sortItem {
	limit := max(2*n, 256) // of kept, before it is cut
	kept := make([]sortItem, 0, min(limit, len(rows)))
	var last *sortItem // of the first n so far; nil until there are n
	for _, row := range rows {
		item := s.item(row)
		if last != nil {
			if by := s.compare(item, *last); by > 0 || by == 0 && exact {
				continue
			}
		}
		if kept = append(kept, item); len(kept) < limit {
			continue
		}
		kept = s.cut(kept, n, exact)
		nth := kept[n-1]
		last, limit = &nth, max(2*len(kept), 256)
	}
	return s.cut(kept, n, exact)
}

// cut sorts items, and cuts what is after the first n, or after those that are equal to the
// last of them.
func (s sorter) cut(items []sortItem, n int, exact bool) []sortItem {
	slices.SortFunc(items, func(a, b sortItem) int { return cmp.Or(s.compare(a, b), cmp.Compare(a.row, b.row)) })
	if len(items) <= n {
		return items
	}
	end := n
	for !exact && end < len(items) && s.compare(items[n-1], items[end]) == 0 {
		end++
	}
	return items[:end]
}
