package function

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is openapi.yaml, ready to hold requests and answers against.
type document struct {
	*openapi3.T
	mux *http.ServeMux // finds the document's path for that of a request
	// unrouted are the answers to what the document does not have.
	unrouted *openapi3.Operation
	schemas  sync.Map // *openapi3.SchemaRef → *jsonschema.Schema
}

// readDocument reads it once for all tests.
var readDocument = sync.OnceValues(func() (*document, error) {
	loaded, err := openapi3.NewLoader().LoadFromData(openAPI)
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
		answers = append(answers, openapi3.WithStatus(status, d.Components.Responses[name]))
	}
	d.unrouted = &openapi3.Operation{Responses: openapi3.NewResponses(answers...)}
	return d, nil
})

// patternOf is the document's path as ServeMux has it.
func patternOf(path string) string {
	if path == "/" {
		return "/{$}"
	}
	return path
}

// exchange is a request and its answer, as far as they are kept.
type exchange struct {
	request *http.Request
	sent    excerpt
	status  int
	header  http.Header
	body    excerpt
}

// excerpt keeps what is written to it, unless it is long: nothing is learnt from
// the ten-thousandth row, and a file that is streamed must not end in memory.
type excerpt struct {
	bytes.Buffer
	long bool
}

func (e *excerpt) Write(b []byte) (int, error) {
	const most = 16 << 10
	if e.long = e.long || e.Len()+len(b) > most; e.long {
		return len(b), nil
	}
	return e.Buffer.Write(b)
}

// watch runs the handler and notes what goes in and comes out.
func watch(h http.Handler, w http.ResponseWriter, r *http.Request) *exchange {
	e := &exchange{request: r.Clone(r.Context())}
	if r.Body != nil {
		r = r.WithContext(r.Context()) // the body is changed in a copy
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, &e.sent), r.Body}
	}
	h.ServeHTTP(&watchedWriter{w, e}, r)
	if e.status == 0 { // net/http's own
		e.status, e.header = http.StatusOK, w.Header().Clone()
	}
	return e
}

type watchedWriter struct {
	http.ResponseWriter
	e *exchange
}

func (w *watchedWriter) WriteHeader(status int) {
	if w.e.status == 0 {
		w.e.status, w.e.header = status, w.Header().Clone()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if w.e.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	_, _ = w.e.body.Write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// find returns the operation for a request, nil if there is none, and the
// parameters with their values. What a GET answers is what a HEAD does.
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
			given[p] = joined(r.Header, p.Name)
		}
	}
	return operation, given
}

// check returns what in the answer is not as the document says, or in a request
// that was served all the same.
func (d *document) check(e *exchange) error {
	if e.request.Method == http.MethodOptions { // tells what the document tells
		return nil
	}
	operation, given := d.find(e.request)
	if operation == nil {
		operation = d.unrouted
	}
	if err := d.checkAnswer(e, operation); err != nil {
		return fmt.Errorf("answer %d: %w", e.status, err)
	}
	if e.status >= http.StatusBadRequest {
		return nil
	}
	if err := d.checkRequest(e, operation, given); err != nil {
		return fmt.Errorf("answer %d to a request that should be refused: %w", e.status, err)
	}
	return nil
}

func (d *document) checkAnswer(e *exchange, operation *openapi3.Operation) error {
	response := operation.Responses.Status(e.status)
	if response == nil {
		return errors.New("the status is not in the document")
	}
	known := slices.Clone(plainHeaders)
	for name, ref := range response.Value.Headers {
		known = append(known, http.CanonicalHeaderKey(name))
		if err := d.checkTexts(name, ref.Value.Required, false, ref.Value.Schema, joined(e.header, name)); err != nil {
			return err
		}
	}
	for name := range e.header {
		if !slices.Contains(known, name) {
			return fmt.Errorf("header %s is not in the document", name)
		}
	}
	if len(response.Value.Content) == 0 && e.body.Len() == 0 && e.header.Get("Content-Type") == "" {
		return nil
	}
	if e.request.Method == http.MethodHead {
		e.body = excerpt{long: true} // what there is of it in a test, net/http drops
	}
	return d.checkBody(response.Value.Content, e.header.Get("Content-Type"), &e.body)
}

// joined is a header as one value, RFC 9110, section 5.3.
func joined(header http.Header, name string) []string {
	if values := header.Values(name); len(values) > 0 {
		return []string{strings.Join(values, ", ")}
	}
	return nil
}

// plainHeaders mean the same in answers of every API.
var plainHeaders = []string{
	"Connection", "Content-Length", "Content-Type", "Vary",
	"Cache-Control", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy", "X-Content-Type-Options",
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
}

func (d *document) checkRequest(e *exchange, operation *openapi3.Operation, given map[*openapi3.Parameter][]string) error {
	for p, values := range given {
		list := p.Schema.Value.Type.Is(openapi3.TypeArray)
		if list && !*p.Explode && len(values) > 0 {
			values = strings.Split(values[0], ",")
		}
		if err := d.checkTexts(p.Name, p.Required, list, p.Schema, values); err != nil {
			return err
		}
	}
	if operation.RequestBody == nil {
		return nil
	}
	media := e.request.Header.Get("Content-Type")
	if media == "" || strings.HasPrefix(media, "application/x-www-form-urlencoded") {
		media = "application/json" // a document can only say so in words
	}
	return d.checkBody(operation.RequestBody.Value.Content, media, &e.sent)
}

// checkTexts holds the values of a parameter or a header against its schema.
func (d *document) checkTexts(name string, required, list bool, schema *openapi3.SchemaRef, texts []string) error {
	if len(texts) == 0 && !required {
		return nil
	}
	values := []any{} // none is an empty list, not null
	for _, text := range texts {
		var value any = text
		if t := schema.Value.Type; t.Is(openapi3.TypeInteger) || t.Is(openapi3.TypeBoolean) {
			if number, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err == nil {
				value = number
			}
		}
		values = append(values, value)
	}
	var err error
	switch {
	case list:
		err = d.checkValue(schema, values)
	case len(values) != 1:
		err = fmt.Errorf("given %d times", len(values))
	default:
		err = d.checkValue(schema, values[0])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (d *document) checkBody(content openapi3.Content, mediaType string, body *excerpt) error {
	media := content.Get(mediaType)
	switch {
	case media == nil:
		return fmt.Errorf("a body of type %q is not in the document", mediaType)
	case media.Schema == nil || body.long:
		return nil
	case strings.HasPrefix(mediaType, "text/csv"):
		return d.checkValue(media.Schema, body.String())
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body.Bytes()))
	if err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	return d.checkValue(media.Schema, value)
}

// checkValue compiles each schema once, where the library would do it for each
// value, in most of the time that the tests took.
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

// compile reads the schema as what it is since OpenAPI 3.1, JSON Schema, beside
// those that it may refer to.
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
