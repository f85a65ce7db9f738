package service_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// scribbler edits the sheet "Load" at random, as a person does.
type scribbler struct {
	*world
	random *rand.Rand
	left   int64 // columns inserted on the left
	right  bool  // there is a header more on the right
	log    []string
}

// scribble makes one edit below the header.
func (s *scribbler) scribble() {
	rows := int64(len(s.google.Values(s.id, "Load")))
	if rows < 3 {
		return
	}
	row := 1 + s.random.Int64N(rows-1)
	some := row + 1 + s.random.Int64N(2)
	below := &sheets.GridRange{StartRowIndex: row, EndRowIndex: some, ForceSendFields: []string{"SheetId"}}
	kind := s.random.IntN(8)
	s.log = append(s.log, fmt.Sprintf("edit %d in row %d of %d", kind, row+1, rows))
	switch kind {
	case 0:
		s.person(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", row, some)}})
	case 1:
		s.person(&sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("ROWS", row, min(some, rows))}})
	case 2:
		s.person(&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{Range: below, Fields: "userEnteredValue"}})
	case 3:
		s.person(&sheets.Request{SortRange: &sheets.SortRangeRequest{
			Range:     &sheets.GridRange{StartRowIndex: 1, ForceSendFields: []string{"SheetId"}},
			SortSpecs: []*sheets.SortSpec{{ForceSendFields: []string{"DimensionIndex"}}},
		}})
	case 4:
		if s.left = 1 - s.left; s.left == 0 {
			s.person(&sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("COLUMNS", 0, 1)}})
			return
		}
		s.person(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("COLUMNS", 0, 1)}}, setCell(0, 0, "left"))
	case 5:
		s.right = !s.right
		s.person(setCell(0, 2+s.left, map[bool]string{true: "note"}[s.right]))
	case 6:
		s.person(setCell(rows+s.random.Int64N(3), 0, "typed"))
	case 7:
		s.person(setCell(row, 1+s.left, "seen"))
	}
}

// TestAppendAfterRandomEdits: after any edits that ended more than two seconds before, a new
// row is right below the last one that has a value, under its columns.
func TestAppendAfterRandomEdits(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, emulator.Options{})
			w.google.ClearFaults()
			p := &scribbler{world: w, random: rand.New(rand.NewPCG(seed, 0))}
			s := w.instance(100_000)
			for n := range 25 {
				before, name := w.google.Values(w.id, "Load"), fmt.Sprint("row ", n)
				code, _ := add(s, "Load", "", name)
				at := len(before)
				for slices.IndexFunc(before[at-1], func(cell any) bool { return cell != "" && cell != nil }) < 0 {
					at--
				}
				column := slices.Index(before[0], any("id"))
				rows := w.google.Values(w.id, "Load")
				if code != "" || len(rows) <= at || len(rows[at]) <= column || rows[at][column] != name {
					t.Fatalf("seed %d: append = %q, want %q in row %d; rows %q after\n%s", seed, code, name, at+1, rows, strings.Join(p.log, "\n"))
				}
				p.log = append(p.log, name)
				for range p.random.IntN(3) {
					p.scribble()
				}
				time.Sleep(memory + time.Duration(p.random.IntN(8000))*time.Millisecond)
			}
		})
	}
}

// memory is how long what Google showed may be used, and a moment.
const memory = 2*time.Second + time.Millisecond
