package drive

import (
	"bytes"
	"net/http"

	"example.com/sheets-function/emulator/internal/rest"
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

// exportFile exports a spreadsheet: its first sheet as text, or all sheets as
// .xlsx.
func (api *API) exportFile(c *rest.Call) (any, error) {
	f, err := api.fileFor(c)
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
	f.Spreadsheet.Calculate(api.Now())
	switch exportFormats[mediaType] {
	case "csv":
		return exportResponse(mediaType, f.Spreadsheet.Delimited(','))
	case "tsv":
		return exportResponse(mediaType, f.Spreadsheet.Delimited('\t'))
	case "xlsx":
		var buf bytes.Buffer
		if err := f.Spreadsheet.WriteXLSX(&buf); err != nil {
			return nil, &rest.Error{Status: http.StatusInternalServerError, Message: "Internal error encountered."}
		}
		return exportResponse(mediaType, buf.Bytes())
	case "":
		return nil, &rest.Error{
			Status:  http.StatusBadRequest,
			Message: "The requested conversion is not supported.",
			Item:    rest.ErrorItem{Reason: "badRequest", Location: "convertTo", LocationType: "parameter"},
		}
	}
	return nil, rest.Unsupported("drive.files.export to " + mediaType)
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
