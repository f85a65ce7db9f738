package drive

import (
	"bytes"
	"net/http"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// maxExport is the size of the largest file that can be exported
// (developers.google.com/workspace/drive/api/reference/rest/v3/files/export).
const maxExport = 10 << 20

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// exportFormats are the formats that Drive can export a spreadsheet to, by media
// type (developers.google.com/workspace/drive/api/guides/ref-export-formats).
var exportFormats = map[string]string{
	"text/csv": "csv", "text/tab-separated-values": "tsv", xlsxType: "xlsx",
	"application/pdf": "pdf", "application/zip": "zip",
	"application/vnd.oasis.opendocument.spreadsheet": "ods", "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
}

// exportFile is drive.files.export of a spreadsheet. As text it has the first
// sheet.
func (api *API) exportFile(c *rest.Call) (any, error) {
	api.Files.Lock()
	f, err := api.fileFor(c)
	if err == nil {
		f = f.Clone()
	}
	api.Files.Unlock()
	if err != nil {
		return nil, err
	}
	if f.Spreadsheet == nil {
		return nil, &rest.Error{
			Status:  http.StatusForbidden,
			Message: "Export only supports Docs Editors files.",
			Item:    rest.ErrorItem{Reason: "fileNotExportable"},
		}
	}
	mediaType := c.Query.Get("mimeType")
	if mediaType == "" {
		return nil, &rest.Error{
			Status: http.StatusBadRequest, Message: "Required parameter: mimeType",
			Item: rest.ErrorItem{Reason: "required", Location: "mimeType", LocationType: "parameter"},
		}
	}
	format := exportFormats[mediaType]
	if format == "" {
		return nil, &rest.Error{
			Status:  http.StatusBadRequest,
			Message: "The requested conversion is not supported.",
			Item:    rest.ErrorItem{Reason: "badRequest", Location: "convertTo", LocationType: "parameter"},
		}
	}
	ss, err := api.Files.Calculated(c.Context, f)
	if err != nil {
		return nil, err
	}
	file, err := convert(ss, ss.Sheets[0], format)
	if err != nil {
		return nil, err
	}
	return exportResponse(mediaType, file)
}

// convert returns a calculated spreadsheet in a format: one sheet of it as text,
// or all sheets as .xlsx.
func convert(ss *spreadsheet.Spreadsheet, s *spreadsheet.Sheet, format string) ([]byte, error) {
	switch format {
	case "csv":
		return s.Delimited(',')
	case "tsv":
		return s.Delimited('\t')
	case "xlsx":
		var buf bytes.Buffer
		if err := ss.WriteXLSX(&buf); err != nil {
			return nil, &rest.Error{Status: http.StatusInternalServerError, Message: "Internal error encountered."}
		}
		return buf.Bytes(), nil
	}
	return nil, rest.Unsupported("the export of a spreadsheet as " + format)
}

func exportResponse(mediaType string, file []byte) (any, error) {
	if len(file) > maxExport {
		return nil, &rest.Error{
			Status:  http.StatusForbidden,
			Message: "This file is too large to be exported.",
			Item:    rest.ErrorItem{Reason: "exportSizeLimitExceeded"},
		}
	}
	return rest.NewResponse(http.StatusOK, mediaType, file), nil
}
