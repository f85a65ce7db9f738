package table

import (
	"math"
	"slices"
)

// Cell is a cell of a sheet that is more than a value: it holds a date, a formula makes its
// value, or it has the number format of dates. Rows hold it as a pointer beside plain
// values; [Shown] returns the value of either.
type Cell struct {
	Value      any     // string, float64, bool, or nil; of a date the serial
	Format     *Format // the number format, where it is one of dates; else nil
	Formula    string  // the cell's own formula, with "="
	Calculated bool    // a formula makes the value: its own, or another's whose result spills
	// SetFormat makes a write set the number format too, because the cell may have another.
	SetFormat bool
}

// Format is a number format of dates, as the API has it; see [DateKindOf].
type Format struct {
	Kind          DateKind
	Type, Pattern string
}

// NewFormat returns the number format with this type and pattern if it is one of dates,
// else nil.
func NewFormat(formatType, pattern string) *Format {
	if kind := DateKindOf(formatType, pattern); kind != NoDate {
		return &Format{kind, formatType, pattern}
	}
	return nil
}

// Shown returns the value of a cell as reads have it, [Typed]: a string, float64, bool,
// [DateCell], or nil.
func Shown(cell any) any {
	c, ok := cell.(*Cell)
	if !ok {
		return cell
	}
	serial, ok := c.Value.(float64)
	if !ok || c.Format == nil || FormatISO(serial, c.Format.Kind) == "" {
		return c.Value
	}
	return DateCell{math.Round(serial*msPerDay) / msPerDay, c.Format.Kind} // as the text has it
}

// formatOf returns the number format of dates that a cell has; nil if it has none.
func formatOf(cell any) *Format {
	if c, ok := cell.(*Cell); ok {
		return c.Format
	}
	return nil
}

// isEntered reports whether a cell in the row with this number has a value that makes the
// row one in use. A formula that shows nothing or depends on its own row does not, because it
// may be filled down ahead, and FALSE does not, because it may be an unticked checkbox.
func isEntered(cell any, row int) bool {
	value := Shown(cell)
	if IsEmpty(value) {
		return false
	}
	if c, ok := cell.(*Cell); ok && c.Calculated {
		return c.Formula != "" && !continues(c.Formula, row)
	}
	return value != false
}

// isSpilled reports whether a cell has a value that the formula of another cell makes.
func isSpilled(cell any) bool {
	c, ok := cell.(*Cell)
	return ok && c.Calculated && c.Formula == "" && !IsEmpty(Shown(cell))
}

// isVacant reports whether there is nothing in a cell, not even a formula.
func isVacant(cell any) bool {
	if c, ok := cell.(*Cell); ok && c.Calculated {
		return false
	}
	return IsEmpty(Shown(cell))
}

// isVacantRow reports whether there is nothing in all cells of a row.
func isVacantRow(cells []any) bool {
	return !slices.ContainsFunc(cells, func(cell any) bool { return !isVacant(cell) })
}

// equalCell reports whether writing a value would leave a cell as it is.
func equalCell(cell, value any) bool {
	if c, ok := cell.(*Cell); ok && c.Formula != "" && value == c.Formula {
		return true // as values=formula reads it
	}
	old, now := Shown(cell), Shown(value)
	return old == now || IsEmpty(old) && IsEmpty(now)
}

// asDate returns the value of a cell for a text in ISO 8601, in the format of dates that the
// cell or its column has. Where the text is not a date that the format is for, it is the
// text.
func asDate(value any, f *Format) any {
	text, ok := value.(string)
	if !ok || f == nil {
		return value
	}
	serial, kind, ok := ParseISO(text)
	if !ok || !slices.Contains(takes[f.Kind], kind) {
		return value
	}
	return &Cell{Value: serial, Format: f}
}

// takes has the kinds of values that a cell of each kind takes. A date may have a time that
// its format does not show, and a time a date.
var takes = map[DateKind][]DateKind{
	Date: {Date, DateTime}, DateTime: {Date, DateTime}, Time: {Time, DateTime}, Duration: {Duration, Time},
}
