package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/sheets-function/service/table"
)

// TestPanic checks that a panic of a tool is an error that says nothing of the cause, and
// does not end the process.
func TestPanic(t *testing.T) {
	result, err := handle("x", func(context.Context, []byte) (any, error) { panic("secret") })(
		t.Context(), &sdk.CallToolRequest{Params: &sdk.CallToolParamsRaw{}})
	if err != nil || !result.IsError {
		t.Fatalf("result %+v, %v", result, err)
	}
	text := result.Content[0].(*sdk.TextContent).Text
	if !strings.Contains(text, `"code":"internal"`) || strings.Contains(text, "secret") || strings.Contains(text, "goroutine") {
		t.Errorf("text %s", text)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{Offset: 7, Version: "abc"}.String())
	f.Add("x")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		if err != nil || text == "" {
			return
		}
		if again, err := parseCursor(c.String()); err != nil || again != c || c.Offset < 1 {
			t.Errorf("cursor %q is %+v, and again %+v, %v", text, c, again, err)
		}
	})
}

// FuzzFilters checks that filters of any JSON are a filter of package table, or an error
// that says what is wrong.
func FuzzFilters(f *testing.F) {
	f.Add(`[{"column":"id","operator":"in","value":[1,"2",true]}]`, "any")
	f.Add(`[{"column":"id","operator":"is","value":null,"not":true}]`, "")
	f.Fuzz(func(t *testing.T, text, match string) {
		var filters []filter
		if json.Unmarshal([]byte(text), &filters) != nil {
			return
		}
		got, err := filterOf(filters, match)
		if err == nil {
			err = got.Validate()
		}
		if failed, ok := errors.AsType[*table.Error](err); err != nil && (!ok || failed.Detail == "") {
			t.Errorf("filters %s: %v, want an error with a detail", text, err)
		}
	})
}
