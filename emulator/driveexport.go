package emulator

import (
	"bytes"
	"encoding/csv"
	"net/http"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// exportFormats are what Drive turns a spreadsheet into
// (developers.google.com/workspace/drive/api/guides/ref-export-formats).
var exportFormats = map[string]string{
	"text/csv": "csv", "text/tab-separated-values": "tsv", xlsxType: "xlsx",
	"application/pdf": "pdf", "application/zip": "zip",
	"application/vnd.oasis.opendocument.spreadsheet": "ods", "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
}

// exportFile answers a spreadsheet as a file: the first sheet as text, or all.
func (c *call) exportFile() (any, error) {
	f, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if f.contents == nil {
		return nil, &failure{
			status:  http.StatusForbidden,
			message: "Export only supports Docs Editors files.",
			item:    errorItem{Reason: "fileNotExportable"},
		}
	}
	mediaType := c.query.Get("mimeType")
	if mediaType == "" {
		return nil, &failure{
			status: http.StatusBadRequest, message: "Required parameter: mimeType",
			item: errorItem{Reason: "required", Location: "mimeType", LocationType: "parameter"},
		}
	}
	f.contents.calculate(c.s.options.Now())
	switch exportFormats[mediaType] {
	case "csv":
		return newAnswer(http.StatusOK, mediaType, f.contents.sheets[0].delimited(',')), nil
	case "tsv":
		return newAnswer(http.StatusOK, mediaType, f.contents.sheets[0].delimited('\t')), nil
	case "xlsx":
		var buf bytes.Buffer
		if err := f.contents.writeXLSX(&buf); err != nil {
			return nil, &failure{status: http.StatusInternalServerError, message: "Internal error encountered."}
		}
		return newAnswer(http.StatusOK, mediaType, buf.Bytes()), nil
	case "":
		return nil, &failure{
			status:  http.StatusBadRequest,
			message: "The requested conversion is not supported.",
			item:    errorItem{Reason: "badRequest", Location: "convertTo", LocationType: "parameter"},
		}
	}
	return nil, unsupported("drive.files.export to " + mediaType)
}

// delimited is what a sheet shows, with \r\n between rows and none after the
// last (recorded).
func (s *sheet) delimited(comma rune) []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF, w.Comma = true, comma
	lines := s.values(wholeSheet.closed(s.height, s.width), rendering{})
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	for _, line := range lines {
		record := make([]string, width)
		for i, v := range line {
			record[i], _ = v.(string)
		}
		w.Write(record)
	}
	w.Flush()
	return bytes.TrimSuffix(buf.Bytes(), []byte("\r\n"))
}
