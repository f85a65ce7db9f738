package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"example.com/sheets-function/service/table"
)

// recorded answers each request with the same body.
type recorded []byte

func (body recorded) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

// BenchmarkListRows measures what the function itself spends on a GET of 1,000
// rows of 8 cells, without sockets and without Google's work.
//
//	go test -run='^$' -bench=ListRows ./service
func BenchmarkListRows(b *testing.B) {
	rows := [][]any{{"id", "item", "qty", "price", "paid", "note", "ordered", "total"}}
	for i := range 1000 {
		rows = append(rows, []any{i, fmt.Sprint("item ", i), i % 7, float64(i) / 8, i%2 == 0, "some words of text", "2026-03-02", float64(i) * 1.5})
	}
	body, err := json.Marshal(map[string]any{"values": rows})
	if err != nil {
		b.Fatal(err)
	}
	for name, ttl := range map[string]time.Duration{"uncached": 0, "cached": time.Hour} {
		b.Run(name, func(b *testing.B) {
			s, err := New(b.Context(), Config{
				Client: &http.Client{Transport: recorded(body)}, SpreadsheetID: "x", CacheTTL: ttl,
			})
			if err != nil {
				b.Fatal(err)
			}
			s.readLimiter.SetLimit(rate.Inf)
			s.cache.limiter.SetLimit(rate.Inf)
			b.ReportAllocs()
			for b.Loop() {
				rows, err := s.ListRows(b.Context(), "Orders", table.Query{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := rows.WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
