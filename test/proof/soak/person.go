package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// renamed is the title that the person gives the sheet now and then.
const renamed = "Load, renamed"

// typeBelow is the name of the edit that adds a row.
const typeBelow = "type below the data"

// person is the spreadsheet's owner, who works in the sheet beside the function.
type person struct {
	google *google
	sheets *sheets.Service
	random *rand.Rand
	title  string // of the sheet now
	left   bool   // there is a column more on the left
	right  bool   // there is a header more on the right
	edits  map[string]int
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func newPerson(g *google, random *rand.Rand) (*person, error) {
	token := g.Token("owner@example.com", "https://www.googleapis.com/auth/spreadsheets")
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
		var body []byte
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		answer, aborted := g.call(r, body)
		if aborted {
			return nil, errors.New("connection reset")
		}
		return answer.Result(), nil
	})}
	service, err := sheets.NewService(context.Background(), option.WithHTTPClient(client))
	return &person{google: g, sheets: service, random: random, title: loadSheet, edits: map[string]int{}}, err
}

// work edits until ctx ends, and undoes what other edits need undone.
func (p *person) work(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := p.act(ctx); err != nil {
			return fmt.Errorf("edit the sheet: %w", err)
		}
		sleep(ctx, time.Duration(500+p.random.IntN(3500))*time.Millisecond)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (p *person) act(ctx context.Context) error {
	switch p.random.IntN(9) {
	case 0:
		return p.edit("insert rows", func(rows int) error {
			at := p.row(rows)
			return p.batch(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", at, at+1+p.random.Int64N(2))}})
		})
	case 1:
		return p.edit("delete rows", func(rows int) error {
			at := p.row(rows)
			return p.batch(&sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("ROWS", at, min(at+2, int64(rows)))}})
		})
	case 2:
		return p.edit("clear rows", func(rows int) error {
			at := p.row(rows) + 1
			_, err := p.sheets.Spreadsheets.Values.Clear(p.google.id, fmt.Sprintf("'%s'!A%d:Z%d", p.title, at, at+p.random.Int64N(3)), &sheets.ClearValuesRequest{}).Do()
			return err
		})
	case 3:
		return p.edit("sort rows", func(rows int) error {
			return p.batch(&sheets.Request{SortRange: &sheets.SortRangeRequest{
				Range:     &sheets.GridRange{StartRowIndex: 1},
				SortSpecs: []*sheets.SortSpec{{DimensionIndex: int64(column(p.google.journal.grid)), ForceSendFields: []string{"DimensionIndex"}}},
			}})
		})
	case 4:
		if p.left {
			return p.edit("delete the column on the left", func(int) error {
				p.left = false
				return p.batch(&sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("COLUMNS", 0, 1)}})
			})
		}
		return p.edit("insert a column on the left", func(int) error { return p.insertColumn() })
	case 5:
		return p.edit("type or delete a header on the right", func(int) error {
			text := "note"
			if p.right {
				text = ""
			}
			p.right = !p.right
			return p.set(fmt.Sprintf("%c1", 'A'+column(p.google.journal.grid)+3), text)
		})
	case 6:
		return p.edit(typeBelow, func(rows int) error { return p.set(fmt.Sprintf("A%d", rows+1+p.random.IntN(3)), "typed by a person") })
	case 7:
		if err := p.rename(renamed); err != nil {
			return err
		}
		sleep(ctx, time.Second)
		return p.rename(loadSheet)
	}
	// In a column of the rows' own table: one of its own right of an empty column would not count
	// for where new rows go.
	return p.edit("change a cell", func(rows int) error {
		return p.set(fmt.Sprintf("%c%d", 'A'+column(p.google.journal.grid)+2, p.row(rows)+1), "seen")
	})
}

// row is the index of a row below the header, often one of the last.
func (p *person) row(rows int) int64 {
	if p.random.IntN(2) == 0 {
		return int64(max(1, rows-1-p.random.IntN(3)))
	}
	return 1 + p.random.Int64N(int64(rows-1))
}

// column is the index of the column that has the rows' names.
func column(grid [][]any) int {
	for i, cell := range grid[0] {
		if cell == "id" {
			return i
		}
	}
	return 0
}

// edit makes an edit, given the number of rows that there are.
func (p *person) edit(name string, do func(rows int) error) error {
	p.edits[name]++
	return p.google.edit(name, func() error {
		rows := len(p.google.journal.grid)
		if rows < 3 {
			return nil
		}
		return do(rows)
	})
}

// insertColumn inserts a column on the left with a header: the function refuses rows
// while a column has no name.
func (p *person) insertColumn() error {
	p.left = true
	header := "left"
	return p.batch(
		&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("COLUMNS", 0, 1)}},
		&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
			Start:  &sheets.GridCoordinate{ForceSendFields: []string{"SheetId"}},
			Fields: "userEnteredValue",
			Rows:   []*sheets.RowData{{Values: []*sheets.CellData{{UserEnteredValue: &sheets.ExtendedValue{StringValue: &header}}}}},
		}})
}

func (p *person) rename(title string) error {
	return p.edit("rename the sheet", func(int) error {
		err := p.batch(&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
			Properties: &sheets.SheetProperties{Title: title, ForceSendFields: []string{"SheetId"}}, Fields: "title",
		}})
		if err == nil {
			p.title = title
		}
		return err
	})
}

func (p *person) set(cell, text string) error {
	values := &sheets.ValueRange{Values: [][]any{{text}}}
	_, err := p.sheets.Spreadsheets.Values.Update(p.google.id, "'"+p.title+"'!"+cell, values).ValueInputOption("RAW").Do()
	return err
}

func (p *person) batch(requests ...*sheets.Request) error {
	_, err := p.sheets.Spreadsheets.BatchUpdate(p.google.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	return err
}

func dimension(what string, from, to int64) *sheets.DimensionRange {
	return &sheets.DimensionRange{Dimension: what, StartIndex: from, EndIndex: to, ForceSendFields: []string{"SheetId", "StartIndex"}}
}
