package commit

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// topRange returns the range in which keys that other instances have added are.
func (k *keys) topRange() string {
	return fmt.Sprintf("'%s'!A1:D%d", strings.ReplaceAll(k.title, "'", "''"), k.top)
}

// loadTop adds the keys above the first one that is known. It returns false, and is to be
// followed by load, where there is no such key, or where the sheet is another one.
func (k *keys) loadTop(shown *sheets.Spreadsheet) bool {
	i := slices.IndexFunc(shown.Sheets, func(s *sheets.Sheet) bool { return s.Properties.SheetId == k.sheetID })
	if i < 0 || shown.Sheets[i].Properties.Title != k.title {
		return false
	}
	var added [][KeyCells]string
	rows := int(shown.Sheets[i].Properties.GridProperties.RowCount)
	found := rows <= k.top
	for _, data := range shown.Sheets[i].Data {
		for _, row := range data.RowData {
			var cells [KeyCells]string
			for j, cell := range row.Values[:min(len(cells), len(row.Values))] {
				if v := cell.EffectiveValue; v != nil && v.StringValue != nil {
					cells[j] = *v.StringValue
				}
			}
			if k.known[cells[0]] != nil {
				found = true
				break
			}
			added = append(added, cells)
		}
	}
	if !found {
		k.top = maxTop
		return false
	}
	k.top = min(max(minTop, 4*len(added)), maxTop)
	if rows != k.rows+len(added) { // rows at the end were deleted
		k.old = 0
	}
	k.rows = rows
	for _, cells := range added {
		k.add(cells)
	}
	return true
}
