package sheets

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

func (api *API) getByDataFilter(c *rest.Call) (any, error) {
	var body sheets.GetSpreadsheetByDataFilterRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	ranges, err := f.Spreadsheet.FilterRanges(body.DataFilters)
	if err != nil {
		return nil, err
	}
	selected := map[*spreadsheet.Sheet][]grid.Area{}
	for _, p := range ranges {
		selected[p.Sheet] = append(selected[p.Sheet], p.Area)
	}
	out, rows, err := f.Spreadsheet.DescribeSheets(f.ID, selected, len(body.DataFilters) > 0, body.IncludeGridData, c.Mask)
	if err == nil && body.ExcludeTablesInBandedRanges {
		spreadsheet.ExcludeTables(out)
	}
	return rest.Lazy{Value: out, Lists: rows}, err
}

func (api *API) batchGetByDataFilter(c *rest.Call) (*sheets.BatchGetValuesByDataFilterResponse, error) {
	var body sheets.BatchGetValuesByDataFilterRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	render, err := spreadsheet.ParseRendering(body.ValueRenderOption, body.DateTimeRenderOption, body.MajorDimension)
	if err != nil {
		return nil, err
	}
	f, err := api.fileFor(c, files.Reader)
	if err != nil {
		return nil, err
	}
	ranges, err := f.Spreadsheet.FilterRanges(body.DataFilters)
	if err != nil {
		return nil, err
	}
	out := &sheets.BatchGetValuesByDataFilterResponse{SpreadsheetId: f.ID}
	for _, p := range ranges {
		v, err := p.Sheet.ValueRange(p.Area, render)
		if err != nil {
			return nil, err
		}
		out.ValueRanges = append(out.ValueRanges, &sheets.MatchedValueRange{ValueRange: v, DataFilters: p.Filters})
	}
	return out, nil
}

func (api *API) batchClearByDataFilter(c *rest.Call) (*sheets.BatchClearValuesByDataFilterResponse, error) {
	var body sheets.BatchClearValuesByDataFilterRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	out := &sheets.BatchClearValuesByDataFilterResponse{}
	err := api.edit(c, api.Now(), func(id string, draft *spreadsheet.Spreadsheet) error {
		out.SpreadsheetId = id
		ranges, err := draft.FilterRanges(body.DataFilters)
		for _, p := range ranges {
			p.Sheet.ClearValues(p.Area)
			out.ClearedRanges = append(out.ClearedRanges, p.Sheet.RangeName(p.Area))
		}
		return err
	})
	return out, err
}

func (api *API) batchUpdateByDataFilter(c *rest.Call) (out *sheets.BatchUpdateValuesByDataFilterResponse, err error) {
	var body sheets.BatchUpdateValuesByDataFilterRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	w, err := spreadsheet.NewValuesWriter(body.ValueInputOption, body.IncludeValuesInResponse, body.ResponseValueRenderOption, body.ResponseDateTimeRenderOption, api.Now())
	if err != nil {
		return nil, err
	}
	err = api.edit(c, w.Input.Now, func(id string, draft *spreadsheet.Spreadsheet) error {
		var all []spreadsheet.WrittenRange
		var filters []*sheets.DataFilter
		for _, one := range body.Data {
			if one == nil {
				continue
			}
			ranges, err := draft.FilterRanges([]*sheets.DataFilter{one.DataFilter})
			if err != nil {
				return err
			}
			for _, p := range ranges {
				v := &sheets.ValueRange{Range: p.Sheet.RangeName(p.Area), MajorDimension: one.MajorDimension, Values: one.Values}
				done, err := w.Update(draft, v)
				if err != nil {
					return err
				}
				all, filters = append(all, done), append(filters, one.DataFilter)
			}
		}
		totals, err := w.Totals(c.Context, id, all)
		if err == nil {
			out = byDataFilter(totals, filters)
		}
		return err
	})
	return out, err
}

// byDataFilter returns the response of a batch with the filter of each range.
func byDataFilter(totals *sheets.BatchUpdateValuesResponse, filters []*sheets.DataFilter) *sheets.BatchUpdateValuesByDataFilterResponse {
	out := &sheets.BatchUpdateValuesByDataFilterResponse{
		SpreadsheetId: totals.SpreadsheetId, TotalUpdatedCells: totals.TotalUpdatedCells, TotalUpdatedColumns: totals.TotalUpdatedColumns,
		TotalUpdatedRows: totals.TotalUpdatedRows, TotalUpdatedSheets: totals.TotalUpdatedSheets,
	}
	for i, r := range totals.Responses {
		out.Responses = append(out.Responses, &sheets.UpdateValuesByDataFilterResponse{
			DataFilter: filters[i], UpdatedCells: r.UpdatedCells, UpdatedColumns: r.UpdatedColumns,
			UpdatedData: r.UpdatedData, UpdatedRange: r.UpdatedRange, UpdatedRows: r.UpdatedRows,
		})
	}
	return out
}
