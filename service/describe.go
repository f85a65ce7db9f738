package service

import (
	"context"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// Spreadsheet describes the spreadsheet.
type Spreadsheet struct {
	Title   string `json:"title"`
	Link    string `json:"link"`     // to Google Sheets
	CanEdit bool   `json:"can_edit"` // whether the function's account may write

	Cells     int64 `json:"cells"`      // of all sheets, empty and hidden ones too
	CellLimit int64 `json:"cell_limit"` // the most that Google allows

	// ExactlyOnce is whether Google was found to refuse a batch that was stored already.
	// That no write is stored twice depends on it. It is nil before the first writes.
	ExactlyOnce *bool `json:"exactly_once,omitempty"`

	Sheets []Sheet `json:"sheets"` // without hidden ones
}

// Sheet describes one sheet (tab).
type Sheet struct {
	Title string `json:"title"`
	// Columns are named by row 1. Their types are those of the first rows, up to a thousand.
	// Of more than a thousand columns only these are here.
	Columns []table.Column `json:"columns"`
	// Rows is the number of rows below row 1 that have a value; nil where the sheet has more
	// rows than are read to describe it.
	Rows *int `json:"rows,omitempty"`
}

// Describe returns the spreadsheet's title and link, and its visible sheets. It makes
// three calls to Google, which concurrent callers share.
func (s *Service) Describe(ctx context.Context) (Spreadsheet, error) {
	answer := s.describeGroup.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		return s.describe(ctx)
	})
	select {
	case a := <-answer:
		return a.Val.(Spreadsheet), a.Err
	case <-ctx.Done():
		return Spreadsheet{}, timedOut(ctx, "describe the spreadsheet")
	}
}

func (s *Service) describe(ctx context.Context) (Spreadsheet, error) {
	file, err := s.getFile(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	tabs, metadata, err := s.listTabs(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	described, err := s.sampleSheets(ctx, visibleTabs(tabs))
	if err != nil {
		return Spreadsheet{}, err
	}
	d := Spreadsheet{
		Title: file.Name, Link: file.WebViewLink, CanEdit: file.Capabilities != nil && file.Capabilities.CanEdit,
		Cells: countCells(tabs), CellLimit: maxCells, Sheets: described,
	}
	holds, known := commit.ExactlyOnce(metadata)
	if !known {
		holds, known = s.writer.ExactlyOnce()
	}
	if known {
		d.ExactlyOnce = &holds
	}
	return d, nil
}
