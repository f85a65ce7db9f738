package emulator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// The media types of Drive files that Google makes itself.
const (
	spreadsheetType = "application/vnd.google-apps.spreadsheet"
	folderType      = "application/vnd.google-apps.folder"
)

// file is a Drive file. A spreadsheet has contents.
type file struct {
	id, name, mimeType string
	created, modified  time.Time
	trashed, starred   bool
	roles              map[string]role // by grantee; see grants.go
	parent, drive      string          // ids of the folder and of the shared drive it lies in; "" = none
	description, by    string          // by: who changed it last
	properties         map[string]string
	contents           *contents
}

// role is what somebody may do with a file; the greater may all that the
// smaller may.
type role int

const (
	noRole role = iota
	reader
	commenter
	writer
	owner
)

var roles = map[string]role{"": noRole, "reader": reader, "commenter": commenter, "writer": writer, "owner": owner}

// title is the file's name, which a spreadsheet keeps itself.
func (f *file) title() string {
	if f.contents != nil {
		return f.contents.properties.Title
	}
	return f.name
}

// edit changes a copy of the contents, which takes their place only if change
// succeeds: a batch is done whole or not at all.
func (f *file) edit(now time.Time, change func(*contents) error) error {
	draft := f.contents.clone()
	draft.stale = true
	if err := change(draft); err != nil {
		return err
	}
	f.contents, f.modified = draft, now
	return nil
}

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

// copied returns a copy that shares nothing that can change. Developer metadata
// comes along, as it is copied with a file
// (developers.google.com/workspace/sheets/api/guides/metadata).
func (c *contents) copied() *contents {
	d := c.clone()
	d.stale = true
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

// find resolves a range in A1 notation: a bare name is a named range before it
// is a sheet, and cells without a sheet are those of the first visible one
// (developers.google.com/workspace/sheets/api/guides/concepts).
func (c *contents) find(a1 string) (*sheet, grid.Reference, error) {
	ref, err := grid.ParseA1(a1)
	if err != nil {
		return nil, ref, err
	}
	if ref.Bare {
		for _, n := range c.named {
			if s := c.sheetByID(n.sheetID); s != nil && strings.EqualFold(n.name, ref.Title) {
				ref.Area = n.area
				return s, ref, nil
			}
		}
	}
	s := c.sheetByTitle(ref.Title)
	if !ref.Titled {
		s = c.firstVisible()
	}
	if s == nil {
		return nil, ref, grid.UnparsableRange(a1)
	}
	return s, ref, nil
}

// firstVisible returns the sheet that cells without a sheet are of; Google never lets all be hidden.
func (c *contents) firstVisible() *sheet {
	for _, s := range c.sheets {
		if !s.hidden {
			return s
		}
	}
	return c.sheets[0]
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

// newFileID makes up an id like Google's: 44 characters, the first a 1.
func newFileID() string { return "1" + randomText(43) }

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func randomText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = idLetters[rand.IntN(len(idLetters))]
	}
	return string(b)
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
