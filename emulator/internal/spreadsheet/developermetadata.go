package spreadsheet

import (
	"slices"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// maxMetadataText is the number of characters that keys and values of the
// developer metadata of the spreadsheet, and again of each sheet, may have
// (developers.google.com/workspace/sheets/api/guides/metadata).
const maxMetadataText = 30_000

// metadataAt returns the developer metadata whose locations match.
func (ss *Spreadsheet) metadataAt(fits func(*sheets.DeveloperMetadataLocation) bool) []*sheets.DeveloperMetadata {
	var out []*sheets.DeveloperMetadata
	for _, m := range ss.Metadata {
		if fits(m.Location) {
			out = append(out, m)
		}
	}
	return out
}

// MetadataByID returns the developer metadata with an ID, or nil.
func (ss *Spreadsheet) MetadataByID(id int64) *sheets.DeveloperMetadata {
	for _, m := range ss.Metadata {
		if m.MetadataId == id {
			return m
		}
	}
	return nil
}

// MetadataSheet returns the ID of the sheet that a location is in; false for the
// spreadsheet.
func MetadataSheet(l *sheets.DeveloperMetadataLocation) (id int64, ok bool) {
	if l.DimensionRange != nil {
		return l.DimensionRange.SheetId, true
	}
	return l.SheetId, !l.Spreadsheet
}

// DeleteSheetMetadata deletes the developer metadata of a sheet, its rows and
// its columns.
func (ss *Spreadsheet) DeleteSheetMetadata(sheetID int64) {
	ss.Metadata = slices.DeleteFunc(ss.Metadata, func(m *sheets.DeveloperMetadata) bool {
		id, ok := MetadataSheet(m.Location)
		return ok && id == sheetID
	})
}

// shiftMetadata moves the developer metadata of rows or columns with them.
func (ss *Spreadsheet) shiftMetadata(sheetID int64, along grid.Axis, at, n int) {
	var kept []*sheets.DeveloperMetadata
	for _, m := range ss.Metadata {
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
	ss.Metadata = kept
}

// CheckMetadata returns an error if the developer metadata has more text than
// Google stores.
func (ss *Spreadsheet) CheckMetadata() error {
	used := map[int64]int{}
	for _, m := range ss.Metadata {
		id, ok := MetadataSheet(m.Location)
		if !ok {
			id = -1
		}
		used[id] += utf8.RuneCountInString(m.MetadataKey) + utf8.RuneCountInString(m.MetadataValue)
		if used[id] > maxMetadataText {
			return rest.BadRequest("The developer metadata would exceed the limit of %d characters.", maxMetadataText)
		}
	}
	return nil
}

// MatchingMetadata returns the developer metadata that a filter selects: with a
// lookup what matches it, otherwise what is in the range.
func (ss *Spreadsheet) MatchingMetadata(f *sheets.DataFilter) ([]*sheets.DeveloperMetadata, error) {
	if f == nil {
		return nil, rest.BadRequest("A data filter must not be empty.")
	}
	l := f.DeveloperMetadataLookup
	if l == nil {
		ranges, err := ss.filterRanges(f)
		if err != nil {
			return nil, err
		}
		return ss.metadataAt(func(at *sheets.DeveloperMetadataLocation) bool { return ss.covers(ranges[0], at) }), nil
	}
	var out []*sheets.DeveloperMetadata
	for _, m := range ss.Metadata {
		if lookupMatches(l, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

// lookupMatches reports whether developer metadata matches all fields that a
// lookup has. An empty lookup matches all.
func lookupMatches(l *sheets.DeveloperMetadataLookup, m *sheets.DeveloperMetadata) bool {
	at := l.MetadataLocation
	return (l.MetadataId == 0 || l.MetadataId == m.MetadataId) &&
		(l.MetadataKey == "" || l.MetadataKey == m.MetadataKey) &&
		(l.MetadataValue == "" || l.MetadataValue == m.MetadataValue) &&
		(l.Visibility == "" || l.Visibility == m.Visibility) &&
		(l.LocationType == "" || l.LocationType == m.Location.LocationType) &&
		(at == nil || sameLocation(at, m.Location) || l.LocationMatchingStrategy == "INTERSECTING_LOCATION" && intersects(at, m.Location))
}

// sameLocation reports whether two locations are equal.
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

// intersects reports whether two locations share cells. The spreadsheet shares
// them with all of its locations, and so does a sheet.
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

// covers reports whether a location is in a part of a sheet.
func (ss *Spreadsheet) covers(p SheetRange, at *sheets.DeveloperMetadataLocation) bool {
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
