package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
)

// itemRange is a range without a unit. Ranges of bytes do not match.
var itemRange = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,9})-([0-9]{0,9})$`) })

// Range returns the items that a request's header Range names: "10-19", or "10-" for all
// from the eleventh on, which is a limit of 0. It reports false where the header is
// missing or in another unit, which RFC 9110 requires a server to ignore.
func Range(header http.Header) (offset, limit int, ok bool) {
	match := itemRange().FindStringSubmatch(header.Get("Range"))
	if match == nil {
		return 0, 0, false
	}
	offset, _ = strconv.Atoi(match[1])
	if match[2] == "" {
		return offset, 0, true
	}
	last, _ := strconv.Atoi(match[2])
	return offset, last - offset + 1, last >= offset
}

// UnknownTotal is the total where the request did not ask for a count.
const UnknownTotal = -1

// SetContentRange sets the header Content-Range to the items that a response holds, as in
// "0-9/42", and returns the response's status: 200, or 206 where these are a part of the
// total. An offset beyond the total is an [*Error] with the status 416.
func SetContentRange(header http.Header, offset, count, total int) (status int, err error) {
	items, of := "*", "*"
	if count > 0 {
		items = fmt.Sprintf("%d-%d", offset, offset+count-1)
	}
	if total != UnknownTotal {
		of = strconv.Itoa(total)
	}
	header.Set("Content-Range", items+"/"+of)
	switch {
	case total != UnknownTotal && offset > total:
		return 0, &Error{
			Code: CodeRangeNotSatisfiable, Status: http.StatusRequestedRangeNotSatisfiable,
			Detail: fmt.Sprintf("offset %d is beyond the end: there are %d", offset, total),
		}
	case total != UnknownTotal && count < total:
		return http.StatusPartialContent, nil
	}
	return http.StatusOK, nil
}
