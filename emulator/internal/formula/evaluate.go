package formula

import (
	"context"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
)

// Cells are the cells of a spreadsheet whose sheets have numbers.
type Cells interface {
	// Sheet returns the number of the sheet with a title.
	Sheet(title string) (sheet int, ok bool)
	// Name returns the cells of a named range.
	Name(name string) (sheet int, a grid.Area, ok bool)
	// Grid returns the cells of a sheet, which must not be changed.
	Grid(sheet int) *grid.Grid
}

// Context is where a formula is calculated.
type Context struct {
	context.Context
	Cells       Cells
	Now         time.Time
	Sheet       int // that holds the formula
	Row, Column int // of the formula
}

// evaluator calculates one formula.
type evaluator struct {
	Context
	steps    int
	names    map[string]operand // of LET
	array    bool               // the function that is applied is in an array expression
	function string             // that is applied
}

// lacking is the panic with which the evaluation ends of a formula that is not
// emulated.
type lacking struct{ what string }

// stopped is the panic with which an evaluation ends when its context is done.
type stopped struct{ err error }

// step counts n values that are visited, and ends the evaluation if its caller
// has left.
func (e *evaluator) step(n int) {
	if e.steps += n; e.steps < 1<<14 {
		return
	}
	e.steps = 0
	if err := e.Err(); err != nil {
		panic(stopped{err})
	}
}

// Evaluate returns the value of a formula: one cell, or several that fill the
// cells to the right and below. It returns an error only if the context is done.
func (f *Formula) Evaluate(c Context) (result [][]grid.Cell, err error) {
	defer func() {
		if r := recover(); r != nil {
			switch r := r.(type) {
			case stopped:
				err = r.err
			case lacking:
				result = [][]grid.Cell{{uncalculated(r.what)}}
			default:
				panic(r)
			}
		}
	}()
	e := &evaluator{Context: c}
	o := e.evaluate(f.root, false)
	if o.from != nil { // a range by itself is the cell beside the formula
		return [][]grid.Cell{{plainValue(e.scalar(o, false))}}, nil
	}
	for r := range o.rows {
		line := make([]grid.Cell, o.columns)
		for c := range line {
			line[c] = plainValue(o.at(r, c))
		}
		result = append(result, line)
		e.step(o.columns)
	}
	if len(result) == 0 {
		return [][]grid.Cell{{grid.ErrorCell("#N/A")}}, nil
	}
	return result, nil
}

// plainValue returns the value of a cell without its formats. A formula has no
// blank value: that of an empty cell is 0.
func plainValue(c grid.Cell) grid.Cell {
	if c.Kind == grid.KindBlank {
		return grid.Cell{Kind: grid.KindBlank}
	}
	return grid.Cell{Kind: c.Kind, Text: c.Text, Number: c.Number}
}

// evaluate returns the value of an expression. In an array expression, operators
// and functions of single values apply to every value of a range.
func (e *evaluator) evaluate(n *node, array bool) operand {
	e.step(1)
	switch n.kind {
	case literalNode:
		return single(n.value)
	case missingNode:
		return single(grid.Cell{})
	case referenceNode:
		return e.reference(n.use)
	case nameNode:
		return e.name(n.use.Name)
	case prefixNode:
		return e.each(array, []operand{e.evaluate(n.args[0], array)}, func(v []grid.Cell) grid.Cell {
			if n.text == "+" {
				return v[0]
			}
			return arithmetic("-", grid.NumberCell(0), v[0])
		})
	case percentNode:
		return e.each(array, []operand{e.evaluate(n.args[0], array)}, func(v []grid.Cell) grid.Cell {
			return arithmetic("/", v[0], grid.NumberCell(100))
		})
	case binaryNode:
		sides := []operand{e.evaluate(n.args[0], array), e.evaluate(n.args[1], array)}
		return e.each(array, sides, func(v []grid.Cell) grid.Cell { return binary(n.text, v[0], v[1]) })
	case arrayNode:
		return e.arrayLiteral(n)
	}
	return e.call(n, array)
}

// reference returns the cells of a reference; #REF! for one outside the grid.
func (e *evaluator) reference(u Use) operand {
	sheet := e.Sheet
	if u.Sheet != "" {
		var ok bool
		if sheet, ok = e.Cells.Sheet(u.Sheet); !ok {
			return single(grid.ErrorCell(grid.RefError))
		}
	}
	return e.area(sheet, u.Area)
}

// area returns the cells of an area of a sheet.
func (e *evaluator) area(sheet int, a grid.Area) operand {
	g := e.Cells.Grid(sheet)
	if a.Top >= g.Height || a.Left >= g.Width {
		return single(grid.ErrorCell(grid.RefError))
	}
	a = a.Closed(g.Height, g.Width)
	return operand{rows: a.Rows(), columns: a.Columns(), from: g, sheet: sheet, top: a.Top, left: a.Left}
}

// name returns the cells of a named range, of a structured table or one of its
// columns, or a name of LET.
func (e *evaluator) name(name string) operand {
	if o, ok := e.names[strings.ToUpper(name)]; ok {
		return o
	}
	sheet, a, ok := e.Cells.Name(name)
	if !ok && (strings.Contains(name, "[#") || strings.Contains(name, "[[")) {
		return single(uncalculated("a reference to a table such as Table[#ALL]"))
	}
	if !ok {
		return single(grid.ErrorCell("#NAME?"))
	}
	return e.area(sheet, a)
}

// scalar returns the single value of an operand. Of a range outside an array
// expression it is the cell in the row or the column of the formula.
func (e *evaluator) scalar(o operand, array bool) grid.Cell {
	switch {
	case o.rows == 1 && o.columns == 1 || array || o.from == nil:
		return o.at(0, 0)
	case o.columns == 1 && e.Row >= o.top && e.Row < o.top+o.rows:
		return o.at(e.Row-o.top, 0)
	case o.rows == 1 && e.Column >= o.left && e.Column < o.left+o.columns:
		return o.at(0, e.Column-o.left)
	}
	return grid.ErrorCell("#VALUE!")
}

// one returns the single value of an argument of the function that is applied.
func (e *evaluator) one(o operand) grid.Cell {
	if e.array && (o.rows > 1 || o.columns > 1) {
		panic(lacking{e.function + " with an array as a single value"})
	}
	return e.scalar(o, e.array)
}

// each applies a function of single values. In an array expression it does so
// for every value of the operands: one with a single row or column is repeated,
// and where another ends the value is #N/A.
func (e *evaluator) each(array bool, operands []operand, apply func([]grid.Cell) grid.Cell) operand {
	rows, columns := 1, 1
	if array {
		for _, o := range operands {
			rows, columns = max(rows, o.rows), max(columns, o.columns)
		}
	}
	values := make([]grid.Cell, len(operands))
	if rows == 1 && columns == 1 {
		for i, o := range operands {
			values[i] = e.scalar(o, array)
		}
		return single(apply(values))
	}
	out := newArray(rows, columns)
	for r := range rows {
		e.step(columns)
		for c := range columns {
			for i, o := range operands {
				values[i] = o.repeated(r, c)
			}
			out.cells[r*columns+c] = apply(values)
		}
	}
	return out
}

// arrayLiteral joins the cells of {…}.
func (e *evaluator) arrayLiteral(n *node) operand {
	var lines []operand
	for _, line := range n.args {
		var parts []operand
		for _, part := range line.args {
			parts = append(parts, e.evaluate(part, true))
		}
		joined := e.joinColumns(parts)
		if lines = append(lines, joined); joined.columns != lines[0].columns {
			return single(grid.ErrorCell("#VALUE!"))
		}
	}
	return e.joinRows(lines)
}
