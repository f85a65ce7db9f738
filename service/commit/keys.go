package commit

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// keysSheet is the title of the hidden sheet that holds idempotency keys. It is
// no sheet for rows.
const keysSheet = "_keys"

// IsKeysSheet reports whether this is the title of the sheet of idempotency
// keys, which no route shows or writes. To Google titles in other case are the same.
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

// keys is the sheet in memory. New keys are inserted on top, so that the sheet
// is sorted by time and nothing has to be known of it to write to it.
type keys struct {
	sheetID int64 // -1: there is none
	rows    int
	known   map[string]*key
	old     int // rows at the end that may be dropped
}

// keyRows are the keys of one batch. They belong to the batch, because the sheet
// may be read anew while its fate is open.
type keyRows struct {
	keys    map[string]*key
	made    int64 // the sheet's ID, where the batch makes it; else -1
	dropped int   // rows that the batch deletes
}

// find looks the write's key up. A repeat without a key is of a write in the
// same group.
func (k *keys) find(work *Work, group []*Work) (known *key, repeat bool) {
	if work.Key == "" {
		return nil, false
	}
	if known, repeat = k.known[work.Key]; repeat {
		return known, true
	}
	for _, other := range group {
		if other.Key == work.Key {
			return nil, true
		}
	}
	return nil, false
}

// requests writes the keys of the works, and makes the sheet for them if there
// is none.
func (k *keys) requests(works []*Work) ([]*sheets.Request, keyRows) {
	batch := keyRows{keys: map[string]*key{}, made: -1}
	var rows []*sheets.RowData
	now := time.Now().Unix()
	for _, work := range works {
		if work.Key != "" {
			batch.keys[work.Key] = &key{work.Digest, work.Result, now}
			rows = append(rows, &sheets.RowData{Values: []*sheets.CellData{
				text(work.Key), text(work.Digest), text(work.Result), text(strconv.FormatInt(now, 10)),
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
			GridProperties: &sheets.GridProperties{RowCount: 1, ColumnCount: 4},
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

// stored takes over what a batch has written.
func (k *keys) stored(batch keyRows) {
	if batch.made >= 0 {
		k.sheetID, k.rows = batch.made, 1
	}
	k.rows += len(batch.keys) - batch.dropped
	k.old = max(0, k.old-batch.dropped)
	maps.Copy(k.known, batch.keys)
}

// findKeys finds the sheet; nil if there is none.
func (w *Writer) findKeys(tabs []*sheets.SheetProperties) *sheets.SheetProperties {
	for _, tab := range tabs {
		if IsKeysSheet(tab.Title) && tab.GridProperties != nil {
			return tab
		}
	}
	if w.keys.sheetID > 0 {
		w.Logger.Warn("the sheet of idempotency keys was deleted: keys start anew", "sheet", keysSheet)
	}
	return nil
}

// load takes over the sheet as it was read, and reports whether it is another
// one than before.
func (k *keys) load(tab *sheets.SheetProperties, rows [][]any) (changed bool) {
	before := k.sheetID
	*k = keys{sheetID: -1, known: map[string]*key{}}
	if tab != nil {
		k.sheetID, k.rows = tab.SheetId, int(tab.GridProperties.RowCount)
		k.take(rows, time.Now().Add(-keyLife).Unix())
	}
	return k.sheetID != before
}

// take takes over the sheet's rows. Of a key that stands twice the upper row,
// the newer, counts; rows that are no keys are passed over.
func (k *keys) take(rows [][]any, oldest int64) {
	for i, row := range rows {
		var cells [4]string
		for j, cell := range row[:min(4, len(row))] {
			cells[j], _ = cell.(string)
		}
		seconds, err := strconv.ParseInt(cells[3], 10, 64)
		if err != nil || cells[0] == "" {
			continue
		}
		if i >= keysKept && seconds < oldest && k.old == 0 {
			k.old = k.rows - i
		}
		if k.known[cells[0]] == nil {
			k.known[cells[0]] = &key{cells[1], cells[2], seconds}
		}
	}
}
