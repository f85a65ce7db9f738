package batch

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about named and protected ranges.

// rangeName matches a valid name of a range.
var rangeName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.]{0,249}$`)

func (b batch) namedIndex(id string) int {
	return slices.IndexFunc(b.NamedRanges, func(n spreadsheet.NamedRange) bool { return n.ID == id })
}

func (b batch) addNamedRange(r *sheets.AddNamedRangeRequest) (*sheets.Response, error) {
	given := r.NamedRange
	if given == nil {
		return nil, rest.BadRequest("A named range must be specified.")
	}
	made := spreadsheet.NamedRange{ID: given.NamedRangeId}
	if made.ID == "" {
		made.ID = strconv.FormatInt(spreadsheet.NewID(func(id int64) bool { return b.namedIndex(strconv.FormatInt(id, 10)) >= 0 }), 10)
	} else if b.namedIndex(made.ID) >= 0 {
		return nil, rest.BadRequest("Named range with id %s already exists.", made.ID)
	}
	if err := b.setNamed(&made, given); err != nil {
		return nil, err
	}
	b.NamedRanges = append(b.NamedRanges, made)
	return &sheets.Response{AddNamedRange: &sheets.AddNamedRangeResponse{NamedRange: made.Describe()}}, nil
}

// setNamed sets the name and the range of a named range to those of a request.
func (b batch) setNamed(n *spreadsheet.NamedRange, given *sheets.NamedRange) error {
	_, _, isCells := grid.ParseCells(given.Name)
	if !rangeName.MatchString(given.Name) || isCells {
		return rest.BadRequest("The name of a named range is invalid: %q", given.Name)
	}
	for _, other := range b.NamedRanges {
		if other.ID != n.ID && strings.EqualFold(other.Name, given.Name) {
			return rest.BadRequest("A named range with the name %q already exists.", given.Name)
		}
	}
	s, _, err := b.ResolveGridRange(given.Range)
	if err != nil {
		return err
	}
	n.Name, n.SheetID, n.Area = given.Name, s.ID, spreadsheet.AreaOf(given.Range)
	return nil
}

func (b batch) updateNamedRange(r *sheets.UpdateNamedRangeRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.NamedRange{})
	if err != nil {
		return nil, err
	}
	given := r.NamedRange
	if given == nil {
		given = &sheets.NamedRange{}
	}
	i := b.namedIndex(given.NamedRangeId)
	if i < 0 {
		return nil, rest.BadRequest("No named range with id: %s", given.NamedRangeId)
	}
	merged := b.NamedRanges[i].Describe()
	rest.Merge(merged, given, m)
	return nil, b.setNamed(&b.NamedRanges[i], merged)
}

func (b batch) deleteNamedRange(r *sheets.DeleteNamedRangeRequest) (*sheets.Response, error) {
	i := b.namedIndex(r.NamedRangeId)
	if i < 0 {
		return nil, rest.BadRequest("No named range with id: %s", r.NamedRangeId)
	}
	b.NamedRanges = slices.Delete(b.NamedRanges, i, i+1)
	return nil, nil
}

// protectedByID returns the sheet and the index of a protected range; nil if
// there is none.
func (b batch) protectedByID(id int64) (*spreadsheet.Sheet, int) {
	for _, s := range b.Sheets {
		for i, p := range s.Protected {
			if p.ProtectedRangeId == id {
				return s, i
			}
		}
	}
	return nil, -1
}

// errProtectedByReference is the error of a protected range that follows another
// range.
const errProtectedByReference = rest.Unsupported("a protected range backed by a named range or a table")

// addProtectedRange stores a protected range. The principal who adds it can edit
// it and is one of its editors later, but not in the reply, which has the editors
// that were sent (recorded for none).
func (b batch) addProtectedRange(r *sheets.AddProtectedRangeRequest) (*sheets.Response, error) {
	given := r.ProtectedRange
	if given == nil {
		return nil, rest.BadRequest("A protected range must be specified.")
	}
	if given.NamedRangeId != "" || given.TableId != "" {
		return nil, errProtectedByReference
	}
	s, _, err := b.ResolveGridRange(given.Range)
	if err != nil {
		return nil, err
	}
	taken := func(id int64) bool { s, _ := b.protectedByID(id); return s != nil }
	id := given.ProtectedRangeId
	if id == 0 {
		id = spreadsheet.NewID(taken)
	} else if taken(id) {
		return nil, rest.BadRequest("Protected range with id %d already exists.", id)
	}
	made := sheets.ProtectedRange{
		ProtectedRangeId:      id,
		Range:                 spreadsheet.GridRange(s.ID, spreadsheet.AreaOf(given.Range)),
		Description:           given.Description,
		WarningOnly:           given.WarningOnly,
		RequestingUserCanEdit: true,
	}
	for _, u := range given.UnprotectedRanges {
		made.UnprotectedRanges = append(made.UnprotectedRanges, spreadsheet.GridRange(s.ID, spreadsheet.AreaOf(u)))
	}
	reply := made
	made.Editors, reply.Editors = &sheets.Editors{Users: []string{b.principal}}, &sheets.Editors{}
	if e := given.Editors; e != nil {
		made.Editors.Users = slices.Compact(slices.Sorted(slices.Values(append(made.Editors.Users, e.Users...))))
		made.Editors.Groups = e.Groups
		reply.Editors = &sheets.Editors{Users: e.Users, Groups: e.Groups, DomainUsersCanEdit: e.DomainUsersCanEdit}
	}
	s.Protected = append(s.Protected, &made)
	return &sheets.Response{AddProtectedRange: &sheets.AddProtectedRangeResponse{ProtectedRange: &reply}}, nil
}

func (b batch) updateProtectedRange(r *sheets.UpdateProtectedRangeRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.ProtectedRange{})
	if err != nil {
		return nil, err
	}
	given := r.ProtectedRange
	if given == nil {
		given = &sheets.ProtectedRange{}
	}
	s, i := b.protectedByID(given.ProtectedRangeId)
	if s == nil {
		return nil, rest.BadRequest("No protected range with id: %d", given.ProtectedRangeId)
	}
	s.NoteProtection(s.Protected[i])
	if given.Range != nil && given.Range.SheetId != s.ID {
		return nil, rest.BadRequest("A protected range cannot be moved to another sheet.")
	}
	merged := *s.Protected[i]
	rest.Merge(&merged, given, m)
	if merged.NamedRangeId != "" || merged.TableId != "" {
		return nil, errProtectedByReference
	}
	if _, _, err := b.ResolveGridRange(merged.Range); err != nil {
		return nil, err
	}
	merged.ProtectedRangeId, merged.RequestingUserCanEdit, merged.ForceSendFields = given.ProtectedRangeId, true, nil
	merged.Range = spreadsheet.GridRange(s.ID, spreadsheet.AreaOf(merged.Range))
	s.Protected[i] = &merged
	return nil, nil
}

func (b batch) deleteProtectedRange(r *sheets.DeleteProtectedRangeRequest) (*sheets.Response, error) {
	s, i := b.protectedByID(r.ProtectedRangeId)
	if s == nil {
		return nil, rest.BadRequest("No protected range with id: %d", r.ProtectedRangeId)
	}
	s.NoteProtection(s.Protected[i])
	s.Protected = slices.Delete(s.Protected, i, i+1)
	return nil, nil
}
