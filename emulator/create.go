package emulator

import (
	"cmp"
	"context"
	"fmt"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Spreadsheet is what [Server.Create] makes a spreadsheet from.
type Spreadsheet struct {
	// ID is the ID of the file, which replaces one that has it; empty = a random
	// one of 44 characters, like Google's.
	ID string
	// Title is the title; empty = "Untitled spreadsheet".
	Title string
	// Sheets are its sheets (tabs) in order; none = an empty "Sheet1".
	Sheets []Sheet
	// File is the .xlsx file that Sheets was read from; nil = none. Files that are written
	// of the spreadsheet keep what it has besides values. It must not be changed.
	File []byte
	// Owner is the e-mail address of the owner; empty = "owner@example.com".
	Owner string
	// Unshared leaves out the service account, which otherwise is a writer.
	Unshared bool
	// Drive is the ID of the shared drive of the file, which is created if it
	// does not exist, with Owner as its organizer; empty = Owner's My Drive.
	Drive string
}

// Sheet is one sheet of a [Spreadsheet].
type Sheet struct {
	// Title is the title; empty = "Sheet" and its number.
	Title string
	// Values are rows of cells, stored as they are: a string is text, even
	// "=1+1". Numbers of any type, bool, [Date], [Number] and [Formula] keep
	// their type; nil, and a value of any other type, is an empty cell. The grid
	// is 1000 x 26, or as large as the values need.
	Values [][]any
	// Hidden hides the sheet. The first sheet is visible if all are hidden.
	Hidden bool
}

// Date is the value of a cell that holds a date: the number of days since
// 1899-12-30, shown as 2006-01-02. It is converted from a [time.Time], whose
// time of day and time zone are dropped.
type Date = spreadsheet.Date

// Number is the value of a cell that holds a number with a format. Its fields
// are Value, a float64, and Pattern, a number or date format
// (developers.google.com/workspace/sheets/api/guides/formats); empty =
// automatic.
type Number = spreadsheet.Number

// Formula is the value of a cell that holds a formula. Its fields are Text, with
// the leading '=', and Pattern as in [Number]. A text that is not a formula is
// stored as text.
type Formula = spreadsheet.Formula

// Create stores a spreadsheet and returns its ID.
func (s *Server) Create(spec Spreadsheet) (id string) {
	var tabs []spreadsheet.Tab
	for _, given := range spec.Sheets {
		tabs = append(tabs, spreadsheet.Tab(given))
	}
	made := spreadsheet.FromTabs(spec.Title, tabs)
	made.File = spec.File
	defer s.notify()
	s.files.Lock()
	defer s.files.Unlock()
	f := s.files.Add(cmp.Or(spec.ID, files.NewID()), files.SpreadsheetType, cmp.Or(spec.Owner, "owner@example.com"))
	f.Spreadsheet = made
	if spec.Drive != "" {
		if s.files.Get(spec.Drive) == nil {
			s.files.AddDrive(spec.Drive, "Shared drive", cmp.Or(spec.Owner, "owner@example.com"))
		}
		f.MoveTo(spec.Drive, spec.Drive)
	}
	if !spec.Unshared && f.Roles[s.options.ServiceAccount] < files.Writer {
		f.Roles[s.options.ServiceAccount] = files.Writer
	}
	return f.ID
}

// Share gives a user a role on a file or a shared drive: "reader", "commenter",
// "writer" or "owner"; "" revokes it. The address "anyone" is that of all users.
// Unknown files and roles are ignored.
func (s *Server) Share(id, email, role string) {
	defer s.notify()
	s.files.Lock()
	defer s.files.Unlock()
	f, r := s.files.Get(id), files.Roles[role]
	switch {
	case f == nil || r == files.NoRole && role != "":
	case r == files.NoRole:
		delete(f.Roles, email)
	default:
		f.Roles[email] = r
	}
}

// Values returns the values of a sheet: string, float64 and bool, "" for an
// empty cell, without empty cells and rows at the end; nil if there is no such
// sheet. The value of a formula that is not emulated is nil. It is not a call of
// an API: it needs no token and is not logged.
func (s *Server) Values(id, title string) [][]any {
	ss, err := s.calculated(id)
	if err != nil {
		return nil
	}
	return ss.UnformattedValues(title)
}

// calculated returns a spreadsheet with the values of its formulas.
func (s *Server) calculated(id string) (*spreadsheet.Spreadsheet, error) {
	f := s.files.Find(id)
	if f == nil || f.Spreadsheet == nil {
		return nil, fmt.Errorf("no spreadsheet %q", id)
	}
	return s.files.Calculated(context.Background(), f)
}
