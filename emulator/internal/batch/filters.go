package batch

import (
	"slices"
	"strconv"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about filters, which are stored but hide no rows.

// closedRange returns the sheet of a GridRange, and the range without open ends,
// as the menu makes a filter.
func (b batch) closedRange(g *sheets.GridRange) (*spreadsheet.Sheet, *sheets.GridRange, error) {
	s, a, err := b.ResolveGridRange(g)
	if err != nil {
		return nil, nil, err
	}
	return s, spreadsheet.GridRange(s.ID, a), nil
}

// syncCriteria sets the older and the newer field for the criteria of a filter
// from each other. The newer has precedence
// (developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/sheets#basicfilter).
func syncCriteria(criteria *map[string]sheets.FilterCriteria, specs *[]*sheets.FilterSpec) {
	if len(*specs) > 0 {
		*criteria = map[string]sheets.FilterCriteria{}
		for _, spec := range *specs {
			if spec != nil && spec.FilterCriteria != nil {
				(*criteria)[strconv.FormatInt(spec.ColumnIndex, 10)] = *spec.FilterCriteria
			}
		}
		return
	}
	for _, column := range rest.SortedKeys(*criteria) {
		i, err := strconv.ParseInt(column, 10, 32)
		if err != nil {
			continue
		}
		criterion := (*criteria)[column]
		*specs = append(*specs, &sheets.FilterSpec{ColumnIndex: i, FilterCriteria: &criterion, ForceSendFields: []string{"ColumnIndex"}})
	}
}

func (b batch) setBasicFilter(r *sheets.SetBasicFilterRequest) (*sheets.Response, error) {
	if r.Filter == nil {
		return nil, rest.BadRequest("A filter must be specified.")
	}
	if r.Filter.TableId != "" {
		return nil, rest.Unsupported("a filter of a table")
	}
	s, inside, err := b.closedRange(r.Filter.Range)
	if err != nil {
		return nil, err
	}
	filter := *r.Filter
	filter.Range, filter.ForceSendFields = inside, nil
	syncCriteria(&filter.Criteria, &filter.FilterSpecs)
	s.Filter = &filter
	return nil, nil
}

func (b batch) clearBasicFilter(r *sheets.ClearBasicFilterRequest) (*sheets.Response, error) {
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(r.SheetId)
	}
	s.Filter = nil
	return nil, nil
}

// viewByID returns the sheet and the index of a filter view; nil if there is
// none.
func (b batch) viewByID(id int64) (*spreadsheet.Sheet, int) {
	for _, s := range b.Sheets {
		if i := slices.IndexFunc(s.Views, func(v *sheets.FilterView) bool { return v.FilterViewId == id }); i >= 0 {
			return s, i
		}
	}
	return nil, -1
}

func unknownView(id int64) error { return rest.BadRequest("No filter view with id: %d", id) }

func (b batch) newViewID() int64 {
	return spreadsheet.NewID(func(id int64) bool { s, _ := b.viewByID(id); return s != nil })
}

// storeView checks a filter view and stores it, instead of the one at an index
// of the sheet old if that is not nil.
func (b batch) storeView(v sheets.FilterView, old *spreadsheet.Sheet, at int) (*sheets.FilterView, error) {
	if v.TableId != "" {
		return nil, rest.Unsupported("a filter of a table")
	}
	if v.NamedRangeId != "" {
		i := b.namedIndex(v.NamedRangeId)
		if i < 0 {
			return nil, rest.BadRequest("No named range with id: %s", v.NamedRangeId)
		}
		v.Range = spreadsheet.GridRange(b.NamedRanges[i].SheetID, b.NamedRanges[i].Area)
	}
	s, inside, err := b.closedRange(v.Range)
	if err != nil {
		return nil, err
	}
	v.Range, v.ForceSendFields = inside, nil
	syncCriteria(&v.Criteria, &v.FilterSpecs)
	if v.Title == "" {
		v.Title = "Filter " + strconv.Itoa(len(s.Views)+1)
	}
	if old != nil {
		old.Views = slices.Delete(old.Views, at, at+1)
	}
	if old != s {
		at = len(s.Views)
	}
	s.Views = slices.Insert(s.Views, at, &v)
	return &v, nil
}

func (b batch) addFilterView(r *sheets.AddFilterViewRequest) (*sheets.Response, error) {
	if r.Filter == nil {
		return nil, rest.BadRequest("A filter must be specified.")
	}
	v := *r.Filter
	if s, _ := b.viewByID(v.FilterViewId); s != nil && v.FilterViewId != 0 {
		return nil, rest.BadRequest("Filter view with id %d already exists.", v.FilterViewId)
	}
	if v.FilterViewId == 0 {
		v.FilterViewId = b.newViewID()
	}
	made, err := b.storeView(v, nil, 0)
	if err != nil {
		return nil, err
	}
	return &sheets.Response{AddFilterView: &sheets.AddFilterViewResponse{Filter: made}}, nil
}

func (b batch) updateFilterView(r *sheets.UpdateFilterViewRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.FilterView{})
	if err != nil {
		return nil, err
	}
	given := r.Filter
	if given == nil {
		given = &sheets.FilterView{}
	}
	s, i := b.viewByID(given.FilterViewId)
	if s == nil {
		return nil, unknownView(given.FilterViewId)
	}
	merged := *s.Views[i]
	rest.Merge(&merged, given, m)
	switch { // a field that was not sent must not replace one that was
	case m.Selects("filterSpecs") && !m.All():
		merged.Criteria = nil
	case m.Selects("criteria") && !m.All():
		merged.FilterSpecs = nil
	}
	merged.FilterViewId = given.FilterViewId
	_, err = b.storeView(merged, s, i)
	return nil, err
}

func (b batch) duplicateFilterView(r *sheets.DuplicateFilterViewRequest) (*sheets.Response, error) {
	s, i := b.viewByID(r.FilterId)
	if s == nil {
		return nil, unknownView(r.FilterId)
	}
	v := *s.Views[i]
	v.FilterViewId, v.Title = b.newViewID(), "Copy of "+v.Title
	made, err := b.storeView(v, nil, 0)
	if err != nil {
		return nil, err
	}
	return &sheets.Response{DuplicateFilterView: &sheets.DuplicateFilterViewResponse{Filter: made}}, nil
}

func (b batch) deleteFilterView(r *sheets.DeleteFilterViewRequest) (*sheets.Response, error) {
	s, i := b.viewByID(r.FilterId)
	if s == nil {
		return nil, unknownView(r.FilterId)
	}
	s.Views = slices.Delete(s.Views, i, i+1)
	return nil, nil
}
