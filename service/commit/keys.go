package commit

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// keysSheet is the title of the hidden sheet that holds idempotency keys.
const keysSheet = "_keys"

// IsKeysSheet reports whether this is the title of the sheet of idempotency
// keys, which no route shows or writes. Google compares titles without regard to case.
func IsKeysSheet(title string) bool { return strings.EqualFold(title, keysSheet) }

// KeyCells is how many cells a key takes.
const KeyCells = 4

const (
	// keysKept is how many keys are kept at least; of more, those older than
	// keyLife are dropped.
	keysKept = 50_000
	keyLife  = 24 * time.Hour
)

// key is one row of the sheet: key, digest, result, time in Unix seconds.
type key struct {
	digest, result string
	time           int64
}

// keys is the sheet in memory. New keys are inserted on top, so that the sheet is sorted by
// time, and those that other instances have added are found there.
type keys struct {
	sheetID int64 // -1: there is none
	title   string
	rows    int
	known   map[string]*key
	old     int   // rows at the end that may be dropped
	asOf    int64 // number of the last batch whose keys are known
	top     int   // rows that are read to find new ones
}

const (
	// minTop and maxTop bound how many rows are read to find new keys.
	minTop = 50
	maxTop = 2000
)

// keyRows are the keys of one batch. They belong to the batch, because the sheet may be
// read again while its outcome is open.
type keyRows struct {
	keys    map[string]*key
	made    int64 // the sheet's ID, where the batch makes it; else -1
	dropped int   // rows that the batch deletes
}

// keyRequests returns the requests that store the keys of writes, and that make the sheet
// for them if there is none.
func (w *Writer[R, S]) keyRequests(writes []*Write[R]) ([]*sheets.Request, keyRows) {
	k, batch := &w.keys, keyRows{keys: map[string]*key{}, made: -1}
	var rows []*sheets.RowData
	now := time.Now().Unix()
	for _, write := range writes {
		if write.Key != "" {
			batch.keys[write.Key] = &key{write.Digest, write.Result, now}
			rows = append(rows, &sheets.RowData{Values: []*sheets.CellData{
				text(write.Key), text(write.Digest), text(write.Result), text(strconv.FormatInt(now, 10)),
			}})
		}
	}
	if len(rows) == 0 {
		return nil, batch
	}
	var requests []*sheets.Request
	id := k.sheetID
	if id < 0 {
		id = rand.Int64N(1<<31-2) + 1
		batch.made = id
		requests = append(requests, &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
			SheetId: id, Title: keysSheet, Hidden: true,
			GridProperties: &sheets.GridProperties{RowCount: 1, ColumnCount: KeyCells},
		}}})
	} else if k.old > 0 {
		batch.dropped = k.old
		requests = append(requests, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: &sheets.DimensionRange{
			SheetId: id, Dimension: "ROWS", StartIndex: int64(k.rows - k.old), EndIndex: int64(k.rows),
		}}})
	}
	return append(requests,
		&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{
			SheetId: id, Dimension: "ROWS", EndIndex: int64(len(rows)), ForceSendFields: []string{"StartIndex", "SheetId"},
		}}},
		&sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
			Start: &sheets.GridCoordinate{SheetId: id, ForceSendFields: []string{"SheetId"}}, Rows: rows, Fields: "userEnteredValue",
		}}), batch
}

func text(s string) *sheets.CellData {
	return &sheets.CellData{UserEnteredValue: &sheets.ExtendedValue{StringValue: &s}}
}

// stored adds what batch n has written.
func (k *keys) stored(n int64, batch keyRows) {
	if batch.made >= 0 {
		k.sheetID, k.rows, k.title = batch.made, 1, keysSheet
	}
	k.rows += len(batch.keys) - batch.dropped
	k.old = max(0, k.old-batch.dropped)
	maps.Copy(k.known, batch.keys)
	if k.asOf == n-1 {
		k.asOf = n
	}
}

// findKeys returns the sheet of keys; nil if there is none.
func (w *Writer[R, S]) findKeys(tabs []*sheets.SheetProperties) *sheets.SheetProperties {
	for _, tab := range tabs {
		if IsKeysSheet(tab.Title) && tab.GridProperties != nil {
			return tab
		}
	}
	if w.keys.sheetID > 0 {
		w.Logger.Warn("the sheet of idempotency keys was deleted or renamed: keys start anew", "sheet", keysSheet)
	}
	return nil
}

// load replaces all by the sheet as it was read; tab is nil where there is none.
func (k *keys) load(tab *sheets.SheetProperties, rows [][]any) {
	*k = keys{sheetID: -1, known: map[string]*key{}, top: max(k.top, minTop)}
	if tab == nil {
		return
	}
	k.sheetID, k.rows, k.title = tab.SheetId, int(tab.GridProperties.RowCount), tab.Title
	oldest := time.Now().Add(-keyLife).Unix()
	for i, row := range rows {
		var cells [KeyCells]string
		for j, cell := range row[:min(len(cells), len(row))] {
			cells[j], _ = cell.(string)
		}
		if added := k.add(cells); added != nil && i >= keysKept && added.time < oldest && k.old == 0 {
			k.old = k.rows - i
		}
	}
}

// add adds a row, and returns nil for one that is not a key. If the sheet has
// a key twice, the upper row, which is newer, is used.
func (k *keys) add(cells [KeyCells]string) *key {
	seconds, err := strconv.ParseInt(cells[3], 10, 64)
	if err != nil || cells[0] == "" {
		return nil
	}
	added := &key{cells[1], cells[2], seconds}
	if k.known[cells[0]] == nil {
		k.known[cells[0]] = added
	}
	return added
}
