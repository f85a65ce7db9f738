package service

import (
	"context"

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
