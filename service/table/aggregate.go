package table

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// accumulator makes one value of those of a column, for each group of rows.
type accumulator struct {
	aggregate Aggregate
	column    int      // -1 counts rows
	counts    []int    // of Count
	sums      []sum    // of Sum and Avg
	extremes  []scalar // of Min and Max
	size      int      // of the texts in extremes, in bytes
}

// grow adds a group.
func (a *accumulator) grow() {
	switch a.aggregate {
	case Count:
		a.counts = append(a.counts, 0)
	case Sum, Avg:
		a.sums = append(a.sums, sum{})
	case Min, Max:
		a.extremes = append(a.extremes, scalar{kind: blankKind})
	}
}

// add adds a value to a group.
func (a *accumulator) add(group int, value scalar) {
	if value.kind == blankKind {
		return
	}
	switch a.aggregate {
	case Count:
		a.counts[group]++
	case Sum, Avg:
		a.sums[group].add(value)
	case Min, Max:
		// A value of an earlier kind is more extreme than any of a later one.
		most := &a.extremes[group]
		by := compareScalars(value, *most)
		if value.kind < most.kind || value.kind == most.kind && (by < 0 && a.aggregate == Min || by > 0 && a.aggregate == Max) {
			a.size += len(value.text) - len(most.text)
			*most = value
		}
	}
}

// result returns the JSON of a group's value, null if it is blank, and what kind of a date
// it is. It reports false where no cell can hold the value.
func (a *accumulator) result(group int) (text jsontext.Value, kind DateKind, ok bool) {
	switch a.aggregate {
	case Count:
		return strconv.AppendInt(nil, int64(a.counts[group]), 10), NoDate, true
	case Min, Max:
		return a.extremes[group].json(), a.extremes[group].date, true
	}
	return a.sums[group].result(a.aggregate == Avg)
}

// sum adds numbers, or, where there are none, durations.
type sum struct {
	n         int
	durations bool // what is added are durations
	value     float64
	lost      float64 // the digits that value has lost, by Neumaier's summation
}

func (s *sum) add(value scalar) {
	duration := value.date == Duration
	switch {
	case value.kind != numberKind || value.date != NoDate && !duration:
		return
	case duration && !s.durations && s.n > 0:
		return
	case duration != s.durations:
		*s = sum{durations: duration}
	}
	s.n++
	v, next := value.number, s.value+value.number
	if math.Abs(s.value) >= math.Abs(v) {
		s.lost += s.value - next + v
	} else {
		s.lost += v - next + s.value
	}
	s.value = next
}

func (s *sum) result(average bool) (text jsontext.Value, kind DateKind, ok bool) {
	if s.n == 0 {
		return jsonNull, NoDate, true
	}
	value := s.value + s.lost
	if average {
		value /= float64(s.n)
	}
	if s.durations {
		iso := FormatISO(value, Duration)
		return quoteJSON(iso), Duration, iso != ""
	}
	text, err := json.Marshal(value) // fails beyond the greatest number
	return text, NoDate, err == nil
}

var jsonNull = jsontext.Value("null")

// json returns the value as it is in a row.
func (s scalar) json() jsontext.Value {
	switch {
	case s.kind == blankKind:
		return jsonNull
	case s.text != "":
		return quoteJSON(s.text)
	case s.kind == booleanKind:
		return strconv.AppendBool(nil, s.number == 1)
	}
	text, _ := json.Marshal(s.number) // a cell's number is finite
	return text
}
