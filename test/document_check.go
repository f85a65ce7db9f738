package test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// check returns what in an answer is not as the document describes it, or in a
// request that should have been refused.
func (d *document) check(e *exchange) error {
	if e.request.Method == http.MethodOptions { // its answer is the document's own structure
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

// commonHeaders mean the same in answers of every API.
var commonHeaders = []string{
	"Connection", "Content-Length", "Content-Type", "Vary",
	"Cache-Control", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy", "X-Content-Type-Options",
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
}

func (d *document) checkAnswer(e *exchange, operation *openapi3.Operation) error {
	response := operation.Responses.Status(e.status)
	if response == nil {
		return errors.New("the status is not in the document: add it to the operation's responses in openapi.yaml")
	}
	allowed := slices.Clone(commonHeaders)
	for name, ref := range response.Value.Headers {
		allowed = append(allowed, http.CanonicalHeaderKey(name))
		if err := d.checkTexts(name, ref.Value.Required, false, ref.Value.Schema, joinedHeader(e.header, name)); err != nil {
			return err
		}
	}
	for name := range e.header {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("header %s is not in the document", name)
		}
	}
	// A response has no body if Prefer requests that, which a schema cannot express.
	noBody := len(response.Value.Content) == 0 || strings.Contains(e.request.Header.Get("Prefer"), "return=")
	if noBody && e.received.Len() == 0 && e.header.Get("Content-Type") == "" {
		return nil
	}
	if e.request.Method == http.MethodHead {
		e.received = excerpt{long: true} // net/http drops the body, which a recorder keeps
	}
	return d.checkBody(response.Value.Content, e.header.Get("Content-Type"), &e.received)
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
	form := strings.HasPrefix(media, "application/x-www-form-urlencoded")
	if form && !strings.HasPrefix(strings.TrimSpace(e.sent.String()), "{") && !strings.HasPrefix(strings.TrimSpace(e.sent.String()), "[") {
		return nil
	}
	if media == "" || form {
		media = "application/json" // what a document can only say in its descriptions
	}
	return d.checkBody(operation.RequestBody.Value.Content, media, &e.sent)
}

// checkTexts validates the values of a parameter or a header.
func (d *document) checkTexts(name string, required, list bool, schema *openapi3.SchemaRef, texts []string) error {
	if len(texts) == 0 && !required {
		return nil
	}
	values := []any{} // an empty list is [], not null
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
	text := bytes.TrimPrefix(body.Bytes(), []byte("\ufeff")) // a byte order mark is not part of it
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	return d.checkValue(media.Schema, value)
}
