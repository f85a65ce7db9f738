package grid

import "testing"

func TestFormulasFollow(t *testing.T) {
	insertRow := func(text string) string { return ShiftFormula(text, "S", "S", ByRow, 1, 1) }
	deleteColumn := func(text string) string { return ShiftFormula(text, "S", "S", ByColumn, 0, -1) }
	down := func(text string) string { return OffsetFormula(text, 1, 0) }
	rename := func(text string) string { return RenameInFormula(text, "Old", "It's") }
	drop := func(text string) string { return RenameInFormula(text, "Old", "") }
	tests := []struct {
		name      string
		change    func(string) string
		old, want string
	}{
		{"a row is inserted above", insertRow, "=A1+A2", "=A1+A3"},
		{"a row is inserted in a range", insertRow, "=SUM(A1:A3)", "=SUM(A1:A4)"},
		{"dollar signs stay", insertRow, "=$A$2", "=$A$3"},
		{"text is not a reference", insertRow, `="A2"&A2`, `="A2"&A3`},
		{"another sheet stays", insertRow, "=T!A2", "=T!A2"},
		{"whole columns", insertRow, "=SUM(A:B)", "=SUM(A:B)"},
		{"the column is deleted", deleteColumn, "=A1+B1", "=#REF!+A1"},
		{"copied down", down, "=A1+$A1+A$1+$A$1", "=A2+$A2+A$1+$A$1"},
		{"a sheet is renamed", rename, "=Old!A1+Older!A1", "='It''s'!A1+Older!A1"},
		{"a sheet is deleted", drop, "=SUM(Old!A1:B2)", "=SUM(#REF!)"},
	}
	for _, tt := range tests {
		if got := tt.change(tt.old); got != tt.want {
			t.Errorf("%s: %s becomes %s, want %s", tt.name, tt.old, got, tt.want)
		}
	}
}
