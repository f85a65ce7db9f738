package auth

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseScopes(t *testing.T) {
	const drive, sheets = scopePrefix + "drive", scopePrefix + "spreadsheets"
	tests := []struct {
		name, list string
		want       Scopes
		wantErr    string
	}{
		{"short names", "drive,spreadsheets", Scopes{drive, sheets}, ""},
		{"full URLs, sorted", sheets + "," + drive, Scopes{drive, sheets}, ""},
		{"duplicates in both spellings", "drive, " + drive + ",drive", Scopes{drive}, ""},
		{"blanks around items", " drive ,\n spreadsheets ", Scopes{drive, sheets}, ""},
		{"a scope that has no short name", "https://mail.google.com/", Scopes{"https://mail.google.com/"}, ""},
		{"empty", " ", nil, "names no scope"},
		{"empty item", "drive,,spreadsheets", nil, "empty item"},
		{"trailing comma", "drive,", nil, "empty item"},
		{"separated by blanks: the metadata server would return 500", "drive spreadsheets", nil, "separate scopes with commas"},
		{"separated by plus", sheets + "+" + drive, nil, "separate scopes with commas"},
		{"misspelt short name", "spreadsheet", nil, `unknown scope "spreadsheet"`},
		{"http", "http://www.googleapis.com/auth/drive", nil, "is not a scope"},
		{"prefix alone", scopePrefix, nil, "is not a scope"},
		{"no-break space", "drive\u00a0spreadsheets", nil, "separate scopes with commas"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseScopes(tt.list)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseScopes(%q) (-want +got):\n%s", tt.list, diff)
			}
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("ParseScopes(%q) = %v, want %q", tt.list, err, tt.wantErr)
			}
		})
	}
}

func FuzzParseScopes(f *testing.F) {
	for _, seed := range []string{"drive,spreadsheets", " ", ",", "https://a/b,drive", "https://%zz/", "drive\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		set, err := ParseScopes(list)
		if err != nil {
			return
		}
		again, err := ParseScopes(set.String())
		if err != nil || !cmp.Equal(set, again) {
			t.Errorf("ParseScopes(%q) = %q, which reads back as %q, %v", list, set, again, err)
		}
	})
}
