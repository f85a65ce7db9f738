package service

import (
	"sync"
	"time"

	"example.com/sheets-function/service/table"
)

// datelessSheets holds which sheets had no date when their number formats were last read,
// with a hash of their texts. A cell that becomes a date after that shows a text that is new
// to the sheet, because a sheet with any text that looks like a date is not in this
// collection; see [table.RowSet.HasDateText]. It is safe for concurrent use.
type datelessSheets struct {
	mu    sync.Mutex
	known map[readKey]datelessSheet
}

type datelessSheet struct {
	content string // identifies all of the rows
	texts   uint64
	stable  bool      // the last two reads have found the same texts
	at      time.Time // when formats were read
}

const (
	// formatsEvery is the time after which formats are read again even where no text is
	// new: a text may have been typed again that is a date in the spreadsheet's language.
	formatsEvery = 5 * time.Minute
	// maxDateless bounds the memory: callers choose header rows.
	maxDateless = 1000
)

func newDatelessSheets() *datelessSheets { return &datelessSheets{known: map[readKey]datelessSheet{}} }

func foldKey(k readKey) readKey {
	k.title = foldTitle(k.title)
	return k
}

// has reports whether a read without formats is likely to be enough.
func (d *datelessSheets) has(k readKey) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	sheet := d.known[foldKey(k)]
	return sheet.stable && time.Since(sheet.at) < formatsEvery
}

// confirm reports whether rows that were read without formats have no dates, because no
// text is new.
func (d *datelessSheets) confirm(k readKey, rows *table.RowSet) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	sheet, ok := d.known[foldKey(k)]
	if !ok {
		return false
	}
	same := sheet.content == rows.Hash() || sheet.texts == rows.HashTexts()
	if sheet.stable = same; same {
		sheet.content = rows.Hash()
	}
	d.known[foldKey(k)] = sheet
	return same
}

// note stores whether rows that were read with their formats have dates. A sheet is read
// with formats until its texts stay the same: where they change all the time, each read
// without formats would have to be repeated with them.
func (d *datelessSheets) note(k readKey, rows *table.RowSet) {
	k = foldKey(k)
	dated := rows.HasDates() || rows.HasDateText()
	texts := uint64(0)
	if !dated {
		texts = rows.HashTexts()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	old, ok := d.known[k]
	if len(d.known) >= maxDateless {
		clear(d.known)
	}
	delete(d.known, k)
	if !dated {
		d.known[k] = datelessSheet{content: rows.Hash(), texts: texts, stable: ok && old.texts == texts, at: time.Now()}
	}
}
