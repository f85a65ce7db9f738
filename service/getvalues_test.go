package service

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestDecodeValues(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		want         string // the cells' JSON
		fails        bool
	}{
		{"rows", `{"values":[["a",1.50,true],[],["\u003c"]]}`, `["a" 1.50 true][]["\u003c"]`, false},
		{"other fields", `{"range":"A1","values":[["a"]],"majorDimension":"ROWS"}`, `["a"]`, false},
		{"an empty sheet", `{}`, "", false},
		{"cut in a cell", `{"values":[["a`, "", true},
		{"cut between rows", `{"values":[["a"],`, `["a"]`, true},
		{"cut before the end", `{"values":[["a"]]`, `["a"]`, true},
		{"a page", `<!DOCTYPE html>`, "", true},
		{"values that are not rows", `{"values":[1]}`, "", true},
		{"an array", `[]`, "", true},
		{"nothing", ``, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			err := decodeValues(jsontext.NewDecoder(strings.NewReader(tt.answer)), func(row []jsontext.Value) error {
				got += fmt.Sprint(row)
				return nil
			})
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("decodeValues(%s) = %s, %v, want %s, error %v", tt.answer, got, err, tt.want, tt.fails)
			}
		})
	}
}
