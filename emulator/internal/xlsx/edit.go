package xlsx

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Edit writes the file with other cells and sheets. It returns what it could not keep, in
// words. The order of the sheets is that of the file's tabs afterwards.
func Edit(content []byte, sheets []Sheet, w io.Writer) (lost []string, err error) {
	b, err := openBook(content)
	if err != nil {
		return nil, err
	}
	if err := b.edit(sheets); err != nil {
		return nil, err
	}
	if err := b.write(w); err != nil {
		return nil, err
	}
	return b.lost, nil
}

func (b *book) edit(sheets []Sheet) error {
	name, err := b.workbookPart()
	if err != nil {
		return err
	}
	wb := workbook{book: b, name: name, sheets: sheets}
	if err := wb.read(); err != nil {
		return err
	}
	stylesPart, err := b.target(name, "styles")
	if err != nil {
		return err
	}
	src, err := b.part(stylesPart)
	if err != nil {
		return err
	}
	formats, err := readStyles(src)
	if err != nil {
		return fmt.Errorf("part %s: %w", stylesPart, err)
	}
	if err := wb.addSheets(); err != nil {
		return err
	}
	for _, t := range wb.tabs {
		if err := wb.editSheet(t, formats); err != nil {
			return fmt.Errorf("sheet %q: %w", t.title, err)
		}
	}
	if now, err := formats.rewrite(); err != nil {
		return fmt.Errorf("part %s: %w", stylesPart, err)
	} else if src != nil && len(now) != len(src) {
		b.set(stylesPart, now)
	}
	if err := wb.moveReferences(); err != nil {
		return err
	}
	return wb.rewrite()
}

// editSheet rewrites the part of a sheet, and the parts that belong to it.
func (wb *workbook) editSheet(t *tab, formats *styles) error {
	m := t.place
	if m.sheet == nil {
		return wb.removeSheet(t)
	}
	if len(m.sheet.Cells) == 0 && !wb.formulas.active {
		return nil
	}
	if !t.isWorksheet {
		return nil
	}
	lostTables, err := wb.editRelated(t)
	if err != nil {
		return err
	}
	src, err := wb.part(t.part)
	if err != nil {
		return err
	}
	ws := worksheet{sheetMap: m, formulas: &wb.formulas, styles: formats, lostTab: lostTables}
	now, err := ws.rewrite(src)
	if err != nil {
		return err
	}
	wb.set(t.part, now)
	return nil
}

// removeSheet removes the part of a sheet that is deleted.
func (wb *workbook) removeSheet(t *tab) error {
	if err := wb.removeRelation(wb.name, t.relation); err != nil {
		return err
	}
	return wb.remove(t.part)
}

// findSheet returns the sheet that comes from a tab of the file.
func findSheet(sheets []Sheet, title string) *Sheet {
	i := slices.IndexFunc(sheets, func(s Sheet) bool { return s.From != "" && strings.EqualFold(s.From, title) })
	if i < 0 {
		return nil
	}
	return &sheets[i]
}
