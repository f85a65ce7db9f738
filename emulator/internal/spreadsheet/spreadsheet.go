package spreadsheet

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/formula"
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Spreadsheet is the content of a spreadsheet.
type Spreadsheet struct {
	Version     uint64 // number of changes
	Properties  sheets.SpreadsheetProperties
	Sheets      []*Sheet
	NamedRanges []NamedRange
	Metadata    []*sheets.DeveloperMetadata // values never changed in place

	DuplicateMetadata bool // an ID may be used twice

	File []byte // the .xlsx file that it was made of, never changed; nil = none

	calculated *calculation // of the formulas; nil = none yet
	current    bool         // the formulas have their values
}

// NamedRange is a name for an area of a sheet.
type NamedRange struct {
	ID, Name string
	SheetID  int64
	Area     grid.Area
}

// Clone returns a copy of the next version, which shares rows until it writes.
func (ss *Spreadsheet) Clone() *Spreadsheet {
	d := *ss
	d.Version, d.current = ss.Version+1, false
	d.Sheets = slices.Clone(ss.Sheets)
	version := grid.NewVersion()
	for i, s := range d.Sheets {
		d.Sheets[i] = s.clone(version)
	}
	d.NamedRanges = slices.Clone(ss.NamedRanges)
	d.Metadata = slices.Clone(ss.Metadata)
	return &d
}

// own makes all rows shared ones: what is written from now on is written to
// copies.
func (ss *Spreadsheet) own() {
	version := grid.NewVersion()
	for _, s := range ss.Sheets {
		s.Version = version
	}
}

// Title returns the title of the spreadsheet.
func (ss *Spreadsheet) Title() string { return ss.Properties.Title }

// WithTitle returns a copy with another title.
func (ss *Spreadsheet) WithTitle(title string) *Spreadsheet {
	d := ss.Clone()
	d.Properties.Title = title
	return d
}

// ContinueFrom makes ss the version after old, which it replaces.
func (ss *Spreadsheet) ContinueFrom(old *Spreadsheet) { ss.Version = old.Version + 1 }

// Copy returns a copy with another title. It has the developer metadata, too, as
// a copy of a file has
// (developers.google.com/workspace/sheets/api/guides/metadata).
func (ss *Spreadsheet) Copy(title string) *Spreadsheet { return ss.WithTitle(title) }

// MaxCells is the number of cells that all grids of a spreadsheet may have,
// empty ones counted.
const MaxCells = 10_000_000

const tooManyCells = rest.BadRequestError("This action would increase the number of cells in the workbook above the limit of 10000000 cells.")

// CheckSize returns an error if the spreadsheet has more cells or columns than
// Google allows.
func (ss *Spreadsheet) CheckSize() error {
	return ss.CheckGrowth(nil, 0, 0)
}

// CheckGrowth returns the error that [Spreadsheet.CheckSize] would return if a
// sheet had another size.
func (ss *Spreadsheet) CheckGrowth(grown *Sheet, height, width int) error {
	total := 0
	for _, s := range ss.Sheets {
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

// eachFormula calls do for every cell with a formula.
func (ss *Spreadsheet) eachFormula(do func(s *Sheet, r, column int, stored grid.Cell)) {
	for _, s := range ss.Sheets {
		if !s.Formulas {
			continue
		}
		s.Formulas = false
		for r := range s.Rows {
			for column, stored := range s.RowCells(r) {
				if stored.Formula() != "" {
					s.Formulas = true
					do(s, r, column, stored)
				}
			}
		}
	}
}

// RewriteFormulas replaces the text of every formula with what change returns
// for it and its sheet.
func (ss *Spreadsheet) RewriteFormulas(change func(s *Sheet, text string) string) {
	ss.eachFormula(func(s *Sheet, r, column int, stored grid.Cell) {
		text := change(s, stored.Formula())
		if text == stored.Formula() {
			return
		}
		x := *stored.Extra
		x.Formula = text
		stored.Extra = &x
		s.Grid.Set(r, column, stored)
	})
}

// SheetByID returns the sheet with an ID, or nil.
func (ss *Spreadsheet) SheetByID(id int64) *Sheet {
	for _, s := range ss.Sheets {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// sheetByTitle returns the sheet with a title, or nil. Case does not distinguish
// titles.
func (ss *Spreadsheet) sheetByTitle(title string) *Sheet {
	for _, s := range ss.Sheets {
		if strings.EqualFold(s.Title, title) {
			return s
		}
	}
	return nil
}

// NewID returns a random positive 31-bit number for which taken returns false.
func NewID(taken func(int64) bool) int64 {
	for {
		id := int64(rand.Int32N(1<<31-2)) + 1
		if !taken(id) {
			return id
		}
	}
}

// NewSheetID returns an ID that no sheet has.
func (ss *Spreadsheet) NewSheetID() int64 {
	return NewID(func(id int64) bool { return ss.SheetByID(id) != nil })
}

// New returns a spreadsheet as Google creates it, with the locale, the time zone
// and the theme of one that a service account creates (recorded). Without sheets
// it has an empty "Sheet1".
func New(title string, list ...*Sheet) *Spreadsheet {
	if len(list) == 0 {
		list = []*Sheet{newSheet(0, "Sheet1", 1000, 26)}
	}
	return &Spreadsheet{Properties: newProperties(cmp.Or(title, "Untitled spreadsheet")), Sheets: list}
}

// Insert inserts n empty rows or columns before at, and moves what refers to the
// sheet by position.
func (ss *Spreadsheet) Insert(s *Sheet, along grid.Axis, at, n int) {
	s.insert(along, at, n)
	ss.shift(s, along, at, n)
}

// shift moves named ranges, developer metadata and references of formulas with
// the rows or columns of a sheet.
func (ss *Spreadsheet) shift(s *Sheet, along grid.Axis, at, n int) {
	kept := ss.NamedRanges[:0]
	for _, named := range ss.NamedRanges {
		ok := true
		if named.SheetID == s.ID {
			named.Area, ok = named.Area.Shifted(along, at, n)
		}
		if ok {
			kept = append(kept, named)
		}
	}
	ss.NamedRanges = kept
	ss.shiftMetadata(s.ID, along, at, n)
	ss.RewriteFormulas(func(of *Sheet, text string) string {
		if !usesFrom(text, of, s, along, at) {
			return text
		}
		return grid.ShiftFormula(text, of.Title, s.Title, along, at, n)
	})
}

// usesFrom reports whether a formula of a sheet refers to rows or columns of
// another one from at on. Most formulas do not, and need not be written again.
func usesFrom(text string, of, s *Sheet, along grid.Axis, at int) bool {
	return slices.ContainsFunc(parse(text).Uses(), func(u formula.Use) bool {
		end := u.Area.Bottom
		if along == grid.ByColumn {
			end = u.Area.Right
		}
		return u.Name == "" && (u.Sheet == "" && of == s || strings.EqualFold(u.Sheet, s.Title)) && (end == grid.ToEnd || end > at)
	})
}

// Remove deletes the rows or columns from up to to-1, and moves what refers to
// the sheet by position.
func (ss *Spreadsheet) Remove(s *Sheet, along grid.Axis, from, to int) {
	s.remove(along, from, to)
	ss.shift(s, along, from, from-to)
}
