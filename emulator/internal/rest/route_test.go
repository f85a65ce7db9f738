package rest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		path, request string
		want          map[string]string // nil = no match
	}{
		{"v4/spreadsheets", "v4/spreadsheets", map[string]string{}},
		{"v4/spreadsheets/{id}", "v4/spreadsheets/1x", map[string]string{"id": "1x"}},
		{"v4/spreadsheets/{id}", "v4/spreadsheets/", nil},
		{"v4/spreadsheets/{id}:batchUpdate", "v4/spreadsheets/1x:batchUpdate", map[string]string{"id": "1x"}},
		{"v4/spreadsheets/{id}:batchUpdate", "v4/spreadsheets/1x", nil},
		{"{id}/values/{range}", "1x/values/Sheet1!A1:B2", map[string]string{"id": "1x", "range": "Sheet1!A1:B2"}},
		{"{id}/values/{range}:append", "1x/values/A:B:append", map[string]string{"id": "1x", "range": "A:B"}},
		{"{id}/values/{range}", "1x/values/a%2Fb", map[string]string{"id": "1x", "range": "a/b"}},
		{"{id}/values/{range}", "1x/values/%zz", nil},
		{"{id}/values/{range}", "1x/values", nil},
	}
	for _, tt := range tests {
		rt := &Route{Path: tt.path}
		got, ok := rt.Match(strings.Split(tt.request, "/"))
		if diff := cmp.Diff(tt.want, got); ok != (tt.want != nil) || ok && diff != "" {
			t.Errorf("Match(%s) of %s = %v, %t, want %v", tt.request, tt.path, got, ok, tt.want)
		}
	}
}

func TestRPC(t *testing.T) {
	for name, want := range map[string]string{
		"sheets.spreadsheets.get":                                 "google.apps.sheets.v4.SpreadsheetsService.GetSpreadsheet",
		"sheets.spreadsheets.getByDataFilter":                     "google.apps.sheets.v4.SpreadsheetsService.GetSpreadsheetByDataFilter",
		"sheets.spreadsheets.values.append":                       "google.apps.sheets.v4.SpreadsheetsService.AppendValues",
		"drive.files.list":                                        "google.apps.drive.v3.DriveFiles.List",
		"iamcredentials.projects.serviceAccounts.signJwt":         "google.iam.credentials.v1.IAMCredentials.SignJwt",
		"sheets.spreadsheets.sheets.copyTo":                       "google.apps.sheets.v4.SpreadsheetsService.CopyToSheet",
		"sheets.spreadsheets.values.batchClearByDataFilter":       "google.apps.sheets.v4.SpreadsheetsService.BatchClearValuesByDataFilter",
		"sheets.spreadsheets.developerMetadata.search":            "google.apps.sheets.v4.SpreadsheetsService.SearchDeveloperMetadata",
		"iamcredentials.projects.serviceAccounts.generateIdToken": "google.iam.credentials.v1.IAMCredentials.GenerateIdToken",
	} {
		if got := (&Route{Name: name}).RPC(); got != want {
			t.Errorf("RPC of %s = %s, want %s", name, got, want)
		}
	}
}
