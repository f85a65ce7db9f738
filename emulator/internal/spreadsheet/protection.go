package spreadsheet

import (
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// errProtected is the error of a change in a protected range, as users have
// reported it.
const errProtected = rest.BadRequestError("You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.")

// guard notes whether a user changes cells that are protected from that user.
type guard struct {
	email    string
	owner    bool // of the file, who may edit everything
	violated bool
}

// Guarded calls change with the spreadsheet, on behalf of a user who may be the
// owner of the file. It returns an error if change does, or if it has changed
// cells that are protected from the user.
func (ss *Spreadsheet) Guarded(email string, owner bool, change func(*Spreadsheet) error) error {
	g := &guard{email: email, owner: owner}
	ss.setGuard(g)
	defer ss.setGuard(nil)
	if err := change(ss); err != nil {
		return err
	}
	if err := ss.SyncTables(); err != nil {
		return err
	}
	if g.violated {
		return errProtected
	}
	return nil
}

func (ss *Spreadsheet) setGuard(g *guard) {
	for _, s := range ss.Sheets {
		s.guard = g
	}
}

// IsOwner reports whether the user on whose behalf the spreadsheet is changed owns the file.
func (ss *Spreadsheet) IsOwner() bool {
	return len(ss.Sheets) > 0 && ss.Sheets[0].guard != nil && ss.Sheets[0].guard.owner
}

// mayEdit reports whether the user may edit a protected range. The members of
// groups are not known.
func (g *guard) mayEdit(p *sheets.ProtectedRange) bool {
	return g.owner || p.WarningOnly || p.Editors != nil && slices.ContainsFunc(p.Editors.Users, func(u string) bool { return strings.EqualFold(u, g.email) })
}

// ForUser sets which protected ranges of a description the user may edit.
func ForUser(described *sheets.Spreadsheet, email string, owner bool) {
	g := &guard{email: email, owner: owner}
	for _, s := range described.Sheets {
		own := make([]*sheets.ProtectedRange, len(s.ProtectedRanges))
		for i, p := range s.ProtectedRanges {
			p := *p
			p.RequestingUserCanEdit = g.mayEdit(&p)
			own[i] = &p
		}
		s.ProtectedRanges = own
	}
}

// protects reports whether a protected range has a cell of an area.
func (s *Sheet) protects(p *sheets.ProtectedRange, a grid.Area) bool {
	if p.Range == nil || !AreaOf(p.Range).Closed(s.Height, s.Width).Overlaps(a) {
		return false
	}
	return !slices.ContainsFunc(p.UnprotectedRanges, func(u *sheets.GridRange) bool {
		return AreaOf(u).Closed(s.Height, s.Width).Contains(a)
	})
}

// NoteChange notes a change of cells for the guard.
func (s *Sheet) NoteChange(a grid.Area) {
	if s.guard == nil || len(s.Protected) == 0 {
		return
	}
	for _, p := range s.Protected {
		if !s.guard.mayEdit(p) && s.protects(p, a) {
			s.guard.violated = true
		}
	}
}

// NoteProtection notes a change of a protected range for the guard.
func (s *Sheet) NoteProtection(p *sheets.ProtectedRange) {
	if s.guard != nil && !s.guard.mayEdit(p) {
		s.guard.violated = true
	}
}

// Set stores a cell, which must be in the grid, on behalf of a user. What the
// emulator itself changes, such as references of formulas, is stored in the
// [grid.Grid].
func (s *Sheet) Set(r, c int, v grid.Cell) {
	s.NoteChange(grid.Rect(r, r+1, c, c+1))
	s.Grid.Set(r, c, v)
}
