package table

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// benchRow is a row of the benchmark's sheet, for the baseline.
type benchRow struct {
	item  string
	price float64
}

var benchItems = []string{"Apple", "bread", "cheese", "dates", "Eggs", "fig", "grapes", "honey", "Äpfel", "jam"}

// benchSet returns 100,000 rows of 10 columns, and those columns of them that the baseline
// reads.
func benchSet(b *testing.B) (*RowSet, []benchRow) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	builder := NewRowsBuilder("Orders", 1, Typed)
	names := []any{"id", "item", "qty", "price", "sold", "day", "note", "code", "x", "y"}
	if err := builder.Add(jsonCells(b, names), nil); err != nil {
		b.Fatal(err)
	}
	rows := make([]benchRow, 100_000)
	kinds := []DateKind{5: Date, 9: NoDate}
	for i := range rows {
		rows[i] = benchRow{benchItems[r.IntN(len(benchItems))], float64(r.IntN(100_000)) / 100}
		text := func(s string) jsontext.Value { return quoteJSON(s) }
		number := func(v float64) jsontext.Value { return jsontext.Value(strconv.FormatFloat(v, 'g', -1, 64)) }
		row := []jsontext.Value{
			number(float64(i)), text(rows[i].item), number(float64(r.IntN(50))), number(rows[i].price), jsontext.Value(strconv.FormatBool(r.IntN(2) == 0)),
			text(FormatISO(float64(45000+r.IntN(1000)), Date)), text(fmt.Sprintf("note %d of the order", r.IntN(1_000_000))), text(fmt.Sprintf("C-%06d", r.IntN(1_000_000))),
			number(r.Float64()), jsontext.Value(`""`),
		}
		if err := builder.Add(row, kinds); err != nil {
			b.Fatal(err)
		}
	}
	return builder.RowSet(), rows
}

// baseline is a filtered, ordered page, as a Go program makes it of values in memory.
func baseline(rows []benchRow) []benchRow {
	var found []benchRow
	for _, row := range rows {
		if row.price > 200 {
			found = append(found, row)
		}
	}
	slices.SortStableFunc(found, func(a, b benchRow) int { return cmp.Compare(b.price, a.price) })
	return found[:10]
}

// BenchmarkQuery selects from 100,000 rows of 10 columns. "x-baseline" is how many times as
// long a query takes as the baseline. Both are the shortest of several times, which other
// programs on the machine lengthen least.
func BenchmarkQuery(b *testing.B) {
	set, rows := benchSet(b)
	const longest = time.Duration(1 << 62)
	base := longest
	for range 20 {
		start := time.Now()
		baseline(rows)
		base = min(base, time.Since(start))
	}
	queries := []struct{ name, query string }{
		{"page", "price=gt.200&order=price.desc&limit=10&select=id,item,price"},
		{"page of text", "price=gt.200&order=item,code.desc&limit=10"},
		{"page by a date", "day=gte.2024-01-01&order=day,price.desc&limit=100"},
		{"deep page", "price=gt.200&order=price.desc&offset=40000&limit=10"},
		{"text", "item=ilike.*ap*&order=code&limit=10"},
		{"expression", "note=match.9[0-9]+ of&order=id&limit=10"},
		{"list", "code=in.(C-000001,C-000002,C-000003)"},
		{"20 conditions", "or=(" + strings.TrimSuffix(strings.Repeat("qty.eq.100,x.gt.2,", 10), ",") + ")"},
		{"total", "select=count(),price.sum(),price.avg(),price.min(),price.max()"},
		{"groups", "select=item,count(),price.sum()&order=sum.desc"},
		{"many groups", "price=lt.330&select=code,count(),price.sum()&order=count.desc&limit=10"},
		{"groups of filtered rows", "price=gt.200&select=item,sold,day.max()&order=item,sold"},
	}
	for _, q := range queries {
		b.Run(q.name, func(b *testing.B) {
			query := queryOf(b, q.query)
			b.ReportAllocs()
			least := longest
			for b.Loop() {
				start := time.Now()
				found, err := set.Rows(query)
				if err != nil {
					b.Fatal(err)
				}
				found.Size()
				least = min(least, time.Since(start))
			}
			b.ReportMetric(float64(least)/float64(base), "x-baseline")
			b.ReportMetric(float64(least.Microseconds())/1000, "least-ms")
		})
	}
}
