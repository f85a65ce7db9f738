package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

// errFormatsNeeded is the error of a read that shows texts which may be dates and were not
// there before. The next read of the sheet shows which of them are.
var errFormatsNeeded = errors.New("texts that may be dates were read without their formats")

// readSheet reads a sheet with one call. The caller has waited for the rate limiter. The
// error may be errFormatsNeeded.
//
// It chooses between two calls:
//   - spreadsheets.get shows the number format of each cell, which alone says what is a
//     date, at the moment of the value. Its response is four to five times as long, and
//     takes three times the CPU; see BenchmarkListRows. What it costs Google is not
//     documented.
//   - spreadsheets.values.get shows a date as the text that people see, like any other text.
//     It serves a sheet in which the other call has found no date twice, as long as the
//     texts in the sheet are the same; see [datelessSheets].
func (s *Service) readSheet(ctx context.Context, k readKey) (*table.RowSet, error) {
	if s.dateless.has(k) {
		rows, err := s.readValues(ctx, k)
		if err == nil && !s.dateless.confirm(k, rows) {
			return nil, errFormatsNeeded
		}
		return rows, err
	}
	rows, err := s.readGrid(ctx, k)
	if err == nil && k.render == table.Typed {
		s.dateless.note(k, rows)
	}
	return rows, err
}

func (s *Service) readValues(ctx context.Context, k readKey) (*table.RowSet, error) {
	r := s.newSheetReader(k)
	defer r.release()
	err := s.getValues(ctx, table.QuoteTitle(k.title), func(row []jsontext.Value) error { return r.add(ctx, row, nil) })
	return r.rows.RowSet(), err
}

func (s *Service) readGrid(ctx context.Context, k readKey) (*table.RowSet, error) {
	r := s.newSheetReader(k)
	defer r.release()
	err := s.getGrid(ctx, table.QuoteTitle(k.title), k.header, k.render, func(row []jsontext.Value, kinds []table.DateKind) error {
		return r.add(ctx, row, kinds)
	})
	return r.rows.RowSet(), err
}

// sheetReader collects the rows of a sheet. Only one sheet that is large is read at a time.
type sheetReader struct {
	s     *Service
	title string
	rows  *table.RowsBuilder
	large bool // other large sheets wait
}

func (s *Service) newSheetReader(k readKey) *sheetReader {
	return &sheetReader{s: s, title: k.title, rows: table.NewRowsBuilder(k.title, k.header, k.render)}
}

func (r *sheetReader) release() {
	r.rows.Release()
	if r.large {
		r.s.large.Release(workBytes)
	}
}

func (r *sheetReader) add(ctx context.Context, row []jsontext.Value, kinds []table.DateKind) error {
	if err := r.rows.Add(row, kinds); err != nil || r.rows.Size() <= largeSheetBytes {
		return err
	}
	if r.rows.Size() > maxSheetBytes {
		return sheetTooLarge(r.title)
	}
	if r.large {
		return nil
	}
	err := r.s.large.read(ctx)
	r.large = err == nil
	return err
}

func sheetTooLarge(title string) error {
	return &table.Error{
		Code:   table.TooLarge,
		Detail: fmt.Sprintf("sheet %s takes more than %d MB, the most that this function reads", table.Quote(title), maxSheetBytes>>20),
		Hint:   "divide it into several sheets, or download the file in Google Sheets, File > Download",
	}
}
