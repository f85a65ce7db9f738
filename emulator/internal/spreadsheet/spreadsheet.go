package spreadsheet

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Spreadsheet is what a spreadsheet holds.
type Spreadsheet struct {
	Version     uint64
	Stale       bool // values of formulas are older than what they depend on
	Properties  sheets.SpreadsheetProperties
	Sheets      []*Sheet
	NamedRanges []NamedRange
	Metadata    []*sheets.DeveloperMetadata // developer metadata; never changed in place
}

// NamedRange is a name for an area of a sheet.
type NamedRange struct {
	ID, Name string
	SheetID  int64
	Area     grid.Area
}

func (c *Spreadsheet) Clone() *Spreadsheet {
	d := *c
	d.Version++
	d.Sheets = slices.Clone(c.Sheets)
	for i, s := range d.Sheets {
		d.Sheets[i] = s.clone(d.Version)
	}
	d.NamedRanges = slices.Clone(c.NamedRanges)
	d.Metadata = slices.Clone(c.Metadata)
	return &d
}

// Title returns the spreadsheet's title.
func (c *Spreadsheet) Title() string { return c.Properties.Title }

// WithTitle returns a copy with another title.
func (c *Spreadsheet) WithTitle(title string) *Spreadsheet {
	d := c.Clone()
	d.Properties.Title = title
	return d
}

// Draft returns a copy to be changed, whose formulas are calculated again.
func (c *Spreadsheet) Draft() *Spreadsheet {
	d := c.Clone()
	d.Stale = true
	return d
}

// ContinueFrom makes c the next version of what it replaces.
func (c *Spreadsheet) ContinueFrom(old *Spreadsheet) {
	c.Version = old.Version + 1
	for _, s := range c.Sheets {
		s.Version = c.Version
	}
}

// Copy returns a copy that shares nothing that can change. Developer metadata
// comes along, as it is copied with a file
// (developers.google.com/workspace/sheets/api/guides/metadata).
func (c *Spreadsheet) Copy(title string) *Spreadsheet {
	d := c.Draft()
	d.Properties.Title = title
	for i, s := range d.Sheets {
		d.Sheets[i] = s.detached(d.Version)
	}
	return d
}

// detached returns a copy of a sheet with rows of its own.
func (s *Sheet) detached(version uint64) *Sheet {
	d := s.clone(version)
	for r, have := range d.Rows {
		if have != nil {
			d.Rows[r] = &grid.Row{Cells: slices.Clone(have.Cells), Version: version}
		}
	}
	return d
}

// MaxCells is the number of cells that all grids of a spreadsheet may have,
// empty ones counted.
const MaxCells = 10_000_000

const tooManyCells = rest.BadRequestError("This action would increase the number of cells in the workbook above the limit of 10000000 cells.")

// CheckSize refuses contents that grew over Google's limits.
func (c *Spreadsheet) CheckSize() error {
	return c.CheckGrowth(nil, 0, 0)
}

// CheckGrowth refuses what would grow over the limits if s had that size.
func (c *Spreadsheet) CheckGrowth(grown *Sheet, height, width int) error {
	total := 0
	for _, s := range c.Sheets {
		h, w := s.Height, s.Width
		if s == grown {
			h, w = height, width
		}
		if w > grid.MaxColumns {
			return rest.BadRequest("This action would increase the number of columns in the sheet above the limit of %d columns.", grid.MaxColumns)
		}
		total += h * w
	}
	if total > MaxCells {
		return tooManyCells
	}
	return nil
}

// SheetByID returns the sheet, or nil.
func (c *Spreadsheet) SheetByID(id int64) *Sheet {
	for _, s := range c.Sheets {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// sheetByTitle returns the sheet, or nil. Titles differ by more than case.
func (c *Spreadsheet) sheetByTitle(title string) *Sheet {
	for _, s := range c.Sheets {
		if strings.EqualFold(s.Title, title) {
			return s
		}
	}
	return nil
}

// NewID returns a positive 31-bit number that taken does not know.
func NewID(taken func(int64) bool) int64 {
	for {
		id := int64(rand.Int32N(1<<31-2)) + 1
		if !taken(id) {
			return id
		}
	}
}

func (c *Spreadsheet) NewSheetID() int64 {
	return NewID(func(id int64) bool { return c.SheetByID(id) != nil })
}

// New returns a spreadsheet as Google makes it: locale, time zone and
// theme of one that a service account creates (recorded).
func New(title string, list ...*Sheet) *Spreadsheet {
	if len(list) == 0 {
		list = []*Sheet{newSheet(0, "Sheet1", 1000, 26)}
	}
	return &Spreadsheet{Stale: true, Properties: newProperties(cmp.Or(title, "Untitled spreadsheet")), Sheets: list}
}

// Insert makes rows or columns and moves what refers to the sheet by position.
func (c *Spreadsheet) Insert(s *Sheet, along grid.Axis, at, n int) {
	s.insert(along, at, n)
	c.shift(s, along, at, n)
}

// shift moves the named ranges and developer metadata of a sheet along with its rows or columns.
func (c *Spreadsheet) shift(s *Sheet, along grid.Axis, at, n int) {
	kept := c.NamedRanges[:0]
	for _, named := range c.NamedRanges {
		ok := true
		if named.SheetID == s.ID {
			named.Area, ok = named.Area.Shifted(along, at, n)
		}
		if ok {
			kept = append(kept, named)
		}
	}
	c.NamedRanges = kept
	c.shiftMetadata(s.ID, along, at, n)
	c.RewriteFormulas(func(of *Sheet, text string) string {
		return grid.ShiftFormula(text, of.Title, s.Title, along, at, n)
	})
}

// Remove deletes rows or columns and moves what refers to the sheet by position.
func (c *Spreadsheet) Remove(s *Sheet, along grid.Axis, from, to int) {
	s.remove(along, from, to)
	c.shift(s, along, from, from-to)
}
