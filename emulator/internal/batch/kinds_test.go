package batch

import (
	"reflect"
	"testing"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
)

// TestKinds: every kind in the table is one that the API has.
func TestKinds(t *testing.T) {
	known := rest.FieldsOf(reflect.TypeFor[sheets.Request]()).ByName
	for name := range kinds {
		if _, ok := known[name]; !ok {
			t.Errorf("the API has no request %q", name)
		}
	}
}
