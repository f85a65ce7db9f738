package commit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// newWriter returns a writer whose writes are single rows that hold their name.
func (r *run) newWriter(instance int) *Writer[string, rowPlan] {
	transport := roundTripper(func(req *http.Request) (*http.Response, error) { return r.roundTrip(instance, req) })
	service, err := sheets.NewService(context.Background(), option.WithHTTPClient(&http.Client{Transport: transport}), option.WithEndpoint("http://127.0.0.1/"))
	if err != nil {
		r.t.Fatal(err)
	}
	writes := rate.NewLimiter(rate.Every(time.Second), 1)
	writes.Allow() // the first batch waits, so that what is submitted at once gathers
	now := time.Now
	if instance == 0 {
		now = func() time.Time { return time.Now().Add(r.skew) }
	}
	w := New(Config{
		Sheets: service, SpreadsheetID: r.id, Logger: slog.New(slog.DiscardHandler), Now: now,
		Reads: rate.NewLimiter(rate.Inf, 1), Writes: writes,
	}, &rowPlanner{sheets: service, id: r.id, now: now})
	if r.window > 0 {
		w.sequence.window = r.window
	}
	w.turns.random = rand.New(rand.NewPCG(0, uint64(instance)))
	w.turns.counter = 0
	w.turns.self = base32Text(uint64(instance), nameLength) // the same in every run
	return w
}

// errConflict is the error of a row that is stored, but not below the last one.
var errConflict = errors.New("stored elsewhere")

// rowPlanner appends a row for each write below the last row, by its number.
type rowPlanner struct {
	sheets *sheets.Service
	id     string
	now    func() time.Time
	last   int    // number of the last row; 0 before the first read
	above  string // its name
	at     time.Time
}

// rowPlan is the row above the first new one, and what it holds.
type rowPlan struct {
	row   int
	above string
}

// Ready reports false for writes that are planned from what was just read: those whose name
// ends in a mark.
func (p *rowPlanner) Ready(writes []*Write[string]) bool {
	return p.last > 0 && Fresh(p.now(), p.at) && !slices.ContainsFunc(writes, func(w *Write[string]) bool { return strings.HasSuffix(w.Request, "!") })
}

func (p *rowPlanner) ReadTails([]*Write[string]) ([]string, func(*sheets.Spreadsheet, time.Time) bool) {
	if p.last == 0 {
		return nil, nil
	}
	return []string{fmt.Sprintf("Rows!A%d:A", p.last)}, p.load
}

// load finds the last row among those that are shown. It returns false if the one that was
// the last is blank.
func (p *rowPlanner) load(shown *sheets.Spreadsheet, at time.Time) bool {
	rows := map[int]string{}
	for _, data := range shown.Sheets[0].Data {
		for i, row := range data.RowData {
			if len(row.Values) > 0 && row.Values[0].EffectiveValue != nil {
				rows[int(data.StartRow)+i+1] = *row.Values[0].EffectiveValue.StringValue
			}
		}
	}
	if rows[p.last] == "" {
		return false
	}
	for row, name := range rows {
		if row >= p.last {
			p.last, p.above = row, name
		}
	}
	p.at = at
	return true
}

func (p *rowPlanner) ReadAll(_ []*sheets.SheetProperties, _ []*Write[string], at time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := p.sheets.Spreadsheets.Values.Get(p.id, "Rows").Context(ctx).Do()
		if err == nil {
			p.last, p.at = len(answer.Values), at
			p.above = fmt.Sprint(answer.Values[p.last-1][0])
		}
		return err
	}
}

func (p *rowPlanner) Plan(writes []*Write[string]) *Plan[string, rowPlan] {
	made := &Plan[string, rowPlan]{Writes: writes, State: rowPlan{p.last, p.above}}
	for i, write := range writes {
		row := &sheets.DimensionRange{Dimension: "ROWS", StartIndex: int64(p.last + i), EndIndex: int64(p.last + i + 1)}
		if write.Request == "bad" {
			row.SheetId = 999 // no such sheet: Google refuses the whole batch
		}
		write.Result = "row of " + write.Request
		made.Requests = append(made.Requests, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: row}},
			&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
				Start: &sheets.GridCoordinate{RowIndex: int64(p.last + i)}, Rows: []*sheets.RowData{{Values: []*sheets.CellData{text(write.Request)}}}, Fields: "userEnteredValue",
			}})
		made.Owners = append(made.Owners, []*Write[string]{write}, []*Write[string]{write})
	}
	made.Ranges = []string{fmt.Sprintf("Rows!A%d:A", p.last)}
	return made
}

// Verify reports a conflict where the rows are below a blank one, or between others.
func (p *rowPlanner) Verify(made *Plan[string, rowPlan], shown *sheets.Spreadsheet, at time.Time) map[*Write[string]]error {
	before, n := made.State, len(made.Writes)
	seen := &rowPlanner{last: before.row}
	p.last, p.at = before.row, time.Time{}
	if seen.load(shown, at) {
		*seen = rowPlanner{last: before.row + n}
		below := seen.load(shown, at) && seen.last > before.row+n
		first := *shown.Sheets[0].Data[0].RowData[0].Values[0].EffectiveValue.StringValue
		if !below || first == before.above {
			if !at.IsZero() {
				p.last, p.above, p.at = seen.last, seen.above, seen.at
			}
			return nil
		}
	}
	conflicts := map[*Write[string]]error{}
	for _, write := range made.Writes {
		conflicts[write] = errConflict
	}
	return conflicts
}

func (p *rowPlanner) Culprits(*Plan[string, rowPlan], []*sheets.SheetProperties) (map[*Write[string]]error, bool) {
	return nil, false
}

func (p *rowPlanner) Explain(err error) error { return err }
