package commit

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"
)

const (
	// markerKey is one character, because keys count against metadataRoom.
	markerKey      = "w"
	metadataFields = "developerMetadata(metadataId,metadataKey,metadataValue)"
	// metadataRoom is how many characters of metadata a spreadsheet can have, beside
	// those of its sheets: https://developers.google.com/workspace/sheets/api/guides/metadata
	metadataRoom = 30_000

	// lookLimit is the age of knowledge up to which a batch is sent that was planned
	// from it, where reading it took that long.
	lookLimit = 30 * time.Second
	// googleLimit is how long Google works on a call at most:
	// https://developers.google.com/workspace/sheets/api/limits
	googleLimit = 180 * time.Second
	// projectQuota is how many times the quota of an account that of its project is,
	// which instances with other accounts share.
	projectQuota = 5
	minWindow    = 1000
	maxWindow    = 2000 // of 13 characters each: fits metadataRoom
)

// windowOf returns how many markers are kept: more than batches that can be stored between
// the look that a batch was planned from and its end, even if the minute of the quota
// begins again in between. The limit is that of the room: with a quota of more than 84
// writes a minute it holds for instances with one account only.
func windowOf(perMinute int) int64 {
	minutes := (lookLimit + callTimeout + googleLimit + time.Minute).Minutes()
	return int64(min(max(minutes*float64(projectQuota*perMinute), minWindow), maxWindow))
}

// memoryAge is how long what Google showed may be used again.
const memoryAge = 2 * time.Second

// Fresh reports whether what was requested at this time may be used to plan now. Time in
// which the process was suspended counts, and after a clock was set back nothing is fresh.
func Fresh(now, at time.Time) bool { return younger(now, at, memoryAge) }

func younger(now, at time.Time, age time.Duration) bool {
	wall := now.Round(0).Sub(at.Round(0))
	return !at.IsZero() && now.Sub(at) < age && wall < age && wall >= 0
}

// markers is the developer metadata of the spreadsheet.
type markers struct {
	values    map[int64]string // of our markers, by number
	foreign   map[int64]bool   // numbers of other metadata
	verdict   string           // see [onceState]
	leftover  map[string]bool  // keys of metadata that has served its purpose
	announced []string         // values of announcements
	used      int              // characters
}

func readMarkers(list []*sheets.DeveloperMetadata) markers {
	m := markers{values: map[int64]string{}, foreign: map[int64]bool{}, leftover: map[string]bool{}, verdict: verdictNone}
	for _, d := range list {
		m.used += utf8.RuneCountInString(d.MetadataKey) + utf8.RuneCountInString(d.MetadataValue)
		verdict := ""
		switch d.MetadataKey {
		case markerKey:
			if _, verdict, _ = parseMarker(d.MetadataValue); m.values[d.MetadataId] != "" {
				verdict = verdictTwice
			}
			m.values[d.MetadataId] = d.MetadataValue
		case announceKey:
			m.announced = append(m.announced, d.MetadataValue)
			m.foreign[d.MetadataId] = true
		case trialKey, baseKey:
			m.leftover[d.MetadataKey] = true
			fallthrough
		default:
			m.foreign[d.MetadataId] = true
		}
		m.verdict = max(m.verdict, verdict)
	}
	return m
}

func createMetadata(id int64, key, value string) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &sheets.DeveloperMetadata{
			MetadataId: id, MetadataKey: key, MetadataValue: value,
			// Only callers of this project see it: spreadsheets.get of others does not
			// carry a thousand markers.
			Visibility: "PROJECT",
			Location:   &sheets.DeveloperMetadataLocation{Spreadsheet: true},
		},
	}}
}

func deleteMetadata(which *sheets.DeveloperMetadataLookup) *sheets.Request {
	return &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
		DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: which},
	}}
}

// foreignAt reports whether metadata that is not a marker has the number, wherever in the
// spreadsheet it is.
func (w *Writer[R, S]) foreignAt(ctx context.Context, id int64) (found bool, err error) {
	search := &sheets.SearchDeveloperMetadataRequest{DataFilters: []*sheets.DataFilter{
		{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: id}},
	}}
	_, err = w.call(ctx, func(ctx context.Context) error {
		answer, err := w.Sheets.Spreadsheets.DeveloperMetadata.Search(w.SpreadsheetID, search).
			Fields("matchedDeveloperMetadata(developerMetadata(metadataKey))").Context(ctx).Do()
		if err == nil {
			found = slices.ContainsFunc(answer.MatchedDeveloperMetadata, func(m *sheets.MatchedDeveloperMetadata) bool {
				return m.DeveloperMetadata.MetadataKey != markerKey
			})
		}
		return err
	})
	return found, err
}
