package test

import "testing"

// TestListPace checks that no more calls are made than the quota allows, however
// many requests come.
func TestListPace(t *testing.T) {
	tests := []struct {
		name    string
		sheets  int
		query   string
		refused bool // some requests find no room before their deadline
	}{
		{"one sheet", 1, "", false},
		{"one sheet as text", 1, "?values=text", false},
		{"twenty sheets", 20, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { testPace(t, tt.sheets, tt.query, tt.refused, nil) })
	}
}
