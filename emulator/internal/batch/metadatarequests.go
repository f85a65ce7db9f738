package batch

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

func (b batch) createDeveloperMetadata(r *sheets.CreateDeveloperMetadataRequest) (*sheets.Response, error) {
	given := r.DeveloperMetadata
	if given == nil {
		return nil, rest.BadRequest("Developer metadata must be specified.")
	}
	id := given.MetadataId
	switch {
	case id < 0 || id == 0 && rest.WasSent(given.ForceSendFields, "MetadataId"):
		return nil, rest.BadRequest("The developer metadata ID must be positive.")
	case id == 0:
		id = spreadsheet.NewID(func(id int64) bool { return b.MetadataByID(id) != nil })
	case b.MetadataByID(id) != nil && !b.DuplicateMetadata: // the text is from a report of 2026
		return nil, rest.BadRequest("Cannot add developer metadata with ID [%d] because developer metadata with that ID already exists.", id)
	}
	made, err := b.completeMetadata(given, id)
	if err != nil {
		return nil, err
	}
	b.Metadata = append(b.Metadata, made)
	if err := b.CheckMetadata(); err != nil {
		return nil, err
	}
	return &sheets.Response{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataResponse{DeveloperMetadata: made}}, nil
}

// completeMetadata checks developer metadata and completes its location.
func (b batch) completeMetadata(given *sheets.DeveloperMetadata, id int64) (*sheets.DeveloperMetadata, error) {
	switch {
	case given.MetadataKey == "":
		return nil, rest.BadRequest("Developer metadata must have a key.")
	case given.Visibility != "DOCUMENT" && given.Visibility != "PROJECT":
		return nil, rest.BadRequest("Developer metadata must have a visibility.")
	case given.Location == nil:
		return nil, rest.BadRequest("Developer metadata must have a location.")
	}
	made := *given
	made.MetadataId, made.ForceSendFields = id, nil
	location := *given.Location
	made.Location = &location
	switch d := location.DimensionRange; {
	case location.Spreadsheet:
		location.LocationType = "SPREADSHEET"
	case d == nil:
		location.LocationType = "SHEET"
	case d.EndIndex-d.StartIndex != 1:
		return nil, rest.BadRequest("Developer metadata can only be added to a single row or column.")
	case d.Dimension == "ROWS":
		location.LocationType = "ROW"
	default:
		location.LocationType = "COLUMN"
	}
	location.ForceSendFields = nil
	if sheetID, ok := spreadsheet.MetadataSheet(&location); ok && b.SheetByID(sheetID) == nil {
		return nil, spreadsheet.UnknownGrid(sheetID)
	}
	return &made, nil
}

func (b batch) updateDeveloperMetadata(r *sheets.UpdateDeveloperMetadataRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.DeveloperMetadata{})
	if err != nil {
		return nil, err
	}
	given := r.DeveloperMetadata
	if given == nil {
		given = &sheets.DeveloperMetadata{}
	}
	reply := &sheets.UpdateDeveloperMetadataResponse{}
	for _, f := range r.DataFilters {
		found, err := b.MatchingMetadata(f)
		if err != nil {
			return nil, err
		}
		for _, old := range found {
			merged := *old
			rest.Merge(&merged, given, m)
			made, err := b.completeMetadata(&merged, old.MetadataId)
			if err != nil {
				return nil, err
			}
			b.Metadata[slices.Index(b.Metadata, old)] = made
			reply.DeveloperMetadata = append(reply.DeveloperMetadata, made)
		}
	}
	return &sheets.Response{UpdateDeveloperMetadata: reply}, b.CheckMetadata()
}

// deleteDeveloperMetadata deletes what a filter selects. Google does not
// document whether an ID that does not exist is an error. Here it is one, which
// is the harder case for clients.
func (b batch) deleteDeveloperMetadata(r *sheets.DeleteDeveloperMetadataRequest) (*sheets.Response, error) {
	found, err := b.MatchingMetadata(r.DataFilter)
	if err != nil {
		return nil, err
	}
	if l := r.DataFilter.DeveloperMetadataLookup; l != nil && l.MetadataId != 0 && len(found) == 0 {
		return nil, rest.BadRequest("No developer metadata with ID %d", l.MetadataId)
	}
	b.Metadata = slices.DeleteFunc(b.Metadata, func(m *sheets.DeveloperMetadata) bool { return slices.Contains(found, m) })
	reply := &sheets.DeleteDeveloperMetadataResponse{DeletedDeveloperMetadata: found}
	return &sheets.Response{DeleteDeveloperMetadata: reply}, nil
}
