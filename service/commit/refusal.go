package commit

import (
	"context"
	"slices"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"
)

// strangerAt reports whether metadata that is no marker of ours has the number,
// wherever in the spreadsheet it is.
func (w *Writer) strangerAt(ctx context.Context, id int64) (there bool, err error) {
	search := &sheets.SearchDeveloperMetadataRequest{DataFilters: []*sheets.DataFilter{
		{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: id}},
	}}
	err = w.call(ctx, func(ctx context.Context) error {
		answer, err := w.Sheets.Spreadsheets.DeveloperMetadata.Search(w.SpreadsheetID, search).
			Fields("matchedDeveloperMetadata(developerMetadata(metadataKey))").Context(ctx).Do()
		if err == nil {
			there = slices.ContainsFunc(answer.MatchedDeveloperMetadata, func(m *sheets.MatchedDeveloperMetadata) bool {
				return m.DeveloperMetadata.MetadataKey != markerKey
			})
		}
		return err
	})
	return there, err
}

// markerRoom is how many characters of metadata a spreadsheet can have, beside
// those of its sheets: https://developers.google.com/workspace/sheets/api/guides/metadata
const markerRoom = 30_000

// roomForMarker reports whether the spreadsheet can have one more marker. The
// metadata of other projects that is theirs alone takes room too, but is not
// shown to us.
func (w *Writer) roomForMarker(ctx context.Context) (bool, error) {
	search := &sheets.SearchDeveloperMetadataRequest{DataFilters: []*sheets.DataFilter{
		{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{LocationType: "SPREADSHEET"}},
	}}
	used := 0
	err := w.call(ctx, func(ctx context.Context) error {
		answer, err := w.Sheets.Spreadsheets.DeveloperMetadata.Search(w.SpreadsheetID, search).
			Fields("matchedDeveloperMetadata(developerMetadata(metadataKey,metadataValue))").Context(ctx).Do()
		if err != nil {
			return err
		}
		used = 0
		for _, match := range answer.MatchedDeveloperMetadata {
			used += utf8.RuneCountInString(match.DeveloperMetadata.MetadataKey) + utf8.RuneCountInString(match.DeveloperMetadata.MetadataValue)
		}
		return nil
	})
	return used+len(markerKey)+markerLength <= markerRoom, err
}
