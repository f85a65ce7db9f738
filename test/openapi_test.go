package test

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/web"
)

func TestOpenAPI(t *testing.T) {
	want, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	answer := newWorld(t, nil).do("GET", "/openapi.yaml", "")
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "application/yaml" || answer.Body.String() != string(want) {
		t.Errorf("GET /openapi.yaml = %d %q, %d bytes, want the file", answer.Code, answer.Header().Get("Content-Type"), answer.Body.Len())
	}
}

func mustReadDocument(t *testing.T) *document {
	t.Helper()
	d, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// signature is what a route and an operation must agree on.
type signature struct {
	Handler     string // operationId
	Query, Path []string
	AnyQuery    bool // a parameter that is an object by its keys
}

// TestDocumentAgreesWithRoutes checks that openapi.yaml has an operation for each
// route, with the same parameters, and no other.
func TestDocumentAgreesWithRoutes(t *testing.T) {
	operations := operationsOf(mustReadDocument(t))
	for _, route := range new(function.Handler).Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		name := runtime.FuncForPC(reflect.ValueOf(route.Serve).Pointer()).Name()
		want := signature{Handler: strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "-fm"), Query: slices.Sorted(slices.Values(route.Query)), AnyQuery: route.AnyQuery}
		for part := range strings.SplitSeq(path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				want.Path = append(want.Path, strings.TrimSuffix(name, "}"))
			}
		}
		got, ok := operations[method+" "+path]
		delete(operations, method+" "+path)
		if !ok {
			t.Errorf("openapi.yaml has no operation for the route %s %s: add it under paths, %s, %s, with operationId %s, the parameters %q and its responses",
				method, path, path, strings.ToLower(method), want.Handler, slices.Concat(want.Path, want.Query))
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s in openapi.yaml (-route +operation):\n%s", method, path, diff)
		}
	}
	for name := range operations {
		t.Errorf("openapi.yaml has %s, which Routes does not have: delete the operation, or add the route", name)
	}
}

// operationsOf returns the document's operations by method and path.
func operationsOf(d *document) map[string]signature {
	operations := map[string]signature{}
	for path, item := range d.Paths.Map() {
		for method, operation := range item.Operations() {
			s := signature{Handler: operation.OperationID}
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				switch p.Value.In {
				case openapi3.ParameterInQuery:
					if p.Value.Schema.Value.Type.Is(openapi3.TypeObject) {
						s.AnyQuery = true
						continue
					}
					s.Query = append(s.Query, p.Value.Name)
				case openapi3.ParameterInPath:
					s.Path = append(s.Path, p.Value.Name)
				}
			}
			slices.Sort(s.Query)
			operations[method+" "+path] = s
		}
	}
	return operations
}

// codesOf returns the codes of a response that is a problem.
func codesOf(response *openapi3.ResponseRef) (codes []string) {
	media := response.Value.Content["application/problem+json"]
	if media == nil {
		return nil
	}
	for _, beside := range media.Schema.Value.AllOf { // what is beside $ref
		for _, code := range beside.Value.Properties["code"].Value.Enum {
			codes = append(codes, code.(string))
		}
	}
	return codes
}

// TestDocumentHasAllProblems checks that each operation has codes with their own
// statuses only, and that of events all codes.
func TestDocumentHasAllProblems(t *testing.T) {
	allowed, events := map[string]bool{}, map[string]bool{}
	notOfEvents := []string{
		web.CodeRouteNotFound, web.CodeMethodNotAllowed, web.CodeRangeNotSatisfiable,
		"max-affected", "not-acceptable", "PGRST116",
	}
	for code, status := range function.Statuses {
		allowed[fmt.Sprint(status, " ", code)] = true
		if !slices.Contains(notOfEvents, string(code)) {
			events[fmt.Sprint(function.EventStatus(code), " ", code)] = true
		}
	}
	allowed["503 token"] = true      // GET /health
	allowed["503 upstream"] = true   // the keys to check callers with cannot be fetched
	events["408 bad-request"] = true // the body was cut
	for path, item := range mustReadDocument(t).Paths.Map() {
		for method, operation := range item.Operations() {
			got := map[string]bool{}
			for status, response := range operation.Responses.Map() {
				for _, code := range codesOf(response) {
					got[status+" "+code] = true
				}
			}
			if path == "/events" { // brokers get statuses of their own
				if diff := cmp.Diff(events, got); diff != "" {
					t.Errorf("codes by status of %s %s (-problem.go +document):\n%s", method, path, diff)
				}
				continue
			}
			for pair := range got {
				if !allowed[pair] {
					t.Errorf("%s %s in openapi.yaml has %s, which problem.go does not have", method, path, pair)
				}
			}
		}
	}
}

// TestDocumentHasAllCodes checks that the document has each code, and no other: in
// a response, which an operation that was deleted may have left, and in Code.
func TestDocumentHasAllCodes(t *testing.T) {
	d := mustReadDocument(t)
	codes := map[string]bool{}
	for code := range function.Statuses {
		codes[string(code)] = true
	}
	inResponses, inEnum, inDescription := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, response := range d.Components.Responses {
		for _, code := range codesOf(response) {
			inResponses[code] = true
		}
	}
	schema := d.Components.Schemas["Code"].Value
	for _, code := range schema.Enum {
		inEnum[code.(string)] = true
	}
	for line := range strings.Lines(schema.Description) {
		if code, ok := strings.CutPrefix(line, "- "); ok {
			inDescription[strings.SplitN(code, ":", 2)[0]] = true
		}
	}
	for place, got := range map[string]map[string]bool{"components/responses": inResponses, "the enum of Code": inEnum, "the description of Code": inDescription} {
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Errorf("codes in %s (-problem.go +document):\n%s", place, diff)
		}
	}
}
