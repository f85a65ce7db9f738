package drive

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// linkFormats are the formats of an export link, with their media types.
var linkFormats = map[string]string{
	"csv": "text/csv", "tsv": "text/tab-separated-values", "xlsx": xlsxType, "pdf": "application/pdf", "ods": "", "zip": "",
}

// exportLink serves the links of a file's exportLinks, and those that a browser
// uses: docs.google.com/spreadsheets/d/ID/export?format=csv&gid=0. A file that
// anyone may read takes no token. Errors are pages for people: 401 without a
// token, 404 for an unknown file, 400 for a sheet that does not exist.
func (api *API) exportLink(c *rest.Call) (any, error) {
	id, format := c.Vars["fileId"], c.Query.Get("format")
	if id == "" {
		id, format = c.Query.Get("id"), c.Query.Get("exportFormat")
	}
	for name := range c.Query {
		if !slices.Contains([]string{"id", "format", "exportFormat", "gid", "access_token", "key", "usp"}, name) {
			return nil, rest.Unsupported("an export link with the parameter " + strconv.Quote(name))
		}
	}
	f, status := api.linkedFile(c, id)
	if status != http.StatusOK {
		return rest.HTMLError(status), nil
	}
	if format == "" {
		format = "xlsx"
	}
	if _, ok := linkFormats[format]; !ok {
		return rest.HTMLError(http.StatusBadRequest), nil
	}
	ss, err := api.Files.Calculated(c.Context, f)
	if err != nil {
		return nil, err
	}
	s := linkedSheet(ss, c.Query)
	if s == nil {
		return rest.HTMLError(http.StatusBadRequest), nil
	}
	file, err := convert(ss, s, format)
	if err != nil {
		return nil, err
	}
	name := f.Title()
	if format != "xlsx" {
		name += " - " + s.Title
	}
	res := rest.NewResponse(http.StatusOK, linkFormats[format], file)
	res.Header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name+"."+format))
	return res, nil
}

// linkedFile returns a copy of the file with an ID, if the caller may read it,
// and else the status of the error.
func (api *API) linkedFile(c *rest.Call, id string) (*files.File, int) {
	api.Files.Lock()
	defer api.Files.Unlock()
	f := api.Files.Get(id)
	switch {
	case f == nil || f.Spreadsheet == nil:
		return nil, http.StatusNotFound
	case api.Files.Permits(c, f, files.Reader):
		return f.Clone(), http.StatusOK
	case c.Principal == "":
		return nil, http.StatusUnauthorized
	}
	return nil, http.StatusForbidden
}

// linkedSheet returns the sheet that an export link names by its gid; without a gid the
// first sheet, and nil if no sheet has the gid.
func linkedSheet(ss *spreadsheet.Spreadsheet, query url.Values) *spreadsheet.Sheet {
	if !query.Has("gid") {
		return ss.Sheets[0]
	}
	id, err := strconv.ParseInt(query.Get("gid"), 10, 64)
	if err != nil {
		return nil
	}
	return ss.SheetByID(id)
}
