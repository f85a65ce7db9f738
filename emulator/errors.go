package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// refusal is Google's text for an input that breaks a rule of the API: a 400.
// The data layer knows errors only as this and as unsupported.
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// unsupported names what the emulator lacks: a 501.
type unsupported string

func (u unsupported) Error() string {
	return fmt.Sprintf("emulator: %s is not emulated; emulator/README.md lists what is", string(u))
}

// failure is an error answer of the APIs before it takes the shape of one of them.
type failure struct {
	status  int
	message string
	item    errorItem // reason, domain and location, where they differ from the status's usual ones
	details []any
	header  map[string]string
}

func (f *failure) Error() string { return f.message }

// errorItem is one entry of errors[], the older half of Google's error bodies.
type errorItem struct {
	Message      string `json:"message"`
	Domain       string `json:"domain"`
	Reason       string `json:"reason"`
	Location     string `json:"location,omitempty"`
	LocationType string `json:"locationType,omitempty"`
}

type errorBody struct {
	Code    int         `json:"code"`
	Message string      `json:"message"`
	Errors  []errorItem `json:"errors,omitempty"`
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

// asFailure turns any error of the layers below into an error answer.
func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if u, ok := errors.AsType[unsupported](err); ok {
		return &failure{status: http.StatusNotImplemented, message: u.Error()}
	}
	return &failure{status: http.StatusBadRequest, message: err.Error()}
}

// answer shapes f as the API does. Sheets adds errors[] only for clients that
// send alt=json, as recorded answers to both kinds show. Drive always has
// errors[], and leaves out status where Drive itself refused (recorded 404)
// rather than the front end that checks tokens.
func (f *failure) answer(drive, altJSON bool) *answer {
	usual := statuses[f.status]
	item := f.item
	if item.Message == "" {
		item.Message = f.message
	}
	if item.Domain == "" {
		item.Domain = "global"
	}
	if item.Reason == "" {
		item.Reason = usual.reason
	}
	body := errorBody{Code: f.status, Message: f.message, Status: usual.code, Details: f.details}
	if drive || altJSON {
		body.Errors = []errorItem{item}
	}
	own := f.status == http.StatusBadRequest || f.status == http.StatusForbidden || f.status == http.StatusNotFound
	if drive && own && f.details == nil {
		body.Status = ""
	}
	a := jsonAnswer(f.status, indented(map[string]any{"error": body}))
	for name, value := range f.header {
		a.header.Set(name, value)
	}
	return a
}

func indented(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return []byte("{}\n")
	}
	return buf.Bytes()
}

// badRequest is the 400 of Google's JSON front end: its text twice, once as the
// message and once as the field violation (recorded).
func badRequest(violations ...violation) error {
	f := &failure{status: http.StatusBadRequest}
	for i, v := range violations {
		if i > 0 {
			f.message += "\n"
		}
		f.message += v.Description
	}
	f.details = []any{map[string]any{
		"@type":           "type.googleapis.com/google.rpc.BadRequest",
		"fieldViolations": violations,
	}}
	return f
}

type violation struct {
	Field       string `json:"field,omitempty"`
	Description string `json:"description"`
}

// errorInfo is the detail by which clients tell refusals apart.
func errorInfo(reason string, metadata map[string]string) map[string]any {
	return map[string]any{
		"@type":    "type.googleapis.com/google.rpc.ErrorInfo",
		"reason":   reason,
		"domain":   "googleapis.com",
		"metadata": metadata,
	}
}
