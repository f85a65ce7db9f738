package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/sheets-function/service/table"
)

// AppendRows stores the records below the sheet's last row, all or none, and returns
// after Google has stored them. With [table.WriteOptions.Rollback] it stores nothing, and
// the result says so. Values keep their type: a string is stored as text, even if it
// looks like a number or a formula; [table.Field] lists the types.
//
// With an idempotency key it is safe to repeat the call: what it has stored is not
// stored again. Except for a [table.Error] with the code [table.OutcomeUnknown] or
// [table.Conflict], an error means that nothing was stored. The records must not be
// modified while the call lasts, nor after it if ctx has ended it, because the write may
// still be queued. All of this is true of UpsertRows, UpdateRows and DeleteRows too.
func (s *Service) AppendRows(ctx context.Context, title string, w table.WriteOptions, records []table.Record) (a table.AppendResult, err error) {
	err = s.write(ctx, w, &table.Edit{Kind: table.Appends, Title: title, Records: records}, &a, &a.ChangeResult)
	noteRows(ctx, a.Count)
	return a, err
}

// UpsertRows sets the columns that a record has in the row with the same values in the
// columns [table.WriteOptions.OnConflict], and appends the records for which there is none.
// Columns that a record does not have stay as they are. Every record must have a value in
// each of the key's columns. A key that two records or two rows have is an error. A number
// and the text that is that number in JSON are the same key: 2 and "2", but not 1.1 and
// "1.10".
func (s *Service) UpsertRows(ctx context.Context, title string, w table.WriteOptions, records []table.Record) (u table.UpsertResult, err error) {
	err = s.write(ctx, w, &table.Edit{Kind: table.Upserts, Title: title, Records: records}, &u, &u.ChangeResult)
	noteRows(ctx, u.Updated+u.Appended)
	return u, err
}

// UpdateRows sets the columns that the record has in all rows that match, and leaves the
// other columns as they are. A nil value empties the cell. Where more rows match than
// [table.WriteOptions.MaxAffected] allows, none is changed.
func (s *Service) UpdateRows(ctx context.Context, title string, w table.WriteOptions, set table.Record) (u table.UpdateResult, err error) {
	err = s.write(ctx, w, &table.Edit{Kind: table.Updates, Title: title, Records: []table.Record{set}}, &u, &u.ChangeResult)
	noteRows(ctx, u.Count)
	return u, err
}

// DeleteRows deletes the rows that match, whole, so that those below move up.
//
// Like UpdateRows and UpsertRows it addresses rows by their numbers, because the API has
// no other way: rows are found by a read, and changed by the call right after it. If
// somebody moves rows in the tenth of a second between, the call's response shows it,
// and the error is a [table.Conflict] that names the rows. It is not detected where rows
// were moved among neighbours that are equal in every cell.
func (s *Service) DeleteRows(ctx context.Context, title string, w table.WriteOptions) (d table.DeleteResult, err error) {
	err = s.write(ctx, w, &table.Edit{Kind: table.Deletes, Title: title}, &d, &d.ChangeResult)
	noteRows(ctx, d.Count)
	return d, err
}

// write submits an edit and decodes its result into result, of which change is a part. The
// result is encoded because it is kept with an idempotency key.
func (s *Service) write(ctx context.Context, w table.WriteOptions, e *table.Edit, result any, change *table.ChangeResult) error {
	if err := w.Validate(); err != nil {
		return err
	}
	e.Header, e.Rollback, e.Columns = cmp.Or(w.Header, 1), w.Rollback, w.Columns
	e.OnConflict, e.IgnoreDuplicates, e.Filter, e.MaxAffected = w.OnConflict, w.IgnoreDuplicates, w.Filter, w.MaxAffected
	e.IfMatched, e.IfMatch, e.Return, e.Select = w.IfMatched, w.IfMatch, w.Return, w.Select
	if err := e.Validate(); err != nil {
		return err
	}
	work := &write{Key: w.Key, Size: e.Size(), Request: e, Lane: fmt.Sprint(strings.ToLower(e.Title), e.Kind)}
	if w.Key != "" {
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(text)
		work.Digest = hex.EncodeToString(digest[:12])
	}
	err := fromCommit(s.writer.Submit(ctx, work))
	usage := usageOf(ctx)
	usage.waited.Store(int64(work.Waited))
	usage.calls.Add(int64(work.Calls))
	if failed, ok := errors.AsType[*table.Error](err); ok && failed.Code == table.OutcomeUnknown {
		s.cache.drop(e.Title) // the planner drops it only when a write was verified
	}
	if err == nil {
		err = json.Unmarshal([]byte(work.Result), result)
	}
	if err != nil {
		return err
	}
	if change.Replayed = work.Replayed; work.Replayed {
		return nil
	}
	change.Stored = e.Stored
	if w.Rollback {
		change.Matched = e.Matched
	}
	return nil
}

// Halt makes the writes that are queued and not yet sent, and all later ones, fail with
// [table.Overloaded]. It does not wait.
func (s *Service) Halt() { s.writer.AbortQueued() }

// Stop makes later writes fail with [table.Overloaded]. It returns when those that are
// queued are done, or when ctx ends.
func (s *Service) Stop(ctx context.Context) { s.writer.Drain(ctx) }
