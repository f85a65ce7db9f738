package emulator_test

import (
	"slices"
	"strings"
	"sync"

	"google.golang.org/api/sheets/v4"
)

const (
	recorded = "recorded answer"
	reported = "reported by a third party, not recorded"
	guide    = "developers.google.com/workspace/sheets/api/"
)

func containsText(err error, text string) bool { return strings.Contains(err.Error(), text) }

// conformanceCase is what a client may rely on, and the source of that. It begins with
// an empty sheet of 20 x 6.
type conformanceCase struct {
	name, rule, source string
	run                func(*trial)
}

// conformance is the table, with tableRules.
var conformance = []conformanceCase{
	{"an id is refused twice", "developer metadata with an id that exists takes its whole batch with it", guide + "guides/metadata; " + reported, func(r *trial) {
		id := r.nextMarker()
		r.must(r.mark(id, "first"))
		_, err := r.batch(r.text(0, "lost"), r.mark(id, "second"))
		r.wantError(err, 400, "")
		r.wantValues("A1")
		if m, err := r.metadata(id); err != nil || m.MetadataValue != "first" {
			r.t.Errorf("the metadata is %+v, %v, want the first", m, err)
		}
	}},
	{"two ids at once", "two batches that insert rows at the same moment with different ids are both stored", "insertion is structural; " + reported, func(r *trial) {
		for i, err := range atOnce(r, []int64{r.nextMarker(), r.nextMarker()}) {
			if err != nil {
				r.t.Errorf("batch %d: %v", i, err)
			}
		}
		got, err := r.read("A1:A6")
		if err != nil || len(got.Values) != 2 || got.Values[0][0] == got.Values[1][0] {
			r.t.Errorf("the sheet holds %v, %v, want both rows", got, err)
		}
	}},
	{"one id at once", "of two batches with the same id at the same moment exactly one is stored", reported, func(r *trial) {
		id := r.nextMarker()
		failed := 0
		for _, err := range atOnce(r, []int64{id, id}) {
			if err != nil {
				r.wantError(err, 400, "")
				failed++
			}
		}
		got, err := r.read("A1:A6")
		if err != nil || failed != 1 || len(got.Values) != 1 {
			r.t.Errorf("%d refused, the sheet holds %v, %v, want one of each", failed, got, err)
		}
	}},
	{"metadata comes back", "created metadata is found by its id, with key, value and location", guide + "guides/metadata", func(r *trial) {
		id := r.nextMarker()
		r.must(r.mark(id, "v"))
		m, err := r.metadata(id)
		if err != nil || m.MetadataValue != "v" || m.MetadataKey != "c" || !m.Location.Spreadsheet {
			r.t.Errorf("metadata = %+v, %v", m, err)
		}
	}},
	{"metadata beside ranges", "the spreadsheet in a batch's answer, and spreadsheets.get with ranges, have the spreadsheet's metadata too", "not documented", func(r *trial) {
		id := r.nextMarker()
		got, err := r.send(&sheets.BatchUpdateSpreadsheetRequest{
			Requests: []*sheets.Request{r.mark(id, "v")}, IncludeSpreadsheetInResponse: true, ResponseIncludeGridData: true, ResponseRanges: []string{r.at("A1:A2")},
		}, "updatedSpreadsheet(developerMetadata(metadataId,metadataValue),sheets(data(rowData(values(effectiveValue)))))")
		has := func(s *sheets.Spreadsheet) bool {
			return slices.ContainsFunc(s.DeveloperMetadata, func(m *sheets.DeveloperMetadata) bool { return m.MetadataId == id && m.MetadataValue == "v" })
		}
		if err != nil || got.UpdatedSpreadsheet == nil || !has(got.UpdatedSpreadsheet) {
			r.t.Errorf("answer = %+v, %v, want the metadata", got, err)
		}
		var read *sheets.Spreadsheet
		err = r.retry(func() (err error) {
			read, err = r.sheets.Spreadsheets.Get(r.id).Ranges(r.at("A1:A2")).Fields("developerMetadata(metadataId,metadataValue),sheets(data(rowData(values(effectiveValue))))").Do()
			return err
		})
		if err != nil || !has(read) {
			r.t.Errorf("get = %+v, %v, want the metadata", read, err)
		}
	}},
	{"metadata is deleted", "deleting by id lists what was deleted, and the id is free again", guide + "guides/metadata", func(r *trial) {
		id := r.nextMarker()
		r.must(r.mark(id, "v"))
		got, err := r.batch(r.unmark(id))
		if err != nil || len(got.Replies[0].DeleteDeveloperMetadata.DeletedDeveloperMetadata) != 1 {
			r.t.Errorf("delete = %+v, %v, want one", got, err)
		}
		_, err = r.metadata(id)
		r.wantError(err, 404, "")
		r.must(r.mark(id, "again"))
	}},
	{"deleting an id that is gone", "either the batch is refused whole, or nothing is deleted and the rest is stored", "not documented", func(r *trial) {
		got, err := r.batch(r.text(0, "x"), r.unmark(r.nextMarker()))
		if err != nil {
			r.wantError(err, 400, "")
			r.wantValues("A1")
			r.t.Log("refused")
			return
		}
		r.wantValues("A1", []any{"x"})
		if n := len(got.Replies[1].DeleteDeveloperMetadata.DeletedDeveloperMetadata); n != 0 {
			r.t.Errorf("%d deleted, want none", n)
		}
		r.t.Log("taken")
	}},
	{"insert and write in one batch", "requests are applied in order: rows are written where they were just inserted", guide + "reference/rest/v4/spreadsheets/batchUpdate", func(r *trial) {
		r.must(r.text(0, "head"), r.text(1, "old"))
		r.must(r.insert(1, 3, false), r.text(1, "new", "1"), r.text(2, "newer"))
		r.wantValues("A1:B5", []any{"head"}, []any{"new", "1"}, []any{"newer"}, []any{"old"})
	}},
	{"insert at the end", "rows at the end of the grid need inheritFromBefore", reported, func(r *trial) {
		_, err := r.batch(r.insert(20, 21, false))
		r.wantError(err, 400, "must be less than the grid size (20) if inheritFromBefore is false")
		r.must(r.insert(20, 22, true), r.text(21, "last"))
		r.wantValues("A22", []any{"last"})
	}},
	{"insert past the end", "rows past the end of the grid are refused", reported, func(r *trial) {
		_, err := r.batch(r.insert(21, 22, true))
		r.wantError(err, 400, "is larger than current grid size (20)")
	}},
	{"the spreadsheet in the answer", "a batch returns the ranges of the request, as they are afterwards, cut to the field mask", guide + "reference/rest/v4/spreadsheets/batchUpdate", func(r *trial) {
		got, err := r.send(&sheets.BatchUpdateSpreadsheetRequest{
			Requests:                     []*sheets.Request{r.text(0, "a", "b"), r.text(1, "c")},
			IncludeSpreadsheetInResponse: true, ResponseIncludeGridData: true, ResponseRanges: []string{r.at("A1:A2")},
		}, "updatedSpreadsheet.sheets.data.rowData.values.formattedValue")
		if err != nil {
			r.t.Fatal(err)
		}
		s := got.UpdatedSpreadsheet.Sheets
		if len(s) != 1 || s[0].Properties != nil || len(s[0].Data) != 1 || len(s[0].Data[0].RowData) != 2 ||
			len(s[0].Data[0].RowData[0].Values) != 1 || s[0].Data[0].RowData[1].Values[0].FormattedValue != "c" || got.Replies != nil {
			r.t.Errorf("answer = %+v, want two rows of one cell", got)
		}
	}},
	{"a batch is atomic", "one bad request and nothing is applied; the message names the request", guide + "reference/rest/v4/spreadsheets/batchUpdate; " + recorded, func(r *trial) {
		bad := &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 2147483646}}
		_, err := r.batch(r.text(0, "x"), bad)
		r.wantError(err, 400, "Invalid requests[1].deleteSheet: ")
		r.wantValues("A1")
	}},
	{"an unknown sheet id", "cells of a sheet that does not exist are refused", reported, func(r *trial) {
		nowhere := *r
		nowhere.tab = 2147483646
		_, err := r.batch(nowhere.text(0, "x"))
		r.wantError(err, 400, "No grid with id: 2147483646")
	}},
	{"append with INSERT_ROWS", "appended rows are inserted below the table, what is below it moves down", guide + "reference/rest/v4/spreadsheets.values/append", func(r *trial) {
		r.must(r.text(0, "id"), r.text(1, "a"), r.text(3, "below"))
		body := &sheets.ValueRange{Values: [][]any{{"n1"}, {"n2"}}}
		done, err := r.sheets.Spreadsheets.Values.Append(r.id, r.at("A1"), body).ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Do()
		if err != nil || done.Updates.UpdatedRange != r.at("A3:A4") || done.TableRange != r.at("A1:A2") {
			r.t.Errorf("append = %+v, %v, want A3:A4 below A1:A2", done, err)
		}
		r.wantValues("A1:A9", []any{"id"}, []any{"a"}, []any{"n1"}, []any{"n2"}, []any{}, []any{"below"})
	}},
	{"RAW keeps text", "under RAW text stays text, whatever it looks like", guide + "reference/rest/v4/ValueInputOption", func(r *trial) {
		want := []any{"=1+1", "007", "'x", "TRUE", "1/2/2026", "$5"}
		if err := r.write("A1", "RAW", want); err != nil {
			r.t.Fatal(err)
		}
		r.wantValues("A1:F1", want)
	}},
	{"USER_ENTERED parses", "under USER_ENTERED text is read as if typed (a spreadsheet in en_US)", guide + "reference/rest/v4/ValueInputOption; " + recorded, func(r *trial) {
		if err := r.write("A1", "USER_ENTERED", []any{"2,000.5", "2020-01-01", "$100.15", "true", "'0123", "0042"}); err != nil {
			r.t.Fatal(err)
		}
		r.wantValues("A1:F1", []any{2000.5, 43831, 100.15, true, "0123", 42})
	}},
	{"formulas", "a formula is calculated, follows what it uses, and an error is a value", guide + "guides/concepts; " + recorded, func(r *trial) {
		if err := r.write("A1", "USER_ENTERED", []any{"=B1*2", 21, "=1/0"}); err != nil {
			r.t.Fatal(err)
		}
		r.wantValues("A1:C1", []any{42, 21, "#DIV/0!"})
		if err := r.write("B1", "RAW", []any{4}); err != nil {
			r.t.Fatal(err)
		}
		r.wantValues("A1", []any{8})
	}},
	{"null and empty text", "null leaves a cell alone, empty text empties it", guide + "reference/rest/v4/spreadsheets.values", func(r *trial) {
		r.must(r.text(0, "a", "b", "c"))
		if err := r.write("A1", "RAW", []any{nil, ""}); err != nil {
			r.t.Fatal(err)
		}
		r.wantValues("A1:C1", []any{"a", "", "c"})
	}},
	{"an empty range", "a range without values has no key 'values'", recorded, func(r *trial) { r.wantValues("A1:D2") }},
	{"a read is cut to the grid", "a range that begins inside the grid and ends outside is cut", recorded, func(r *trial) {
		got, err := r.read("A19:Z99")
		if err != nil || got.Range != r.at("A19:F20") {
			r.t.Errorf("range = %+v, %v, want A19:F20", got, err)
		}
	}},
	{"a range outside the grid", "a range that begins outside the grid is refused, and a write does not grow it", reported, func(r *trial) {
		_, err := r.read("A21:B22")
		r.wantError(err, 400, "exceeds grid limits. Max rows: 20, max columns: 6")
		r.wantError(r.write("A21", "RAW", []any{"x"}), 400, "exceeds grid limits")
	}},
	{"a text that is not a range", "a text that is not a range is refused with that text", reported, func(r *trial) {
		_, err := r.read("A0")
		r.wantError(err, 400, "Unable to parse range")
	}},
	{"more rows than the range", "a closed range of several cells bounds what is written", reported, func(r *trial) {
		r.wantError(r.write("A1:B2", "RAW", []any{1}, []any{2}, []any{3}), 400, "tried writing to row [3]")
	}},
	{"a cell too long", "50,000 characters fit into a cell, one more is refused", reported, func(r *trial) {
		if err := r.write("A1", "RAW", []any{strings.Repeat("x", 50_000)}); err != nil {
			r.t.Error(err)
		}
		r.wantError(r.write("A1", "RAW", []any{strings.Repeat("x", 50_001)}), 400, "more than the maximum of 50000 characters")
	}},
	{"an unknown field", "a field mask with a name that does not exist is refused", recorded, func(r *trial) {
		_, err := r.sheets.Spreadsheets.Get(r.id).Fields("sheets.nope").Do()
		r.wantError(err, 400, "")
	}},
}

// atOnce sends batches at the same moment, each with a row inserted at the top
// and developer metadata of one of the ids.
func atOnce(r *trial, ids []int64) []error {
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, id := range ids {
		wg.Go(func() {
			<-start
			_, errs[i] = r.batch(r.mark(id, "x"), r.insert(0, 1, false), r.text(0, "row "+string(rune('a'+i))))
		})
	}
	close(start)
	wg.Wait()
	return errs
}
