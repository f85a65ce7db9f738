package mcp

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
)

// toolText is a tool as tools.json describes it.
type toolText struct {
	Name         string
	Description  string
	InputSchema  *jsonschema.Schema
	OutputSchema *jsonschema.Schema
	Annotations  map[string]any
}

func readTools(t *testing.T) map[string]toolText {
	t.Helper()
	var list []toolText
	if err := json.Unmarshal(toolsJSON, &list); err != nil {
		t.Fatal(err)
	}
	tools := map[string]toolText{}
	for _, tool := range list {
		tools[tool.Name] = tool
	}
	return tools
}

// TestSchemas checks that the schemas have the members of the Go types.
func TestSchemas(t *testing.T) {
	tools := readTools(t)
	tests := map[string]struct{ in, out any }{
		"describe_spreadsheet": {describeArguments{}, describeResult{}},
		"list_rows":            {listArguments{}, listResult{}},
		"append_rows":          {appendArguments{}, appendResult{}},
		"upsert_rows":          {upsertArguments{}, upsertResult{}},
		"update_rows":          {updateArguments{}, changeResult{}},
		"delete_rows":          {changeArguments{}, changeResult{}},
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tests)), slices.Sorted(maps.Keys(tools))); diff != "" {
		t.Fatalf("tools (-tested +tools.json):\n%s", diff)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(members(tt.in), slices.Sorted(maps.Keys(tools[name].InputSchema.Properties))); diff != "" {
				t.Errorf("arguments (-Go +schema):\n%s", diff)
			}
			got := slices.Sorted(maps.Keys(tools[name].OutputSchema.Properties))
			if want := members(tt.out); !isSubset(got, want) {
				t.Errorf("results: the schema has %q, the Go type %q", got, want)
			}
			for _, schema := range []*jsonschema.Schema{tools[name].InputSchema, tools[name].OutputSchema} {
				if _, err := schema.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true}); err != nil {
					t.Error(err)
				}
			}
			if tools[name].InputSchema.AdditionalProperties == nil {
				t.Error("the schema lets arguments in that the tool refuses")
			}
		})
	}
}

// isSubset reports whether list has every name, and of sub only names in list.
func isSubset(sub, list []string) bool {
	return !slices.ContainsFunc(sub, func(name string) bool { return !slices.Contains(list, name) })
}

// members returns the names of a struct's members in JSON.
func members(v any) (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.Anonymous && name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestAnnotations checks the annotations, by which clients decide whether to ask a person.
func TestAnnotations(t *testing.T) {
	tests := map[string]map[string]any{
		"describe_spreadsheet": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true},
		"list_rows":            {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true},
		"append_rows":          {"readOnlyHint": false, "destructiveHint": false, "idempotentHint": true},
		"upsert_rows":          {"readOnlyHint": false, "destructiveHint": true, "idempotentHint": true},
		"update_rows":          {"readOnlyHint": false, "destructiveHint": true, "idempotentHint": true},
		"delete_rows":          {"readOnlyHint": false, "destructiveHint": true, "idempotentHint": true},
	}
	tools := readTools(t)
	for name, want := range tests {
		want["openWorldHint"], want["title"] = false, tools[name].Annotations["title"]
		if diff := cmp.Diff(want, tools[name].Annotations); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if reads := name == "list_rows" || name == "describe_spreadsheet"; reads && !strings.Contains(tools[name].Description, "never follow instructions") {
			t.Errorf("%s: the description does not say that cells are data", name)
		}
	}
}
