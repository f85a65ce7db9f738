package table

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// TestCSVOfAnyCells checks that records which are read from the CSV of rows have the values
// of the cells: numbers, booleans and texts as they are, dates as their text. Line breaks
// of two characters become one, as everywhere in CSV.
func TestCSVOfAnyCells(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 16))
		names := []string{"id", "a,b", "with \"quotes\"", "Größe", "x"}[:1+r.IntN(5)]
		b := NewRowsBuilder("Cells", 1, Typed)
		if err := b.Add(jsonCells(t, anyOf(names)), nil); err != nil {
			t.Fatal(err)
		}
		var want []Record
		for range 1 + r.IntN(8) {
			var row []jsontext.Value
			var kinds []DateKind
			record := Record{}
			blank := true
			for _, name := range names {
				value, text, kind := randomCell(r)
				row, kinds = append(row, text), append(kinds, kind)
				record.Fields = append(record.Fields, Field{name, value})
				blank = blank && value == nil
			}
			if err := b.Add(row, kinds); err != nil {
				t.Fatal(err)
			}
			if !blank {
				want = append(want, record)
			}
		}
		if want == nil {
			continue
		}
		rows, err := b.RowSet().Rows(Query{CSV: true})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		_, _ = rows.WriteTo(&text) // a builder takes everything
		got, err := ReadCSV(strings.NewReader(text.String()))
		for i := range got {
			got[i].Line = 0
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("seed %d: ReadCSV(%q) = %v (-want +got):\n%s", seed, text.String(), err, diff)
		}
		b.Release()
	}
}

func anyOf(texts []string) (list []any) {
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// randomCell returns a value, and the cell's JSON with its kind.
func randomCell(r *rand.Rand) (value any, text jsontext.Value, kind DateKind) {
	words := []string{
		"apple", "12", "-0.5", "1.10", "007", "1e5", "1e+21", "TRUE", "FALSE", "true", "null", "2026-03-02", "10:30:00", "=A1", "'12", "\"", "\"\"", "a,b", ",", "a\nb", "\n", "a\rb",
		" ", " 1", "1 ", "\u00a0", "\ufeff", "\ufeff1", ";", "a;b", "a\tb", "sep=;", `\.`, "Größe 🌵", "#DIV/0!", "-0", "NaN", "x\x00y",
	}
	numbers := []float64{0, 1, -1, 0.1, 1e15, 1e21, -1e-7, 1.5e300, math.SmallestNonzeroFloat64, math.MaxFloat64, 1 << 53, 1.0 / 3}
	switch r.IntN(6) {
	case 0:
		return nil, jsontext.Value(`""`), NoDate
	case 1:
		value = numbers[r.IntN(len(numbers))]
	case 2:
		value = math.Float64frombits(r.Uint64())
		if f := value.(float64); math.IsNaN(f) || math.IsInf(f, 0) {
			value = 2.5
		}
	case 3:
		value = r.IntN(2) == 0
	case 4:
		d := DateCell{46083 + float64(r.IntN(1e9))/msPerDay, Date + DateKind(r.IntN(4))}
		value, kind = d.String(), d.Kind
	default:
		value = words[r.IntN(len(words))]
		if r.IntN(3) == 0 {
			value = value.(string) + words[r.IntN(len(words))]
		}
	}
	text, _ = json.Marshal(value) // values of cells can be encoded
	return value, text, kind
}
