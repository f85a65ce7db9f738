package web

import (
	"net/http"
	"testing"
)

func TestRange(t *testing.T) {
	tests := []struct {
		header        string
		offset, limit int
		ok            bool
	}{
		{"0-9", 0, 10, true},
		{"10-10", 10, 1, true},
		{"10-", 10, 0, true},
		{"", 0, 0, false},
		{"bytes=0-9", 0, 0, false},
		{"-5", 0, 0, false},
		{"9-0", 9, -8, false},
		{"0-9,20-29", 0, 0, false},
		{"0-9999999999", 0, 0, false},
	}
	for _, tt := range tests {
		offset, limit, ok := Range(http.Header{"Range": {tt.header}})
		if ok != tt.ok || ok && (offset != tt.offset || limit != tt.limit) {
			t.Errorf("Range(%q) = %d, %d, %t, want %d, %d, %t", tt.header, offset, limit, ok, tt.offset, tt.limit, tt.ok)
		}
	}
}

func TestSetContentRange(t *testing.T) {
	tests := []struct {
		name                 string
		offset, count, total int
		want                 string
		status               int // 416 is an error
	}{
		{"all, not counted", 0, 3, UnknownTotal, "0-2/*", 200},
		{"none, not counted", 50, 0, UnknownTotal, "*/*", 200},
		{"all", 0, 3, 3, "0-2/3", 200},
		{"a part", 2, 2, 42, "2-3/42", 206},
		{"the end", 40, 2, 42, "40-41/42", 206},
		{"none of none", 0, 0, 0, "*/0", 200},
		{"the offset is the total", 42, 0, 42, "*/42", 206},
		{"the offset is beyond", 43, 0, 42, "*/42", 416},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			status, err := SetContentRange(header, tt.offset, tt.count, tt.total)
			if err != nil {
				status = AsError(err).Status
			}
			if got := header.Get("Content-Range"); got != tt.want || status != tt.status {
				t.Errorf("SetContentRange(%d, %d, %d) = %d, Content-Range %q, want %d, %q", tt.offset, tt.count, tt.total, status, got, tt.status, tt.want)
			}
		})
	}
}
