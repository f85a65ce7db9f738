package traffic

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/commit"
)

// Transport returns a transport that sends by base, with the header
// [emulator.CauseHeader]. A request for a token is for all requests that are in flight.
func (l *Log) Transport(base http.RoundTripper) http.RoundTripper {
	return transport{log: l, base: base}
}

type transport struct {
	log  *Log
	base http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	causes := causesOf(r.Context())
	if len(causes) == 0 && strings.HasPrefix(r.URL.Path, "/computeMetadata/") {
		causes = t.log.pending()
	}
	if len(causes) > 0 {
		r = r.Clone(r.Context())
		r.Header.Set(emulator.CauseHeader, FormatCauses(causes))
	}
	return t.base.RoundTrip(r)
}

// causesOf returns the numbers of the requests that a call with the context is for.
func causesOf(ctx context.Context) (numbers []int64) {
	for _, caller := range append(commit.Callers(ctx), ctx) {
		if n, ok := caller.Value(numberKey{}).(int64); ok && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// FormatCauses writes ascending numbers as ranges, "3,7-9", of which it leaves out what
// the emulator would not take.
func FormatCauses(numbers []int64) string {
	const maxLength = 2000 // the emulator takes 2 KiB
	var text strings.Builder
	for i := 0; i < len(numbers) && text.Len() < maxLength-40; {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(strconv.FormatInt(numbers[i], 10))
		if end > i {
			text.WriteString("-" + strconv.FormatInt(numbers[end], 10))
		}
		i = end + 1
	}
	return text.String()
}

// ParseCauses is the inverse of [FormatCauses]. It returns the ranges, first and last,
// that it can read.
func ParseCauses(text string) (ranges [][2]int64) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err1 := strconv.ParseInt(first, 10, 64)
		to, err2 := strconv.ParseInt(last, 10, 64)
		if err1 == nil && err2 == nil && from > 0 && from <= to {
			ranges = append(ranges, [2]int64{from, to})
		}
	}
	return ranges
}
