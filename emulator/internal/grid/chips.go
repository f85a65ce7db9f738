package grid

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
)

// Chips are the smart chips of a cell. What a cell with chips shows depends on what
// they link to, so its value is not emulated.
type Chips struct {
	Text string            // as it was entered, with an @ for each chip
	Runs []*sheets.ChipRun // as they are read: those between chips have an empty chip
}

// maxChipURI is the number of bytes that the URI of a chip may have.
const maxChipURI = 2000

// ChipCell returns a cell of text with chips. A run with a chip is one @ of the text
// (developers.google.com/workspace/sheets/api/guides/chips).
func ChipCell(text string, runs []*sheets.ChipRun) (Cell, error) {
	units := utf16.Encode([]rune(text))
	chips := map[int]*sheets.Chip{}
	for _, run := range runs {
		if run == nil || run.Chip == nil || run.Chip.PersonProperties == nil && run.Chip.RichLinkProperties == nil {
			continue
		}
		i := int(run.StartIndex)
		if i < 0 || i >= len(units) || units[i] != '@' {
			return Cell{}, rest.BadRequest("Chip runs must be at a placeholder '@' of the text, but there is none at index %d.", run.StartIndex)
		}
		if err := checkChip(run.Chip); err != nil {
			return Cell{}, err
		}
		chips[i] = run.Chip
	}
	if len(chips) == 0 {
		return TextCell(text), nil
	}
	return Cell{Kind: KindUncalculated, Text: "a smart chip", Extra: &CellExtra{Chips: &Chips{text, allRuns(len(units), chips)}}}, nil
}

// checkChip checks what a chip links to. Of links only files of Drive can be written.
func checkChip(c *sheets.Chip) error {
	if p := c.PersonProperties; p != nil && p.Email == "" {
		return rest.BadRequest("The email of a person chip must be specified.")
	}
	if c.RichLinkProperties == nil {
		return nil
	}
	u, err := url.Parse(c.RichLinkProperties.Uri)
	switch {
	case len(c.RichLinkProperties.Uri) > maxChipURI:
		return rest.BadRequest("The URI of a chip cannot be longer than %d bytes.", maxChipURI)
	case err != nil || !slices.Contains([]string{"drive.google.com", "docs.google.com"}, strings.ToLower(u.Host)):
		return rest.BadRequest("Only links to files of Drive can be written as chips.")
	}
	return nil
}

// allRuns returns the runs of a text of a length: those with chips, and those between.
func allRuns(length int, chips map[int]*sheets.Chip) []*sheets.ChipRun {
	var runs []*sheets.ChipRun
	for i := range length {
		chip := chips[i]
		switch {
		case chip != nil:
			runs = append(runs, &sheets.ChipRun{StartIndex: int64(i), Chip: chip})
		case i == 0 || chips[i-1] != nil:
			runs = append(runs, &sheets.ChipRun{StartIndex: int64(i), Chip: &sheets.Chip{}})
		}
	}
	return runs
}
