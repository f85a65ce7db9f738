package spreadsheet

import (
	"slices"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Developer metadata: the requests and the calls.

// maxMetadataText is the number of characters in keys and values, for the
// spreadsheet and again for each sheet
// (developers.google.com/workspace/sheets/api/guides/metadata).
const maxMetadataText = 30_000

// metadataAt returns the developer metadata whose location fits.
func (c *Spreadsheet) metadataAt(fits func(*sheets.DeveloperMetadataLocation) bool) []*sheets.DeveloperMetadata {
	var out []*sheets.DeveloperMetadata
	for _, m := range c.Metadata {
		if fits(m.Location) {
			out = append(out, m)
		}
	}
	return out
}

func (c *Spreadsheet) MetadataByID(id int64) *sheets.DeveloperMetadata {
	for _, m := range c.Metadata {
		if m.MetadataId == id {
			return m
		}
	}
	return nil
}

// MetadataSheet returns the sheet that a location belongs to; false for the spreadsheet.
func MetadataSheet(l *sheets.DeveloperMetadataLocation) (id int64, ok bool) {
	if l.DimensionRange != nil {
		return l.DimensionRange.SheetId, true
	}
	return l.SheetId, !l.Spreadsheet
}

// DeleteSheetMetadata removes the developer metadata of a sheet.
func (c *Spreadsheet) DeleteSheetMetadata(sheetID int64) {
	c.Metadata = slices.DeleteFunc(c.Metadata, func(m *sheets.DeveloperMetadata) bool {
		id, ok := MetadataSheet(m.Location)
		return ok && id == sheetID
	})
}

// shiftMetadata moves the developer metadata of single rows and columns along.
func (c *Spreadsheet) shiftMetadata(sheetID int64, along grid.Axis, at, n int) {
	var kept []*sheets.DeveloperMetadata
	for _, m := range c.Metadata {
		d := m.Location.DimensionRange
		if d == nil || d.SheetId != sheetID || Axes[d.Dimension] != along {
			kept = append(kept, m)
			continue
		}
		if i := int(d.StartIndex); n < 0 && i >= at && i < at-n {
			continue
		}
		moved, location, of := *m, *m.Location, *d
		of.StartIndex = int64(grid.ShiftedStart(int(d.StartIndex), at, n))
		of.EndIndex = of.StartIndex + 1
		location.DimensionRange, moved.Location = &of, &location
		kept = append(kept, &moved)
	}
	c.Metadata = kept
}

// CheckMetadata refuses more text than a place has room for.
func (c *Spreadsheet) CheckMetadata() error {
	used := map[int64]int{}
	for _, m := range c.Metadata {
		place, ok := MetadataSheet(m.Location)
		if !ok {
			place = -1
		}
		used[place] += utf8.RuneCountInString(m.MetadataKey) + utf8.RuneCountInString(m.MetadataValue)
		if used[place] > maxMetadataText {
			return rest.BadRequest("The developer metadata would exceed the limit of %d characters.", maxMetadataText)
		}
	}
	return nil
}

// MatchingMetadata returns the developer metadata that a filter selects: by a lookup, or
// all that lies in a range.
func (c *Spreadsheet) MatchingMetadata(f *sheets.DataFilter) ([]*sheets.DeveloperMetadata, error) {
	if f == nil {
		return nil, rest.BadRequest("A data filter must not be empty.")
	}
	l := f.DeveloperMetadataLookup
	if l == nil {
		places, err := c.filterRanges(f)
		if err != nil {
			return nil, err
		}
		return c.metadataAt(func(at *sheets.DeveloperMetadataLocation) bool { return c.covers(places[0], at) }), nil
	}
	var out []*sheets.DeveloperMetadata
	for _, m := range c.Metadata {
		if lookupFits(l, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

// lookupFits compares what a lookup names; an empty lookup takes everything.
func lookupFits(l *sheets.DeveloperMetadataLookup, m *sheets.DeveloperMetadata) bool {
	at := l.MetadataLocation
	return (l.MetadataId == 0 || l.MetadataId == m.MetadataId) &&
		(l.MetadataKey == "" || l.MetadataKey == m.MetadataKey) &&
		(l.MetadataValue == "" || l.MetadataValue == m.MetadataValue) &&
		(l.Visibility == "" || l.Visibility == m.Visibility) &&
		(l.LocationType == "" || l.LocationType == m.Location.LocationType) &&
		(at == nil || sameLocation(at, m.Location) || l.LocationMatchingStrategy == "INTERSECTING_LOCATION" && intersects(at, m.Location))
}

func sameLocation(a, b *sheets.DeveloperMetadataLocation) bool {
	idA, sheetA := MetadataSheet(a)
	idB, sheetB := MetadataSheet(b)
	if sheetA != sheetB || idA != idB || (a.DimensionRange == nil) != (b.DimensionRange == nil) {
		return false
	}
	if a.DimensionRange == nil {
		return true
	}
	x, y := a.DimensionRange, b.DimensionRange
	return x.Dimension == y.Dimension && x.StartIndex == y.StartIndex && x.EndIndex == y.EndIndex
}

// intersects tells whether two locations share cells; the spreadsheet and a
// sheet take in all that is theirs.
func intersects(a, b *sheets.DeveloperMetadataLocation) bool {
	idA, sheetA := MetadataSheet(a)
	idB, sheetB := MetadataSheet(b)
	x, y := a.DimensionRange, b.DimensionRange
	switch {
	case !sheetA || !sheetB:
		return true
	case idA != idB:
		return false
	case x == nil || y == nil || x.Dimension != y.Dimension:
		return true
	}
	return x.StartIndex < y.EndIndex && y.StartIndex < x.EndIndex
}

// covers tells whether a location lies in a part of a sheet.
func (c *Spreadsheet) covers(p SheetRange, at *sheets.DeveloperMetadataLocation) bool {
	id, ok := MetadataSheet(at)
	if !ok || id != p.Sheet.ID {
		return false
	}
	whole := grid.Rect(0, p.Sheet.Height, 0, p.Sheet.Width)
	d := at.DimensionRange
	switch {
	case d == nil:
		return p.Area == whole
	case Axes[d.Dimension] == grid.ByRow:
		return int(d.StartIndex) >= p.Area.Top && int(d.EndIndex) <= p.Area.Bottom
	}
	return int(d.StartIndex) >= p.Area.Left && int(d.EndIndex) <= p.Area.Right
}
