// Package service is what the function does: it reads and appends the rows of
// a spreadsheet's sheets (tabs) as records, named by the header row.
//
// This is the folder to change in a fork. The rules for rows are in rows.go
// and record.go and know nothing of Google; the calls are in sheets.go and
// drive.go; what Google's refusals mean is in google.go. Another API of
// Google's is one more file like drive.go, on the same client.
package service

import (
	"context"
	"net/http"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// Service reads and writes one spreadsheet. It is safe for concurrent use and
// is built once, not for each request.
type Service struct {
	id     string
	sheets *sheets.Service
	drive  *drive.Service
}

// New returns a Service for the spreadsheet with this ID. The client brings the
// access tokens. The endpoint, such as "http://127.0.0.1:8085", stands for all
// of Google's API hosts; "" is Google.
func New(ctx context.Context, client *http.Client, spreadsheetID, endpoint string) (*Service, error) {
	// Never option.WithScopes beside WithHTTPClient: it would be ignored in
	// silence, because the scopes are those of the client's tokens.
	sheetsOptions := []option.ClientOption{option.WithHTTPClient(client)}
	driveOptions := []option.ClientOption{option.WithHTTPClient(client)}
	if endpoint != "" {
		sheetsOptions = append(sheetsOptions, option.WithEndpoint(endpoint+"/"))
		driveOptions = append(driveOptions, option.WithEndpoint(endpoint+"/drive/v3/"))
	}
	s := &Service{id: spreadsheetID}
	var err error
	if s.sheets, err = sheets.NewService(ctx, sheetsOptions...); err != nil {
		return nil, err
	}
	if s.drive, err = drive.NewService(ctx, driveOptions...); err != nil {
		return nil, err
	}
	return s, nil
}

// Query chooses which rows to list and how their values look. Its zero value
// is all rows, typed.
type Query struct {
	Offset int    // rows to leave out at the start
	Limit  int    // rows at the most; 0 is all
	Values Values // how cells become values
}

// ListRows returns the rows below the header of the sheet with this title.
// Rows without any value are left out and not counted.
func (s *Service) ListRows(ctx context.Context, title string, q Query) (Rows, error) {
	grid, err := s.readSheet(ctx, title, q.Values)
	if err != nil {
		return Rows{}, err
	}
	header := grid.header
	rows, err := newRows(title, header, grid.values)
	if err != nil {
		return Rows{}, err
	}
	return rows.page(q.Offset, q.Limit), nil
}

// Appended says what an append stored.
type Appended struct {
	Rows  int    `json:"appended"`
	Range string `json:"range"` // A1 notation
}

// AppendRows stores the records below the sheet's last row, all or none, and
// returns after Google has stored them. Values go in as they are: a string
// stays a string, whatever it looks like. An [*Error] with the code
// [OutcomeUnknown] means that Google's answer was lost; any other error means
// that nothing was stored.
func (s *Service) AppendRows(ctx context.Context, title string, records []Record) (Appended, error) {
	cells, err := s.readHeader(ctx, title)
	if err != nil {
		return Appended{}, err
	}
	columns, err := columnNames(title, cells, 0)
	if err != nil {
		return Appended{}, err
	}
	values, err := toValues(title, columns, cells, records)
	if err != nil {
		return Appended{}, err
	}
	return s.appendValues(ctx, title, values)
}

// Spreadsheet describes the spreadsheet behind the API.
type Spreadsheet struct {
	Title   string  `json:"title"`
	Link    string  `json:"link"`
	CanEdit bool    `json:"can_edit"` // whether the function's account may write
	Sheets  []Sheet `json:"sheets"`
}

// Sheet describes one sheet (tab).
type Sheet struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
	Rows    int      `json:"rows"` // rows with a value, below the header
}

// Describe returns the spreadsheet's title and link, and its visible sheets.
func (s *Service) Describe(ctx context.Context) (Spreadsheet, error) {
	file, err := s.getFile(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	titles, err := s.listTitles(ctx)
	if err != nil {
		return Spreadsheet{}, err
	}
	grids, err := s.readSheets(ctx, titles)
	if err != nil {
		return Spreadsheet{}, err
	}
	d := Spreadsheet{Title: file.Name, Link: file.WebViewLink, CanEdit: file.Capabilities != nil && file.Capabilities.CanEdit, Sheets: []Sheet{}}
	for i, grid := range grids {
		rows := describeRows(grid)
		d.Sheets = append(d.Sheets, Sheet{Title: titles[i], Columns: rows.Columns, Rows: len(rows.Values)})
	}
	return d, nil
}
