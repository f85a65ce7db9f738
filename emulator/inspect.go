package emulator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// TokenInfo is an access token without its text: its Number, the Principal that owns
// it, the scopes that were Requested last and the Scopes that it was issued with, its
// Source, when it was Issued and its Expiry, whether it is Federated, and the number of
// Calls that were made with it.
type TokenInfo = identity.Token

// Tokens returns the access tokens that were issued, oldest first, expired ones too.
func (s *Server) Tokens() []TokenInfo { return s.authority.Tokens() }

// Profile returns the platform whose metadata server is emulated.
func (s *Server) Profile() Profile { return s.authority.Profile() }

// SetProfile emulates the metadata server of another platform from now on. Tokens that
// were issued stay valid, as they do on Google.
func (s *Server) SetProfile(p Profile) {
	s.authority.SetProfile(p)
	s.notify()
}

// State is what makes calls fail at the moment.
type State struct {
	Profile  Profile
	Faults   []Fault
	Disabled []string // APIs, as [Server.Disable] names them
	Quota    Quota
}

// State returns what makes calls fail at the moment.
func (s *Server) State() State {
	state := State{Profile: s.Profile(), Faults: s.faults.list(), Disabled: s.authority.Disabled()}
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Quota = s.quota.limits
	return state
}

// Overview describes a spreadsheet.
type Overview struct {
	Title      string
	Version    uint64 // another one after each change
	Sheets     []SheetInfo
	Metadata   []Metadata        // developer metadata, newest first
	Roles      map[string]string // by address; see [Server.Share]
	ModifiedBy string            // address of the user who changed it last; empty = unchanged
	Modified   time.Time
}

// SheetInfo describes a sheet (tab): its ID, its Title, the Rows and Columns of its
// grid, the number of rows up to the last one that is Filled, its FrozenRows, and
// whether it is Hidden.
type SheetInfo = spreadsheet.SheetInfo

// Metadata is one developer metadata.
type Metadata struct {
	ID         int64
	Key, Value string
}

// Overview returns what a spreadsheet consists of. It is not a call of an API.
func (s *Server) Overview(id string) (Overview, error) {
	f := s.files.Find(id)
	if f == nil || f.Spreadsheet == nil {
		return Overview{}, fmt.Errorf("describe spreadsheet: no spreadsheet %q", id)
	}
	o := Overview{
		Title: f.Spreadsheet.Title(), Version: f.Spreadsheet.Version, Sheets: f.Spreadsheet.Info(),
		Roles: map[string]string{}, ModifiedBy: f.ModifiedBy, Modified: f.Modified,
	}
	for email, role := range f.Roles {
		o.Roles[email] = role.String()
	}
	for _, m := range slices.Backward(f.Spreadsheet.Metadata) {
		o.Metadata = append(o.Metadata, Metadata{m.MetadataId, m.MetadataKey, m.MetadataValue})
	}
	return o, nil
}

// CellView is what a person sees of a cell: its Text in the cell's number format, its
// Input in the formula bar where that differs, the Kind of its value ("number", "bool",
// "error", "missing" for a formula that is not emulated, empty = text), its Style, and,
// with Options.Inspect, whether the last change of the spreadsheet has Changed it.
type CellView = spreadsheet.CellView

// CellStyle is how a person has formatted a cell.
type CellStyle = spreadsheet.CellStyle

// View returns what a person sees of a sheet, row by row, from a row and a column
// (counted from 0) on, up to the last cells that are stored; formulas are
// calculated. It is not a call of an API.
func (s *Server) View(ctx context.Context, id, title string, row, column, rows, columns int) ([][]CellView, error) {
	f := s.files.Find(id)
	if f == nil || f.Spreadsheet == nil {
		return nil, fmt.Errorf("view sheet: no spreadsheet %q", id)
	}
	calculated, err := s.files.Calculated(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("view sheet %q: %w", title, err)
	}
	cells := calculated.ViewSheet(title, grid.Rect(row, row+rows, column, column+columns), f.Before)
	if cells == nil {
		return nil, fmt.Errorf("view sheet: no sheet %q", title)
	}
	return cells, nil
}
