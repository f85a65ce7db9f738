package files

import (
	"context"
	"net/http"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// A spreadsheet that is in the store is never changed. A call that changes one
// changes a draft, which replaces it, and so does the calculation of formulas. So
// a call holds the lock of the store for a moment only, and a calculation that
// takes minutes delays nothing but the calls that need its values, and the changes
// of the same spreadsheet if they need them.

// lock is a mutex whose callers wait no longer than their context.
type lock chan struct{}

// acquire locks. It returns an error if the context is done first.
func (l lock) acquire(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) release() { <-l }

// errGone is the error of a call whose file was deleted meanwhile.
func errGone() error {
	return &rest.Error{Status: http.StatusNotFound, Message: "Requested entity was not found."}
}

// Find returns the file with the ID, or nil. Unlike [Store.Get] it locks the
// store; the file it returns is a copy, whose spreadsheet does not change.
func (s *Store) Find(id string) *File {
	s.Lock()
	defer s.Unlock()
	f := s.files[id]
	if f == nil {
		return nil
	}
	return f.Clone()
}

// Calculated returns the spreadsheet of a file with the values of its formulas.
// The store is not locked. Callers that need the same calculation share it.
func (s *Store) Calculated(ctx context.Context, f *File) (*spreadsheet.Spreadsheet, error) {
	if f.Spreadsheet.IsCalculated() {
		return f.Spreadsheet, nil
	}
	if err := f.calculating.acquire(ctx); err != nil {
		return nil, err
	}
	defer f.calculating.release()
	now := f.Spreadsheet
	if latest := s.Find(f.ID); latest != nil && latest.Spreadsheet != nil {
		now = latest.Spreadsheet // it is at least as new, and perhaps another call has calculated it
	}
	if now.IsCalculated() {
		return now, nil
	}
	made, err := now.Calculated(ctx, s.now())
	if err != nil {
		return nil, err
	}
	s.Lock()
	defer s.Unlock()
	if latest := s.files[f.ID]; latest != nil && latest.Spreadsheet == now {
		latest.Spreadsheet = made
	}
	return made, nil
}

// Edit calls change with a draft of the spreadsheet of a file, which replaces it
// only if change returns no error: a batch is stored whole or not at all. Changes
// of one file come one after the other. The address is that of the user who makes
// the change. The store is not locked.
func (s *Store) Edit(ctx context.Context, f *File, email string, now time.Time, change func(*spreadsheet.Spreadsheet) error) error {
	if err := f.editing.acquire(ctx); err != nil {
		return err
	}
	defer f.editing.release()
	latest := s.Find(f.ID)
	if latest == nil || latest.Spreadsheet == nil {
		return errGone()
	}
	draft := latest.Spreadsheet.Clone()
	if err := draft.Guarded(email, latest.Roles[email] == Owner, change); err != nil {
		return err
	}
	s.Lock()
	defer s.Unlock()
	stored := s.files[f.ID]
	if stored == nil {
		return errGone()
	}
	if s.KeepBefore {
		stored.Before = latest.Spreadsheet
	}
	stored.Spreadsheet, stored.Modified, stored.ModifiedBy = draft, now, email
	return nil
}

// LockFile locks the store while no call changes the spreadsheet of a file, for a
// call that replaces it. The caller calls unlock at the end. It returns an error
// if the context is done first.
func (s *Store) LockFile(ctx context.Context, id string) (unlock func(), err error) {
	f := s.Find(id)
	if f == nil {
		s.Lock()
		return s.Unlock, nil
	}
	if err := f.editing.acquire(ctx); err != nil {
		return nil, err
	}
	s.Lock()
	return func() {
		s.Unlock()
		f.editing.release()
	}, nil
}
