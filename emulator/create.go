package emulator

import (
	"cmp"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Spreadsheet is what [Server.Create] makes a spreadsheet from.
type Spreadsheet struct {
	// ID is the spreadsheet's id; empty = made up, 44 characters like Google's.
	// A spreadsheet that has the id already is replaced.
	ID string
	// Title is the name of the file; empty = "Untitled spreadsheet".
	Title string
	// Sheets are its sheets (tabs) in order; none = an empty "Sheet1".
	Sheets []Sheet
	// Owner is the e-mail address of who owns it; empty = "owner@example.com".
	Owner string
	// Unshared keeps it from the service account, which otherwise may write.
	Unshared bool
	// Drive is the ID of the shared drive that it lies in, which is made if there
	// is none, with Owner as its organizer; empty = Owner's My Drive.
	Drive string
}

// Sheet is one sheet of a [Spreadsheet].
type Sheet struct {
	// Title is the sheet's title; empty = "Sheet" and its number.
	Title string
	// Values are rows of cells, stored as they are: a string is text, "=1+1" too.
	// Numbers of any type, bool, [Date], [Number] and [Formula] keep their type, nil
	// is an empty cell, and anything else is stored as an empty cell. The grid is 1000 x 26, or as
	// large as the values need.
	Values [][]any
	// Hidden hides the sheet; the first of a spreadsheet is shown if all are hidden.
	Hidden bool
}

// Date is a cell that holds a date: the number of days since 1899-12-30, shown
// as 2006-01-02. The time of day and the time zone are dropped. It is converted
// from a [time.Time].
type Date = spreadsheet.Date

// Number is a cell that holds a number in a number format. Its fields are Value,
// a float64, and Pattern, a number or date format
// (developers.google.com/workspace/sheets/api/guides/formats); empty = automatic.
type Number = spreadsheet.Number

// Formula is a cell that holds a formula. Its fields are Text, with the leading
// '=', and Pattern as in [Number]. One that cannot be calculated here is stored
// as text.
type Formula = spreadsheet.Formula

// Create stores a spreadsheet and returns its id.
func (s *Server) Create(spec Spreadsheet) (id string) {
	var tabs []spreadsheet.Tab
	for _, given := range spec.Sheets {
		tabs = append(tabs, spreadsheet.Tab(given))
	}
	made := spreadsheet.FromTabs(spec.Title, tabs)
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

// Share gives somebody a role on a file or a shared drive: "reader",
// "commenter", "writer" or "owner"; "" takes the share away. The address
// "anyone" stands for everybody. Unknown files and roles are ignored.
func (s *Server) Share(id, email, role string) {
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

// Values returns what a sheet holds: text, float64 and bool, "" for an empty
// cell, without trailing empty cells and rows. It is no API call: it needs no
// token and is not logged. It returns nil for a sheet that does not exist.
func (s *Server) Values(id, title string) [][]any {
	s.files.Lock()
	defer s.files.Unlock()
	f := s.files.Get(id)
	if f == nil || f.Spreadsheet == nil {
		return nil
	}
	return f.Spreadsheet.UnformattedValues(title, s.options.Now())
}
