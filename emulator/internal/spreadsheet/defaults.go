package spreadsheet

import (
	"time"
	_ "time/tzdata" // the machine may have no time zones

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"

	"example.com/sheets-function/emulator/internal/grid"
)

// newProperties returns the properties of a new spreadsheet (recorded).
func newProperties(title string) sheets.SpreadsheetProperties {
	return sheets.SpreadsheetProperties{
		Title:            title,
		Locale:           "en_US",
		AutoRecalc:       "ON_CHANGE",
		TimeZone:         "Etc/GMT",
		DefaultFormat:    grid.DefaultFormat(),
		SpreadsheetTheme: &sheets.SpreadsheetTheme{PrimaryFontFamily: "Arial", ThemeColors: themeColors()},
	}
}

// themeColors returns the colours of the default theme (recorded).
func themeColors() []*sheets.ThemeColorPair {
	palette := []struct {
		name             string
		red, green, blue int
	}{
		{"TEXT", 0, 0, 0},
		{"BACKGROUND", 255, 255, 255},
		{"ACCENT1", 66, 133, 244},
		{"ACCENT2", 234, 67, 53},
		{"ACCENT3", 251, 188, 4},
		{"ACCENT4", 52, 168, 83},
		{"ACCENT5", 255, 109, 1},
		{"ACCENT6", 70, 189, 198},
		{"LINK", 17, 85, 204},
	}
	pairs := make([]*sheets.ThemeColorPair, len(palette))
	for i, p := range palette {
		c := &sheets.Color{Red: grid.ColorChannel(p.red), Green: grid.ColorChannel(p.green), Blue: grid.ColorChannel(p.blue)}
		pairs[i] = &sheets.ThemeColorPair{ColorType: p.name, Color: &sheets.ColorStyle{RgbColor: c}}
	}
	return pairs
}

// CheckProperties returns an error for a time zone that does not exist, or a text
// that is not a locale that Google supports.
func (ss *Spreadsheet) CheckProperties() error {
	p := &ss.Properties
	if _, err := time.LoadLocation(p.TimeZone); p.TimeZone != "" && (err != nil || p.TimeZone == "Local") {
		return rest.BadRequest("Invalid time zone: %s", p.TimeZone)
	}
	return checkLocale(p.Locale)
}
