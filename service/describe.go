package service

import (
	"context"

	"example.com/sheets-function/service/table"
)

// Spreadsheet describes the spreadsheet behind the API.
type Spreadsheet struct {
	Title   string `json:"title"`
	Link    string `json:"link"`
	CanEdit bool   `json:"can_edit"` // whether the function's account may write

	Cells     int64 `json:"cells"`      // of all sheets, empty and hidden ones too
	CellLimit int64 `json:"cell_limit"` // how many Google lets a spreadsheet have

	Sheets []Sheet `json:"sheets"`
}

// Sheet describes one sheet (tab).
type Sheet struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
	Rows    int      `json:"rows"` // rows with a value, below the header
}

// Describe returns the spreadsheet's title and link, and its visible sheets.
// Callers that ask at the same time share one answer.
func (s *Service) Describe(ctx context.Context) (Spreadsheet, error) {
	answer := s.describing.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readBudget)
		defer cancel()
		return s.describe(ctx)
	})
	select {
	case a := <-answer:
		return a.Val.(Spreadsheet), a.Err
	case <-ctx.Done():
		return Spreadsheet{}, noAnswer(ctx, "describe the spreadsheet")
	}
}

func (s *Service) describe(ctx context.Context) (Spreadsheet, error) {
	file, err := s.getFile(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	tabs, err := s.listTabs(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	titles := visible(tabs)
	grids, err := s.readSheets(ctx, titles)
	if err != nil {
		return Spreadsheet{}, err
	}
	d := Spreadsheet{
		Title: file.Name, Link: file.WebViewLink, CanEdit: file.Capabilities != nil && file.Capabilities.CanEdit,
		Cells: countCells(tabs), CellLimit: maxCells, Sheets: []Sheet{},
	}
	for i, grid := range grids {
		columns, rows := table.DescribeRows(grid)
		d.Sheets = append(d.Sheets, Sheet{Title: titles[i], Columns: columns, Rows: rows})
	}
	return d, nil
}
