package table

import "github.com/go-json-experiment/json/jsontext"

// ColumnType is what the cells of a column hold, as reads have them.
type ColumnType string

// The types of columns. In JSON a cell of the types date to duration is a string in ISO 8601.
const (
	EmptyColumn    ColumnType = "empty" // no cell has a value
	NumberColumn   ColumnType = "number"
	TextColumn     ColumnType = "text" // also errors, such as #N/A
	BooleanColumn  ColumnType = "boolean"
	DateColumn     ColumnType = "date"
	DateTimeColumn ColumnType = "datetime"
	TimeColumn     ColumnType = "time"
	DurationColumn ColumnType = "duration"
	FormulaColumn  ColumnType = "formula" // formulas make all values
	MixedColumn    ColumnType = "mixed"   // values of several types
)

// Column describes a column.
type Column struct {
	Name   string     `json:"name"`
	Letter string     `json:"letter"` // in A1 notation
	Type   ColumnType `json:"type"`
	// Result is the type of the values, where formulas make all of them.
	Result ColumnType `json:"result,omitempty"`
}

// Summary describes a sheet's columns by the rows that are added, the first of which is the
// header. Its zero value is ready for use. It is not safe for concurrent use.
type Summary struct {
	header  []any
	started bool
	columns []columnCells
	rows    int
}

// columnCells is what is known of the cells of a column.
type columnCells struct {
	result  ColumnType
	entered bool // a value is not made by a formula
}

// Add adds the next row: its cells and kinds as for [RowsBuilder.Add], and which of them
// have a formula. It returns an error if a header cell is not the JSON of a string, a
// number, a boolean or null.
func (s *Summary) Add(row []jsontext.Value, kinds []DateKind, formulas []bool) (err error) {
	if !s.started {
		s.started = true
		s.header, err = DecodeCells(row)
		return err
	}
	if !HasValue(row) {
		return nil
	}
	s.rows++
	for len(s.columns) < len(row) {
		s.columns = append(s.columns, columnCells{result: EmptyColumn})
	}
	for i, cell := range row {
		if isBlank(cell) {
			continue
		}
		kind := NoDate
		if kinds != nil {
			kind = kinds[i]
		}
		c := &s.columns[i]
		if found := cellType(cell, kind); c.result == EmptyColumn {
			c.result = found
		} else if c.result != found {
			c.result = MixedColumn
		}
		c.entered = c.entered || !formulas[i]
	}
	return nil
}

// cellType returns the type of a cell with a value.
func cellType(cell jsontext.Value, kind DateKind) ColumnType {
	switch {
	case kind != NoDate:
		return [...]ColumnType{Date: DateColumn, DateTime: DateTimeColumn, Time: TimeColumn, Duration: DurationColumn}[kind]
	case cell[0] == '"':
		return TextColumn
	case cell[0] == 't' || cell[0] == 'f':
		return BooleanColumn
	}
	return NumberColumn
}

// Columns returns the columns that the header or a row has.
func (s *Summary) Columns() []Column {
	names := newColumns("")
	names.extend(s.header, len(s.columns))
	columns := make([]Column, len(names.names))
	for i, name := range names.names {
		columns[i] = Column{Name: name, Letter: columnLetters(i), Type: EmptyColumn}
		if i >= len(s.columns) || s.columns[i].result == EmptyColumn {
			continue
		}
		columns[i].Type = s.columns[i].result
		if !s.columns[i].entered {
			columns[i].Type, columns[i].Result = FormulaColumn, s.columns[i].result
		}
	}
	return columns
}

// Rows returns the number of rows below the header that have a value.
func (s *Summary) Rows() int { return s.rows }
