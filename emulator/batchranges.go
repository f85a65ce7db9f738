package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests about named and protected ranges.

var rangeName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.]{0,249}$`)

func (b batch) namedIndex(id string) int {
	return slices.IndexFunc(b.named, func(n namedRange) bool { return n.id == id })
}

func (b batch) addNamedRange(r *sheets.AddNamedRangeRequest) (*sheets.Response, error) {
	given := r.NamedRange
	if given == nil {
		return nil, rest.BadRequest("A named range must be specified.")
	}
	made := namedRange{id: given.NamedRangeId}
	if made.id == "" {
		made.id = strconv.FormatInt(newID(func(id int64) bool { return b.namedIndex(strconv.FormatInt(id, 10)) >= 0 }), 10)
	} else if b.namedIndex(made.id) >= 0 {
		return nil, rest.BadRequest("Named range with id %s already exists.", made.id)
	}
	if err := b.setNamed(&made, given); err != nil {
		return nil, err
	}
	b.named = append(b.named, made)
	return &sheets.Response{AddNamedRange: &sheets.AddNamedRangeResponse{NamedRange: made.describe()}}, nil
}

// setNamed gives a named range the name and the range of a request.
func (b batch) setNamed(n *namedRange, given *sheets.NamedRange) error {
	_, _, isCells := grid.ParseCells(given.Name)
	if !rangeName.MatchString(given.Name) || isCells {
		return rest.BadRequest("The name of a named range is invalid: %q", given.Name)
	}
	for _, other := range b.named {
		if other.id != n.id && strings.EqualFold(other.name, given.Name) {
			return rest.BadRequest("A named range with the name %q already exists.", given.Name)
		}
	}
	s, _, err := b.gridArea(given.Range)
	if err != nil {
		return err
	}
	n.name, n.sheetID, n.area = given.Name, s.id, areaOf(given.Range)
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
	wanted := b.named[i].describe()
	rest.Merge(wanted, given, m)
	return nil, b.setNamed(&b.named[i], wanted)
}

func (b batch) deleteNamedRange(r *sheets.DeleteNamedRangeRequest) (*sheets.Response, error) {
	i := b.namedIndex(r.NamedRangeId)
	if i < 0 {
		return nil, rest.BadRequest("No named range with id: %s", r.NamedRangeId)
	}
	b.named = slices.Delete(b.named, i, i+1)
	return nil, nil
}

// protectedByID returns the sheet and the place of a protected range.
func (b batch) protectedByID(id int64) (*sheet, int) {
	for _, s := range b.sheets {
		for i, p := range s.protected {
			if p.ProtectedRangeId == id {
				return s, i
			}
		}
	}
	return nil, -1
}

// addProtectedRange stores a protection. Who added it can edit, and is listed
// as an editor later though not in the reply (recorded).
func (b batch) addProtectedRange(r *sheets.AddProtectedRangeRequest) (*sheets.Response, error) {
	given := r.ProtectedRange
	if given == nil {
		return nil, rest.BadRequest("A protected range must be specified.")
	}
	s, _, err := b.gridArea(given.Range)
	if err != nil {
		return nil, err
	}
	taken := func(id int64) bool { s, _ := b.protectedByID(id); return s != nil }
	id := given.ProtectedRangeId
	if id == 0 {
		id = newID(taken)
	} else if taken(id) {
		return nil, rest.BadRequest("Protected range with id %d already exists.", id)
	}
	made := sheets.ProtectedRange{
		ProtectedRangeId:      id,
		Range:                 gridRange(s.id, areaOf(given.Range)),
		Description:           given.Description,
		WarningOnly:           given.WarningOnly,
		RequestingUserCanEdit: true,
	}
	for _, u := range given.UnprotectedRanges {
		made.UnprotectedRanges = append(made.UnprotectedRanges, gridRange(s.id, areaOf(u)))
	}
	reply := made
	made.Editors, reply.Editors = &sheets.Editors{Users: []string{b.principal}}, &sheets.Editors{}
	if e := given.Editors; e != nil {
		made.Editors.Users = slices.Compact(slices.Sorted(slices.Values(append(made.Editors.Users, e.Users...))))
		made.Editors.Groups = e.Groups
	}
	s.protected = append(s.protected, &made)
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
	if given.Range != nil && given.Range.SheetId != s.id {
		return nil, rest.BadRequest("A protected range cannot be moved to another sheet.")
	}
	wanted := *s.protected[i]
	rest.Merge(&wanted, given, m)
	if _, _, err := b.gridArea(wanted.Range); err != nil {
		return nil, err
	}
	wanted.ProtectedRangeId, wanted.RequestingUserCanEdit, wanted.ForceSendFields = given.ProtectedRangeId, true, nil
	wanted.Range = gridRange(s.id, areaOf(wanted.Range))
	s.protected[i] = &wanted
	return nil, nil
}

func (b batch) deleteProtectedRange(r *sheets.DeleteProtectedRangeRequest) (*sheets.Response, error) {
	s, i := b.protectedByID(r.ProtectedRangeId)
	if s == nil {
		return nil, rest.BadRequest("No protected range with id: %d", r.ProtectedRangeId)
	}
	s.protected = slices.Delete(s.protected, i, i+1)
	return nil, nil
}
