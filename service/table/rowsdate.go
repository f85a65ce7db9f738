package table

import (
	"encoding/binary"
	"hash/maphash"
	"regexp"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Hash identifies the content of the rows.
func (s *RowSet) Hash() string { return s.hash }

// HasDates reports whether a cell is a date, or a column has one as its name.
func (s *RowSet) HasDates() bool { return len(s.kinds) > 0 || s.datedNames }

var textSeed = maphash.MakeSeed()

// HashTexts returns a hash of the names of columns, and of the cells that are texts with
// their places. It is the same within a process only.
func (s *RowSet) HashTexts() uint64 {
	var h maphash.Hash
	h.SetSeed(textSeed)
	for _, key := range s.keys {
		_, _ = h.Write(key) // a hash takes everything
	}
	var place [8]byte
	s.texts(func(row, column int, text jsontext.Value) bool {
		binary.LittleEndian.PutUint32(place[:], uint32(row))
		binary.LittleEndian.PutUint32(place[4:], uint32(column))
		_, _ = h.Write(place[:])
		_, _ = h.Write(text)
		return true
	})
	return h.Sum64()
}

// texts calls yield for each cell that is a text, until it returns false.
func (s *RowSet) texts(yield func(row, column int, text jsontext.Value) bool) {
	for row := range s.firstCells {
		cells := s.rowCells(row)
		for column, cell := range cells {
			if cell.to > cell.from && s.json[cell.from] == '"' && !yield(row, column, s.json[cell.from:cell.to]) {
				return
			}
		}
	}
}

// HasDateText reports whether a text, or the name of a column, looks like a date or a time
// that is not in ISO 8601. If somebody types it again, the cell may become a date without
// a change of what the sheet shows.
func (s *RowSet) HasDateText() bool {
	for _, key := range s.keys {
		if isDateText(key[:len(key)-1]) {
			return true
		}
	}
	found := false
	s.texts(func(_, _ int, text jsontext.Value) bool {
		found = isDateText(text)
		return !found
	})
	return found
}

// maxDateText is longer than any date that people type.
const maxDateText = 40

// dateText matches numbers with a separator between, and a number beside the name of a
// month in English. It is made to take too much for a date rather than too little.
var dateText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^"[a-z., ]*([0-9]{1,4} ?[-/:] ?[0-9]|[0-9]{1,2}\. ?[0-9]{1,2}\.)|[0-9] ?(am|pm)|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/., ]+[0-9]|[0-9][-/., ]+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`)
})

// isoText matches what is a date in ISO 8601, and points in time with a zone, which a sheet
// takes for texts.
var isoText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^"[0-9]{4}-[0-9]{2}-[0-9]{2}("|T)`)
})

func isDateText(text jsontext.Value) bool {
	return len(text) <= maxDateText && dateText().Match(text) && !isoText().Match(text)
}
