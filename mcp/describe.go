package mcp

import (
	"context"
	"strings"

	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

// maxSheets and maxColumns bound the description of a spreadsheet: a sheet may have
// 18,278 columns.
const (
	maxSheets  = 100
	maxColumns = 100
)

// describeArguments are the arguments of describe_spreadsheet.
type describeArguments struct {
	Sheet string `json:"sheet"`
}

// describeResult is the result of describe_spreadsheet.
type describeResult struct {
	Title      string  `json:"title"`
	Link       string  `json:"link"`
	CanEdit    bool    `json:"can_edit"`
	Sheets     []sheet `json:"sheets"`
	MoreSheets int     `json:"more_sheets,omitempty"`
}

type sheet struct {
	service.Sheet
	MoreColumns int `json:"more_columns,omitempty"`
}

func (t *tools) describe(ctx context.Context, in describeArguments) (any, error) {
	spreadsheet, err := t.rows.Describe(ctx)
	if err != nil {
		return nil, err
	}
	result := describeResult{Title: spreadsheet.Title, Link: spreadsheet.Link, CanEdit: spreadsheet.CanEdit, Sheets: []sheet{}}
	for _, one := range spreadsheet.Sheets {
		if in.Sheet != "" && !strings.EqualFold(in.Sheet, one.Title) {
			continue
		}
		if len(result.Sheets) == maxSheets {
			result.MoreSheets++
			continue
		}
		shown := sheet{Sheet: one}
		if more := len(one.Columns) - maxColumns; more > 0 && in.Sheet == "" {
			shown.Columns, shown.MoreColumns = one.Columns[:maxColumns], more
		}
		result.Sheets = append(result.Sheets, shown)
	}
	if in.Sheet != "" && len(result.Sheets) == 0 {
		return nil, &table.Error{Code: table.SheetNotFound, Detail: "no visible sheet has this title", Hint: "call describe_spreadsheet without the argument sheet for the titles"}
	}
	return result, nil
}
