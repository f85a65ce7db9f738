package table

import (
	"encoding/json"
	"slices"
	"strconv"
)

// EditResult is what an edit changed in a [SheetPlan].
type EditResult struct {
	columns  int           // of the sheet, for ranges
	Changed  []*PlannedRow // rows that the sheet had, ascending
	Appended []*PlannedRow // new rows
	Ignored  int           // records of an upsert that are there already
	// PositionUnknown is that of the [ChangeResult].
	PositionUnknown bool
	// FormulasFrom is the number of the row, as it was read, whose formulas continue in the
	// new rows; 0 if none do.
	FormulasFrom int
}

// Idle reports whether the edit leaves every cell as it is.
func (d *EditResult) Idle() bool {
	return len(d.Appended) == 0 && !slices.ContainsFunc(d.Changed, func(row *PlannedRow) bool { return row.Deleted || row.ColumnsSet != nil })
}

// maxEncoded is how long an encoded result may be, so that it fits into a cell.
const maxEncoded = maxCellLength - 1000

// Encode returns the JSON of the edit's [AppendResult], [UpdateResult], [DeleteResult] or
// [UpsertResult], which is kept with an idempotency key. The rows must have their numbers;
// see [SheetPlan.Number].
func (d *EditResult) Encode(title string, e *Edit) string {
	change := ChangeResult{RolledBack: e.Rollback, PositionUnknown: d.PositionUnknown}
	if e.Kind != Appends {
		change.Rows = RowNumbers(d.Rows())
	}
	text := d.encode(title, e, change)
	if len(text) > maxEncoded {
		change.Rows = nil
		text = d.encode(title, e, change)
	}
	return string(text)
}

func (d *EditResult) encode(title string, e *Edit, change ChangeResult) []byte {
	var answer any
	switch e.Kind {
	case Appends:
		answer = AppendResult{Count: len(d.Appended), Range: cellRange(title, d.Appended[0].At, d.columns, len(d.Appended)), ChangeResult: change}
	case Upserts:
		answer = UpsertResult{len(d.Changed), len(d.Appended), d.Ignored, change}
	case Updates:
		answer = UpdateResult{len(d.Changed), change}
	case Deletes:
		answer = DeleteResult{len(d.Changed), change}
	}
	text, _ := json.Marshal(answer) // numbers and strings can be encoded
	return text
}

// RowNumbers returns the numbers that ascending rows have after the batch, with
// neighbours as a range: "2", "5:6".
func RowNumbers(rows []*PlannedRow) (names []string) {
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].At == rows[to-1].At+1 {
			to++
		}
		name := strconv.Itoa(rows[from].At)
		if to > from+1 {
			name += ":" + strconv.Itoa(rows[to-1].At)
		}
		names = append(names, name)
		from = to
	}
	return names
}

// Rows returns the rows that the edit has changed or added, in the sheet's order.
func (d *EditResult) Rows() []*PlannedRow {
	return append(d.Changed[:len(d.Changed):len(d.Changed)], d.Appended...)
}
