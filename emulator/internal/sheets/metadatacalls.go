package sheets

import (
	"net/http"
	"strconv"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

func (api *API) getDeveloperMetadata(c *rest.Call) (*sheets.DeveloperMetadata, error) {
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	id, err := pathNumber(c, "metadataId", "metadata_id")
	if err != nil {
		return nil, err
	}
	if m := f.Spreadsheet.MetadataByID(id); m != nil {
		return m, nil
	}
	return nil, &rest.Error{Status: http.StatusNotFound, Message: "No developer metadata with ID " + strconv.FormatInt(id, 10)}
}

// pathNumber returns the 32-bit number that the path has as a variable; field is its
// name in errors.
func pathNumber(c *rest.Call, name, field string) (int64, error) {
	id, err := strconv.ParseInt(c.Vars[name], 10, 32)
	if err != nil {
		return 0, rest.Invalid(field, "Invalid value at '"+field+"' (TYPE_INT32), "+strconv.Quote(c.Vars[name]))
	}
	return id, nil
}

func (api *API) searchDeveloperMetadata(c *rest.Call) (*sheets.SearchDeveloperMetadataResponse, error) {
	var body sheets.SearchDeveloperMetadataRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	out := &sheets.SearchDeveloperMetadataResponse{}
	for _, filter := range body.DataFilters {
		found, err := f.Spreadsheet.MatchingMetadata(filter)
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
