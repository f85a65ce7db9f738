package emulator

import (
	"slices"

	"google.golang.org/api/sheets/v4"
)

// markersAt returns the developer metadata whose location fits.
func (c *contents) markersAt(fits func(*sheets.DeveloperMetadataLocation) bool) []*sheets.DeveloperMetadata {
	var out []*sheets.DeveloperMetadata
	for _, m := range c.markers {
		if fits(m.Location) {
			out = append(out, m)
		}
	}
	return out
}

// dropMarkers removes the developer metadata of a sheet.
func (c *contents) dropMarkers(sheetID int64) {
	c.markers = slices.DeleteFunc(c.markers, func(m *sheets.DeveloperMetadata) bool {
		l := m.Location
		return l.LocationType == "SHEET" && l.SheetId == sheetID || l.DimensionRange != nil && l.DimensionRange.SheetId == sheetID
	})
}
