package emulator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator/internal/rest"
)

// TestEnums: the table of enumerations is that of the discovery document of Sheets.
func TestEnums(t *testing.T) {
	want := map[string][]string{}
	for name, schema := range readDocuments(t)[0].Schemas {
		for property, p := range schema.Properties {
			values := p.Enum
			if p.Items != nil {
				values = p.Items.Enum
			}
			if values != nil {
				want[name+"."+property] = values
			}
		}
	}
	if diff := cmp.Diff(want, rest.EnumNames()); diff != "" {
		t.Errorf("enums.txt (-document +file):\n%s", diff)
	}
}
