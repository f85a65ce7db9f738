package service

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/service/table"
)

// getFile returns the spreadsheet's properties in Drive.
func (s *Service) getFile(ctx context.Context) (*drive.File, error) {
	// Without SupportsAllDrives a spreadsheet in a shared drive is not found.
	file, err := s.drive.Files.Get(s.id).SupportsAllDrives(true).
		Fields("name,webViewLink,capabilities(canEdit)").Context(ctx).Do()
	if err != nil {
		return nil, apiError("get the spreadsheet's file", err)
	}
	return file, nil
}

// Title returns the spreadsheet's title, with one call of the Drive API, whose quota is
// much larger than that of the Sheets API.
func (s *Service) Title(ctx context.Context) (string, error) {
	file, err := s.getFile(ctx)
	if err != nil {
		return "", err
	}
	return file.Name, nil
}

// Formats are the formats of [Service.Export], as extension and media type:
// https://developers.google.com/workspace/drive/api/guides/ref-export-formats.
// A .csv has the first sheet only. An .xlsx has all of them, also the hidden ones, one of
// which holds the idempotency keys.
var Formats = map[string]string{
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pdf":  "application/pdf",
	"csv":  "text/csv",
}

// Export writes the spreadsheet to w in one of the [Formats], as it arrives from Drive.
// After an error w may have a part of it.
func (s *Service) Export(ctx context.Context, w io.Writer, format string) error {
	op := fmt.Sprintf("export the spreadsheet as .%s", format)
	media, ok := Formats[format]
	if !ok {
		return &table.Error{Code: table.BadRequest, Detail: op + ": want xlsx, pdf or csv"}
	}
	answer, err := s.drive.Files.Export(s.id, media).Context(ctx).Download()
	if err != nil {
		return apiError(op, err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(w, answer.Body); err != nil {
		return apiError(op, err)
	}
	return nil
}
