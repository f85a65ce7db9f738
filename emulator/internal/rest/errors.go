package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// BadRequestError is Google's text for an input that breaks a rule of the API: a 400.
// The data layer knows errors only as this and as unsupported.
type BadRequestError string

func (r BadRequestError) Error() string { return string(r) }

func BadRequest(format string, args ...any) error {
	return BadRequestError(fmt.Sprintf(format, args...))
}

// Unsupported names what the emulator lacks: a 501.
type Unsupported string

func (u Unsupported) Error() string {
	return fmt.Sprintf("emulator: %s is not emulated; emulator/README.md lists what is", string(u))
}

// Error is an error answer of the APIs before it takes the shape of one of them.
type Error struct {
	Status  int
	Message string
	Item    ErrorItem // reason, domain and location, where they differ from the status's usual ones
	Details []any
	Header  map[string]string
}

func (f *Error) Error() string { return f.Message }

// ErrorItem is one entry of errors[], the older half of Google's error bodies.
type ErrorItem struct {
	Message      string `json:"message"`
	Domain       string `json:"domain"`
	Reason       string `json:"reason"`
	Location     string `json:"location,omitempty"`
	LocationType string `json:"locationType,omitempty"`
}

type errorBody struct {
	Code    int         `json:"code"`
	Message string      `json:"message"`
	Errors  []ErrorItem `json:"errors,omitempty"`
	Status  string      `json:"status,omitempty"`
	Details []any       `json:"details,omitempty"`
}

// statuses gives the canonical code and the usual errors[].reason of a status.
var statuses = map[int]struct{ code, reason string }{
	http.StatusBadRequest:            {"INVALID_ARGUMENT", "badRequest"},
	http.StatusUnauthorized:          {"UNAUTHENTICATED", "authError"},
	http.StatusForbidden:             {"PERMISSION_DENIED", "forbidden"},
	http.StatusNotFound:              {"NOT_FOUND", "notFound"},
	http.StatusConflict:              {"ABORTED", "conflict"},
	http.StatusRequestEntityTooLarge: {"INVALID_ARGUMENT", "uploadTooLarge"},
	http.StatusTooManyRequests:       {"RESOURCE_EXHAUSTED", "rateLimitExceeded"},
	http.StatusInternalServerError:   {"INTERNAL", "backendError"},
	http.StatusNotImplemented:        {"UNIMPLEMENTED", "notImplemented"},
	http.StatusServiceUnavailable:    {"UNAVAILABLE", "backendError"},
}

// AsError turns any error of the layers below into an error answer.
func AsError(err error) *Error {
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	if u, ok := errors.AsType[Unsupported](err); ok {
		return &Error{Status: http.StatusNotImplemented, Message: u.Error()}
	}
	return &Error{Status: http.StatusBadRequest, Message: err.Error()}
}

// Response shapes f as the API does. Sheets adds errors[] only for clients that
// send alt=json, as recorded answers to both kinds show. Drive always has
// errors[], and leaves out status where Drive itself refused (recorded 404)
// rather than the front end that checks tokens.
func (f *Error) Response(drive, altJSON bool) *Response {
	usual := statuses[f.Status]
	item := f.Item
	if item.Message == "" {
		item.Message = f.Message
	}
	if item.Domain == "" {
		item.Domain = "global"
	}
	if item.Reason == "" {
		item.Reason = usual.reason
	}
	body := errorBody{Code: f.Status, Message: f.Message, Status: usual.code, Details: f.Details}
	if drive || altJSON {
		body.Errors = []ErrorItem{item}
	}
	own := f.Status == http.StatusBadRequest || f.Status == http.StatusForbidden || f.Status == http.StatusNotFound
	if drive && own && f.Details == nil {
		body.Status = ""
	}
	a := JSONResponse(f.Status, IndentedJSON(map[string]any{"error": body}))
	for name, value := range f.Header {
		a.Header.Set(name, value)
	}
	return a
}

func IndentedJSON(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return []byte("{}\n")
	}
	return buf.Bytes()
}

// invalidFields is the 400 of Google's JSON front end: its text twice, once as the
// message and once as the field violation (recorded).
func invalidFields(violations ...violation) error {
	f := &Error{Status: http.StatusBadRequest}
	for i, v := range violations {
		if i > 0 {
			f.Message += "\n"
		}
		f.Message += v.Description
	}
	f.Details = []any{map[string]any{
		"@type":           "type.googleapis.com/google.rpc.BadRequest",
		"fieldViolations": violations,
	}}
	return f
}

// Invalid returns the 400 of Google's JSON front end for one field of a request;
// an empty field stands for the request as a whole.
func Invalid(field, description string) error {
	return invalidFields(violation{Field: field, Description: description})
}

type violation struct {
	Field       string `json:"field,omitempty"`
	Description string `json:"description"`
}

// ErrorInfo is the detail by which clients tell refusals apart.
func ErrorInfo(reason string, metadata map[string]string) map[string]any {
	return map[string]any{
		"@type":    "type.googleapis.com/google.rpc.ErrorInfo",
		"reason":   reason,
		"domain":   "googleapis.com",
		"metadata": metadata,
	}
}

// WithPrefix returns err with a prefix that says which part of a request it is about;
// an Unsupported and an error that is not a 400 keep their text.
func WithPrefix(prefix string, err error) error {
	if _, ok := err.(Unsupported); ok {
		return err
	}
	f := *AsError(err)
	if f.Status == http.StatusBadRequest {
		f.Message = prefix + f.Message
	}
	return &f
}
