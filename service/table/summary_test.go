package table

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

func TestSummary(t *testing.T) {
	type cell struct {
		json    string
		kind    DateKind
		formula bool
	}
	number, text := cell{json: "1.5"}, cell{json: `"x"`}
	tests := []struct {
		name string
		rows [][]cell
		want []Column
		n    int
	}{
		{"no rows", nil, []Column{}, 0},
		{"only a header", [][]cell{{text}}, []Column{{"x", "A", EmptyColumn, ""}}, 0},
		{"each type", [][]cell{
			{{json: `"n"`}, {json: `"t"`}, {json: `"b"`}, {json: `"d"`}, {json: `"dt"`}, {json: `"tm"`}, {json: `"du"`}},
			{number, text, {json: "true"}, {`"2026-03-02"`, Date, false}, {`"2026-03-02T10:30:00"`, DateTime, false}, {`"10:30:00"`, Time, false}, {`"PT1H"`, Duration, false}},
		}, []Column{
			{"n", "A", NumberColumn, ""}, {"t", "B", TextColumn, ""}, {"b", "C", BooleanColumn, ""},
			{"d", "D", DateColumn, ""}, {"dt", "E", DateTimeColumn, ""}, {"tm", "F", TimeColumn, ""}, {"du", "G", DurationColumn, ""},
		}, 1},
		{"blank cells say nothing", [][]cell{{text}, {}, {{json: `""`}}, {number}, {{}}}, []Column{{"x", "A", NumberColumn, ""}}, 1},
		{"several types", [][]cell{{text}, {number}, {text}, {number}}, []Column{{"x", "A", MixedColumn, ""}}, 3},
		{"dates and texts", [][]cell{{text}, {{`"2026-03-02"`, Date, false}}, {{json: `"2026-03-02"`}}}, []Column{{"x", "A", MixedColumn, ""}}, 2},
		{"formulas", [][]cell{{text}, {{"1", NoDate, true}}, {{"2", NoDate, true}}}, []Column{{"x", "A", FormulaColumn, NumberColumn}}, 2},
		{"formulas of several types", [][]cell{{text}, {{"1", NoDate, true}}, {{`"#N/A"`, NoDate, true}}}, []Column{{"x", "A", FormulaColumn, MixedColumn}}, 2},
		{"formulas and values", [][]cell{{text}, {{"1", NoDate, true}}, {number}}, []Column{{"x", "A", NumberColumn, ""}}, 2},
		{"names", [][]cell{{text, {json: `""`}, {json: `" x"`}}, {number, number, number, number}}, []Column{
			{"x", "A", NumberColumn, ""}, {"B", "B", NumberColumn, ""}, {"x_2", "C", NumberColumn, ""}, {"D", "D", NumberColumn, ""},
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s Summary
			for _, row := range tt.rows {
				var cells []jsontext.Value
				var kinds []DateKind
				var formulas []bool
				for _, c := range row {
					cells, kinds, formulas = append(cells, jsontext.Value(c.json)), append(kinds, c.kind), append(formulas, c.formula)
				}
				if err := s.Add(cells, kinds, formulas); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, s.Columns()); diff != "" || s.Rows() != tt.n {
				t.Errorf("Summary = %d rows, want %d (-want +got):\n%s", s.Rows(), tt.n, diff)
			}
		})
	}
}
