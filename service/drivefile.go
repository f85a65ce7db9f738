package service

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/api/drive/v3"
)

// getFile asks Drive what it knows of the spreadsheet.
func (s *Service) getFile(ctx context.Context) (*drive.File, error) {
	// Without SupportsAllDrives a spreadsheet on a shared drive is "not found".
	file, err := s.drive.Files.Get(s.id).SupportsAllDrives(true).
		Fields("name,webViewLink,capabilities(canEdit)").Context(ctx).Do()
	if err != nil {
		return nil, fromGoogle("get the spreadsheet's file", err)
	}
	return file, nil
}

// Title returns the spreadsheet's title. The call counts for Drive's quota of
// calls, not for that of Sheets, which is far smaller.
func (s *Service) Title(ctx context.Context) (string, error) {
	file, err := s.getFile(ctx)
	if err != nil {
		return "", err
	}
	return file.Name, nil
}

// Formats are the files that the spreadsheet can be exported as, by their
// extension, with their media types,
// https://developers.google.com/workspace/drive/api/guides/ref-export-formats.
// A .csv is the first sheet alone; an .xlsx is all of them, the hidden ones too,
// and with them the idempotency keys.
var Formats = map[string]string{
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pdf":  "application/pdf",
	"csv":  "text/csv",
}

// Export writes the spreadsheet to w as a file of one of the [Formats], while it
// comes from Drive. An error after the first byte leaves a part of it in w.
func (s *Service) Export(ctx context.Context, w io.Writer, format string) error {
	doing := fmt.Sprintf("export the spreadsheet as .%s", format)
	answer, err := s.drive.Files.Export(s.id, Formats[format]).Context(ctx).Download()
	if err != nil {
		return fromGoogle(doing, err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(w, answer.Body); err != nil {
		return fromGoogle(doing, err)
	}
	return nil
}
