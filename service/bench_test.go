package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
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

// recordedSheet answers either call that reads a sheet, with the same cells.
type recordedSheet struct{ values, grid recorded }

func (s recordedSheet) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/values/") {
		return s.values.RoundTrip(r)
	}
	return s.grid.RoundTrip(r)
}

// benchSheet returns the responses for rows of 8 cells. With dates, two columns have them.
func benchSheet(b *testing.B, rows int, dates bool) (s recordedSheet) {
	values := [][]any{{"id", "item", "qty", "price", "paid", "note", "ordered", "total"}}
	for i := range rows {
		row := []any{i, fmt.Sprint("item ", i), i % 7, float64(i) / 8, i%2 == 0, "some words of text", "2026-03-02", float64(i) * 1.5}
		if dates {
			row[6], row[7] = day(46000+i%300), day(46000+i%300)
		}
		values = append(values, row)
	}
	var lines []any
	for _, row := range values {
		var cells []any
		for _, cell := range row {
			cells = append(cells, gridCell(cell))
		}
		lines = append(lines, map[string]any{"values": cells})
	}
	var err1, err2 error
	s.values, err1 = json.Marshal(map[string]any{"values": values})
	s.grid, err2 = json.Marshal(map[string]any{"sheets": []any{map[string]any{"data": []any{map[string]any{"rowData": lines}}}}})
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return s
}

// day is a serial of a cell that is formatted as a date.
type day int

// MarshalText returns what values.get has for the cell.
func (d day) MarshalText() ([]byte, error) {
	return []byte(table.FormatISO(float64(d), table.Date)), nil
}

// gridCell returns a CellData with the fields that a read requests.
func gridCell(value any) any {
	data := map[string]any{}
	switch v := value.(type) {
	case string:
		data["effectiveValue"] = map[string]any{"stringValue": v}
	case bool:
		data["effectiveValue"] = map[string]any{"boolValue": v}
	case day:
		data["effectiveValue"] = map[string]any{"numberValue": int(v)}
		data["effectiveFormat"] = map[string]any{"numberFormat": map[string]any{"type": "DATE", "pattern": "yyyy-mm-dd"}}
	default:
		data["effectiveValue"] = map[string]any{"numberValue": v}
	}
	return data
}

// BenchmarkListRows measures what the function itself spends on a GET of 1,000 rows of 8
// cells, without sockets and without Google's work, and how many bytes Google sends for it.
//
//	go test -run='^$' -bench=ListRows ./service
func BenchmarkListRows(b *testing.B) {
	tests := []struct {
		name  string
		dates bool
		ttl   time.Duration
	}{{"uncached", false, 0}, {"uncached with two columns of dates", true, 0}, {"cached", false, time.Hour}}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			sheet := benchSheet(b, 1000, tt.dates)
			s, err := New(b.Context(), Config{Client: &http.Client{Transport: sheet}, SpreadsheetID: "x", CacheTTL: tt.ttl})
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
			received := len(sheet.values)
			if tt.dates {
				received = len(sheet.grid)
			}
			b.ReportMetric(float64(received)/1000, "kB/call")
		})
	}
}

// BenchmarkReadSheet compares the two calls that read a sheet; see readSheet.
func BenchmarkReadSheet(b *testing.B) {
	for _, dates := range []bool{false, true} {
		sheet := benchSheet(b, 1000, dates)
		s, err := New(b.Context(), Config{Client: &http.Client{Transport: sheet}, SpreadsheetID: "x"})
		if err != nil {
			b.Fatal(err)
		}
		k := readKey{"Orders", 1, table.Typed}
		for name, way := range map[string]struct {
			read func(context.Context, readKey) (*table.RowSet, error)
			size int
		}{"values": {s.readValues, len(sheet.values)}, "grid": {s.readGrid, len(sheet.grid)}} {
			b.Run(fmt.Sprintf("%s, dates %t", name, dates), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := way.read(b.Context(), k); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(way.size)/1000, "kB/call")
			})
		}
	}
}
