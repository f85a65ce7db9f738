package emulator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// contents is what a spreadsheet holds.
type contents struct {
	version    uint64
	stale      bool // values of formulas are older than what they depend on
	properties sheets.SpreadsheetProperties
	sheets     []*sheet
	named      []namedRange
	markers    []*sheets.DeveloperMetadata // developer metadata; never changed in place
}

// namedRange is a name for an area of a sheet.
type namedRange struct {
	id, name string
	sheetID  int64
	area     grid.Area
}

func (c *contents) clone() *contents {
	d := *c
	d.version++
	d.sheets = slices.Clone(c.sheets)
	for i, s := range d.sheets {
		d.sheets[i] = s.clone(d.version)
	}
	d.named = slices.Clone(c.named)
	d.markers = slices.Clone(c.markers)
	return &d
}

// title returns the spreadsheet's title.
func (c *contents) title() string { return c.properties.Title }

// renamed returns a copy with another title.
func (c *contents) renamed(title string) *contents {
	d := c.clone()
	d.properties.Title = title
	return d
}

// draft returns a copy to be changed, whose formulas are calculated again.
func (c *contents) draft() *contents {
	d := c.clone()
	d.stale = true
	return d
}

// continueFrom makes c the next version of what it replaces.
func (c *contents) continueFrom(old *contents) {
	c.version = old.version + 1
	for _, s := range c.sheets {
		s.Version = c.version
	}
}

// copied returns a copy that shares nothing that can change. Developer metadata
// comes along, as it is copied with a file
// (developers.google.com/workspace/sheets/api/guides/metadata).
func (c *contents) copied(title string) *contents {
	d := c.draft()
	d.properties.Title = title
	for i, s := range d.sheets {
		d.sheets[i] = s.detached(d.version)
	}
	return d
}

// detached returns a copy of a sheet with rows of its own.
func (s *sheet) detached(version uint64) *sheet {
	d := s.clone(version)
	for r, have := range d.Rows {
		if have != nil {
			d.Rows[r] = &grid.Row{Cells: slices.Clone(have.Cells), Version: version}
		}
	}
	return d
}

// maxCells is the number of cells that all grids of a spreadsheet may have,
// empty ones counted.
const maxCells = 10_000_000

const tooManyCells = rest.BadRequestError("This action would increase the number of cells in the workbook above the limit of 10000000 cells.")

// checkSize refuses contents that grew over Google's limits.
func (c *contents) checkSize() error {
	return c.checkGrowth(nil, 0, 0)
}

// checkGrowth refuses what would grow over the limits if s had that size.
func (c *contents) checkGrowth(grown *sheet, height, width int) error {
	total := 0
	for _, s := range c.sheets {
		h, w := s.Height, s.Width
		if s == grown {
			h, w = height, width
		}
		if w > grid.MaxColumns {
			return rest.BadRequest("This action would increase the number of columns in the sheet above the limit of %d columns.", grid.MaxColumns)
		}
		total += h * w
	}
	if total > maxCells {
		return tooManyCells
	}
	return nil
}

// sheetByID returns the sheet, or nil.
func (c *contents) sheetByID(id int64) *sheet {
	for _, s := range c.sheets {
		if s.id == id {
			return s
		}
	}
	return nil
}

// sheetByTitle returns the sheet, or nil. Titles differ by more than case.
func (c *contents) sheetByTitle(title string) *sheet {
	for _, s := range c.sheets {
		if strings.EqualFold(s.title, title) {
			return s
		}
	}
	return nil
}

// newID returns a positive 31-bit number that taken does not know.
func newID(taken func(int64) bool) int64 {
	for {
		id := int64(rand.Int32N(1<<31-2)) + 1
		if !taken(id) {
			return id
		}
	}
}

func (c *contents) newSheetID() int64 {
	return newID(func(id int64) bool { return c.sheetByID(id) != nil })
}

// newContents returns a spreadsheet as Google makes it: locale, time zone and
// theme of one that a service account creates (recorded).
func newContents(title string, list ...*sheet) *contents {
	if len(list) == 0 {
		list = []*sheet{newSheet(0, "Sheet1", 1000, 26)}
	}
	return &contents{stale: true, properties: newProperties(cmp.Or(title, "Untitled spreadsheet")), sheets: list}
}

// insert makes rows or columns and moves what refers to the sheet by position.
func (c *contents) insert(s *sheet, along grid.Axis, at, n int) {
	s.insert(along, at, n)
	c.shift(s, along, at, n)
}

// shift moves the named ranges and developer metadata of a sheet along with its rows or columns.
func (c *contents) shift(s *sheet, along grid.Axis, at, n int) {
	kept := c.named[:0]
	for _, named := range c.named {
		ok := true
		if named.sheetID == s.id {
			named.area, ok = named.area.Shifted(along, at, n)
		}
		if ok {
			kept = append(kept, named)
		}
	}
	c.named = kept
	c.shiftMarkers(s.id, along, at, n)
	c.rewriteFormulas(func(of *sheet, text string) string {
		return grid.ShiftFormula(text, of.title, s.title, along, at, n)
	})
}

// remove deletes rows or columns and moves what refers to the sheet by position.
func (c *contents) remove(s *sheet, along grid.Axis, from, to int) {
	s.remove(along, from, to)
	c.shift(s, along, from, from-to)
}
