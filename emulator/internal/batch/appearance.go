package batch

import (
	"slices"
	"strconv"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about the appearance of a sheet: borders, bands and the state of
// groups. They are stored and returned, but not applied, as nothing is drawn.

// updateBorders sets the borders of a range. Those that the request does not
// have stay.
func (b batch) updateBorders(r *sheets.UpdateBordersRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, spreadsheet.EachCell(a, func(row, column int) error {
		edges := []struct {
			at           bool
			outer, inner *sheets.Border
			of           func(*sheets.Borders) **sheets.Border
		}{
			{row == a.Top, r.Top, r.InnerHorizontal, func(x *sheets.Borders) **sheets.Border { return &x.Top }},
			{row == a.Bottom-1, r.Bottom, r.InnerHorizontal, func(x *sheets.Borders) **sheets.Border { return &x.Bottom }},
			{column == a.Left, r.Left, r.InnerVertical, func(x *sheets.Borders) **sheets.Border { return &x.Left }},
			{column == a.Right-1, r.Right, r.InnerVertical, func(x *sheets.Borders) **sheets.Border { return &x.Right }},
		}
		s.Set(row, column, s.At(row, column).WithExtra(func(x *grid.CellExtra) {
			format, borders := sheets.CellFormat{}, sheets.Borders{}
			if x.Format != nil {
				format = *x.Format
			}
			if format.Borders != nil {
				borders = *format.Borders
			}
			for _, e := range edges {
				given := e.inner
				if e.at {
					given = e.outer
				}
				if given != nil {
					*e.of(&borders) = normalizeBorder(given)
				}
			}
			if format.Borders = &borders; borders.Top == nil && borders.Bottom == nil && borders.Left == nil && borders.Right == nil {
				format.Borders = nil
			}
			x.Format = &format
		}))
		return nil
	})
}

// borderWidths are the widths, in pixels, that Google returns for styles.
var borderWidths = map[string]int64{"SOLID": 1, "DOTTED": 1, "DASHED": 1, "SOLID_MEDIUM": 2, "SOLID_THICK": 3, "DOUBLE": 3}

// normalizeBorder returns a border as Google returns it; nil for none.
func normalizeBorder(given *sheets.Border) *sheets.Border {
	width, ok := borderWidths[given.Style]
	if !ok {
		return nil
	}
	made := &sheets.Border{Style: given.Style, Width: width, Color: given.Color, ColorStyle: given.ColorStyle}
	if made.Color == nil && made.ColorStyle == nil {
		made.Color = &sheets.Color{}
	}
	grid.SyncColors(&made.Color, &made.ColorStyle)
	return made
}

// bandByID returns the sheet and the index of a banded range; nil if there is
// none.
func (b batch) bandByID(id int64) (*spreadsheet.Sheet, int) {
	for _, s := range b.Sheets {
		if i := slices.IndexFunc(s.Bands, func(x *sheets.BandedRange) bool { return x.BandedRangeId == id }); i >= 0 {
			return s, i
		}
	}
	return nil, -1
}

// normalizeBand checks a banded range and returns its sheet, and the range as
// Google returns it.
func (b batch) normalizeBand(given sheets.BandedRange) (*spreadsheet.Sheet, *sheets.BandedRange, error) {
	s, inside, err := b.closedRange(given.Range)
	if err != nil {
		return nil, nil, err
	}
	if given.RowProperties == nil && given.ColumnProperties == nil {
		return nil, nil, rest.BadRequest("At least one of rowProperties or columnProperties must be specified.")
	}
	given.Range, given.ForceSendFields = inside, nil
	for _, at := range []**sheets.BandingProperties{&given.RowProperties, &given.ColumnProperties} {
		if *at == nil {
			continue
		}
		p := **at
		grid.SyncColors(&p.HeaderColor, &p.HeaderColorStyle)
		grid.SyncColors(&p.FirstBandColor, &p.FirstBandColorStyle)
		grid.SyncColors(&p.SecondBandColor, &p.SecondBandColorStyle)
		grid.SyncColors(&p.FooterColor, &p.FooterColorStyle)
		*at = &p
	}
	return s, &given, nil
}

// errBanded is the error of a second banded range over the same cells.
const errBanded = rest.BadRequestError("You cannot add alternating background colors to a range that already has alternating background colors.")

// checkBands returns an error if a closed area overlaps a banded range.
func checkBands(s *spreadsheet.Sheet, a grid.Area) error {
	for _, other := range s.Bands {
		if spreadsheet.AreaOf(other.Range).Overlaps(a) {
			return errBanded
		}
	}
	return nil
}

func (b batch) addBanding(r *sheets.AddBandingRequest) (*sheets.Response, error) {
	if r.BandedRange == nil {
		return nil, rest.BadRequest("A banded range must be specified.")
	}
	given := *r.BandedRange
	taken := func(id int64) bool { s, _ := b.bandByID(id); return s != nil }
	if given.BandedRangeId == 0 {
		given.BandedRangeId = spreadsheet.NewID(taken)
	} else if taken(given.BandedRangeId) {
		return nil, rest.BadRequest("Banded range with id %d already exists.", given.BandedRangeId)
	}
	s, made, err := b.normalizeBand(given)
	if err != nil {
		return nil, err
	}
	if err := checkBands(s, spreadsheet.AreaOf(made.Range)); err != nil {
		return nil, err
	}
	for _, t := range s.Tables {
		if s.TableArea(t).Overlaps(spreadsheet.AreaOf(made.Range)) {
			return nil, errBanded
		}
	}
	s.Bands = append(s.Bands, made)
	return &sheets.Response{AddBanding: &sheets.AddBandingResponse{BandedRange: made}}, nil
}

func (b batch) updateBanding(r *sheets.UpdateBandingRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.BandedRange{})
	if err != nil {
		return nil, err
	}
	given := r.BandedRange
	if given == nil {
		given = &sheets.BandedRange{}
	}
	old, i := b.bandByID(given.BandedRangeId)
	if old == nil {
		return nil, rest.BadRequest("No banded range with id: %d", given.BandedRangeId)
	}
	merged := *old.Bands[i]
	rest.Merge(&merged, given, m)
	merged.BandedRangeId = given.BandedRangeId
	s, made, err := b.normalizeBand(merged)
	if err != nil {
		return nil, err
	}
	old.Bands = slices.Delete(old.Bands, i, i+1)
	s.Bands = append(s.Bands, made)
	return nil, nil
}

// deleteBanding deletes a banded range, or turns a table into plain cells.
func (b batch) deleteBanding(r *sheets.DeleteBandingRequest) (*sheets.Response, error) {
	s, i := b.bandByID(r.BandedRangeId)
	if s != nil {
		s.Bands = slices.Delete(s.Bands, i, i+1)
		return nil, nil
	}
	if s, i := b.TableByID(strconv.FormatInt(r.BandedRangeId, 10)); s != nil {
		b.removeTable(s, i)
		return nil, nil
	}
	return nil, rest.BadRequest("No banded range with id: %d", r.BandedRangeId)
}

// updateDimensionGroup collapses or expands a group.
func (b batch) updateDimensionGroup(r *sheets.UpdateDimensionGroupRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.DimensionGroup{})
	if err != nil {
		return nil, err
	}
	given := r.DimensionGroup
	if given == nil {
		given = &sheets.DimensionGroup{}
	}
	l, err := b.resolveDimension(given.Range)
	if err != nil {
		return nil, err
	}
	groups := *l.sheet.GroupsOf(l.along)
	for i, g := range groups {
		if int(g.Range.StartIndex) != l.start || int(g.Range.EndIndex) != l.end || g.Depth != given.Depth {
			continue
		}
		changed := *g
		rest.Merge(&changed, given, m)
		changed.Range, changed.Depth = g.Range, g.Depth
		groups[i] = &changed
		if m.Selects("collapsed") {
			l.setProps(func(_ int, p *sheets.DimensionProperties) { p.HiddenByUser = changed.Collapsed })
		}
		return nil, nil
	}
	return nil, rest.BadRequest("There is no group over the specified range at depth %d.", given.Depth)
}
