package emulator

import (
	"reflect"
	"testing"

	"google.golang.org/api/sheets/v4"
)

// TestKinds: every kind in the table is one that the API has.
func TestKinds(t *testing.T) {
	known := fieldsOf(reflect.TypeFor[sheets.Request]()).byName
	for name := range kinds {
		if _, ok := known[name]; !ok {
			t.Errorf("the API has no request %q", name)
		}
	}
}
