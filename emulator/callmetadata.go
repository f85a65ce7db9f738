package emulator

import (
	"net/http"
	"strconv"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

func (c *call) getMarker() (*sheets.DeveloperMetadata, error) {
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	id, err := c.number("metadataId", "metadata_id")
	if err != nil {
		return nil, err
	}
	if m := f.contents.MetadataByID(id); m != nil {
		return m, nil
	}
	return nil, &rest.Error{Status: http.StatusNotFound, Message: "No developer metadata with ID " + strconv.FormatInt(id, 10)}
}

// number reads a 32-bit number out of the path.
func (c *call) number(name, field string) (int64, error) {
	id, err := strconv.ParseInt(c.vars[name], 10, 32)
	if err != nil {
		return 0, rest.Invalid(field, "Invalid value at '"+field+"' (TYPE_INT32), "+strconv.Quote(c.vars[name]))
	}
	return id, nil
}

func (c *call) searchMarkers() (*sheets.SearchDeveloperMetadataResponse, error) {
	var body sheets.SearchDeveloperMetadataRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	out := &sheets.SearchDeveloperMetadataResponse{}
	for _, filter := range body.DataFilters {
		found, err := f.contents.MatchingMetadata(filter)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			out.MatchedDeveloperMetadata = append(out.MatchedDeveloperMetadata,
				&sheets.MatchedDeveloperMetadata{DeveloperMetadata: m, DataFilters: []*sheets.DataFilter{filter}})
		}
	}
	return out, nil
}
