package test

import (
	"strings"
	"testing"
)

// TestDocumentIsValid validates openapi.yaml, with its examples, by the rules of
// OpenAPI 3.1.
func TestDocumentIsValid(t *testing.T) {
	d, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.1.") {
		t.Errorf("openapi = %s, want 3.1", d.OpenAPI)
	}
}
