package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is an OpenAPI document that exchanges are checked against.
type document struct {
	*openapi3.T
	mux *http.ServeMux // finds the document's path for that of a request
	// unrouted has the answers to paths and methods that the document lacks.
	unrouted *openapi3.Operation
	schemas  sync.Map // *openapi3.SchemaRef → *jsonschema.Schema
}

// readDocument reads openapi.yaml once for all tests.
var readDocument = sync.OnceValues(func() (*document, error) {
	content, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		return nil, err
	}
	return newDocument(content)
})

func newDocument(content []byte) (*document, error) {
	loaded, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return nil, err
	}
	d := &document{T: loaded, mux: http.NewServeMux()}
	for path := range d.Paths.Map() {
		d.mux.HandleFunc(patternOf(path), func(http.ResponseWriter, *http.Request) {})
	}
	var answers []openapi3.NewResponsesOption
	for status, name := range map[int]string{
		401: "Unauthenticated", 403: "Forbidden", 404: "RouteNotFound", 405: "MethodNotAllowed", 500: "Internal", 503: "Unavailable",
	} {
		response := d.Components.Responses[name]
		if response == nil {
			return nil, fmt.Errorf("the OpenAPI document has no components/responses/%s, which is an answer to paths and methods that are not in it", name)
		}
		answers = append(answers, openapi3.WithStatus(status, response))
	}
	d.unrouted = &openapi3.Operation{Responses: openapi3.NewResponses(answers...)}
	return d, nil
}

// patternOf returns the pattern of http.ServeMux for a path of the document.
func patternOf(path string) string {
	if path == "/" {
		return "/{$}"
	}
	return path
}

// find returns the operation for a request, nil if there is none, and the
// parameters with their values. The operation for HEAD is that for GET.
func (d *document) find(r *http.Request) (*openapi3.Operation, map[*openapi3.Parameter][]string) {
	r = r.Clone(r.Context())
	d.mux.ServeHTTP(httptest.NewRecorder(), r)
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	item := d.Paths.Value(strings.TrimSuffix(r.Pattern, "{$}"))
	if item == nil || item.GetOperation(method) == nil {
		return nil, nil
	}
	operation, query, given := item.GetOperation(method), r.URL.Query(), map[*openapi3.Parameter][]string{}
	for _, ref := range slices.Concat(item.Parameters, operation.Parameters) {
		switch p := ref.Value; p.In {
		case openapi3.ParameterInPath:
			given[p] = []string{r.PathValue(p.Name)}
		case openapi3.ParameterInQuery:
			given[p] = query[p.Name]
		case openapi3.ParameterInHeader:
			given[p] = joinedHeader(r.Header, p.Name)
		}
	}
	return operation, given
}

// joinedHeader returns a header as one value, RFC 9110, section 5.3.
func joinedHeader(header http.Header, name string) []string {
	if values := header.Values(name); len(values) > 0 {
		return []string{strings.Join(values, ", ")}
	}
	return nil
}

// checkValue validates a value. It compiles each schema once: to compile it for
// each value, as the library does, took most of the tests' time.
func (d *document) checkValue(schema *openapi3.SchemaRef, value any) error {
	compiled, ok := d.schemas.Load(schema)
	if !ok {
		var err error
		if compiled, err = d.compile(schema); err != nil {
			return err
		}
		d.schemas.Store(schema, compiled)
	}
	return compiled.(*jsonschema.Schema).Validate(value)
}

// compile compiles a schema as what it is since OpenAPI 3.1, JSON Schema, with
// the document's schemas, which it may refer to.
func (d *document) compile(schema *openapi3.SchemaRef) (*jsonschema.Schema, error) {
	text, err := json.Marshal(map[string]any{"components": map[string]any{"schemas": d.Components.Schemas}, "$defs": map[string]any{"it": schema}})
	if err != nil {
		return nil, err
	}
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi:document", resource); err != nil {
		return nil, err
	}
	return compiler.Compile("openapi:document#/$defs/it")
}
