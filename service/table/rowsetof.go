package table

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// NewRowSet returns the row set of rows of a sheet, given the cells of the header row and of
// the rows, which may be a [Cell].
func NewRowSet(title string, header []any, rows [][]any) *RowSet {
	b := NewRowsBuilder(title, 1, Typed)
	defer b.Release()
	for _, cells := range append([][]any{header}, rows...) {
		row := make([]jsontext.Value, len(cells))
		var kinds []DateKind // nil without dates
		for i, cell := range cells {
			var kind DateKind
			if row[i], kind = encodeCell(Shown(cell)); kind != NoDate {
				kinds = append(kinds, make([]DateKind, len(cells)-len(kinds))...)
				kinds[i] = kind
			}
		}
		_ = b.Add(row, kinds) // the cells are JSON
	}
	return b.RowSet()
}

// encodeCell returns a value as JSON, and the kind of a date.
func encodeCell(value any) (jsontext.Value, DateKind) {
	switch v := value.(type) {
	case string:
		return quoteJSON(v), NoDate
	case DateCell:
		return quoteJSON(v.String()), v.Kind
	}
	text, _ := json.Marshal(value) // a number, a boolean, or nil
	return text, NoDate
}

// Stored returns rows of the sheet as a write answers them, given their cells; nil for no rows,
// more than [MaxReturned], and those with more text than maxReturnedBytes.
func (p *SheetPlan) Stored(e *Edit, rows [][]any) *RowSet {
	if len(rows) == 0 || len(rows) > MaxReturned || textSize(rows) > maxReturnedBytes {
		return nil
	}
	return NewRowSet(p.Title, p.Before.Headers[e.Header], rows)
}

// maxReturnedBytes bounds the texts of rows that are answered as they are stored. Those of
// all writes of a batch are in memory together.
const maxReturnedBytes = 8 << 20

// textSize returns the length of the texts in rows, in bytes.
func textSize(rows [][]any) (size int) {
	for _, cells := range rows {
		for _, cell := range cells {
			if text, ok := Shown(cell).(string); ok {
				size += len(text)
			}
		}
	}
	return size
}
