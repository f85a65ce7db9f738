package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// BadRequestError is Google's text for an input that breaks a rule of an API.
// Its status is 400.
type BadRequestError string

func (e BadRequestError) Error() string { return string(e) }

// BadRequest returns a [BadRequestError] with a formatted text.
func BadRequest(format string, args ...any) error {
	return BadRequestError(fmt.Sprintf(format, args...))
}

// Unsupported is an error that names what the emulator lacks. Its status is 501.
type Unsupported string

func (u Unsupported) Error() string {
	return fmt.Sprintf("emulator: %s is not emulated; emulator/README.md lists what is", string(u))
}

// Error is an error of an API with all that its body can have. The body takes
// the shape of the API in [Error.Response].
type Error struct {
	Status  int
	Message string
	Item    ErrorItem // fields that differ from the usual ones of the status
	Details []any
	Header  map[string]string
}

func (e *Error) Error() string { return e.Message }

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

// statuses are the canonical code and the usual errors[].reason of a status.
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

// noRetry is in the header of a 501: many clients repeat what fails with 5xx.
// The first ends that for clients that read it (those that Stainless
// generates), the second makes those that honour it for 5xx repeat without
// waiting.
var noRetry = map[string]string{"X-Should-Retry": "false", "Retry-After": "0"}

// AsError returns any error as an [Error]: a [BadRequestError] and errors of
// other types have the status 400, [Unsupported] has 501.
func AsError(err error) *Error {
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	if u, ok := errors.AsType[Unsupported](err); ok {
		return &Error{Status: http.StatusNotImplemented, Message: u.Error(), Header: noRetry}
	}
	return &Error{Status: http.StatusBadRequest, Message: err.Error()}
}

// Response returns the response in the shape of the API. Sheets has errors[]
// only for clients that send alt=json, as recorded responses to both kinds show.
// Drive always has errors[], and omits status where Drive itself (recorded 404)
// returned the error, not the front end that checks tokens.
func (e *Error) Response(drive, altJSON bool) *Response {
	usual := statuses[e.Status]
	item := e.Item
	if item.Message == "" {
		item.Message = e.Message
	}
	if item.Domain == "" {
		item.Domain = "global"
	}
	if item.Reason == "" {
		item.Reason = usual.reason
	}
	body := errorBody{Code: e.Status, Message: e.Message, Status: usual.code, Details: e.Details}
	if drive || altJSON {
		body.Errors = []ErrorItem{item}
	}
	own := e.Status == http.StatusBadRequest || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound
	if drive && own && e.Details == nil {
		body.Status = ""
	}
	res := JSONResponse(e.Status, IndentedJSON(map[string]any{"error": body}))
	for name, value := range e.Header {
		res.Header.Set(name, value)
	}
	return res
}

// IndentedJSON encodes a value as Google indents errors and small responses. The
// value must be one that encodes, such as a map of strings.
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

// invalidFields returns the 400 of Google's JSON front end. It has the text
// twice: in the message and in the field violation (recorded).
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
// an empty field is the request as a whole.
func Invalid(field, description string) error {
	return invalidFields(violation{Field: field, Description: description})
}

type violation struct {
	Field       string `json:"field,omitempty"`
	Description string `json:"description"`
}

// ErrorInfo returns the detail of type google.rpc.ErrorInfo, whose reason
// distinguishes errors of one status.
func ErrorInfo(reason string, metadata map[string]string) map[string]any {
	return map[string]any{
		"@type":    "type.googleapis.com/google.rpc.ErrorInfo",
		"reason":   reason,
		"domain":   "googleapis.com",
		"metadata": metadata,
	}
}

// WithPrefix returns a 400 with a prefix that names the part of the request that
// caused it. Other errors, Unsupported among them, are returned as they are.
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
