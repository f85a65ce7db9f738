// Package mcp offers the rows of a spreadsheet to agents as tools of the Model Context
// Protocol, https://modelcontextprotocol.io, over streamable HTTP without sessions.
//
//	{Pattern: "POST /mcp", Serve: mcp.Serve(h.rows, h.bodies)},
//
// That line in a list of routes adds it. deploy/check/forks/agents.sh has the commands that
// remove it, and is run as a test.
// Callers are checked as those of every other route, by their ID tokens. There is no
// OAuth discovery: Google's ID tokens are not issued for it.
//
// # Tools
//
// tools.json is what a client gets for tools/list: names, descriptions, JSON Schemas and
// annotations. It is static, so nothing that a cell holds can become an instruction.
// list.go, write.go and change.go are what the tools do, each by one method of
// [service.Service]: with the cache, the limits and the errors of the routes.
//
// # Repeated calls
//
// An agent repeats a call whose answer was lost. append_rows and upsert_rows require an
// idempotency key, so that a repeated call stores nothing. update_rows and delete_rows
// return a preview with a token, and the call with that token changes exactly the rows of
// the preview, once.
//
// # Errors
//
// A call that fails has a result with isError and one text: a JSON object with the
// members code, message and hint of problem answers.
package mcp

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// maxMessage is the length of the longest message, in bytes. It is copied several times
// while it is parsed.
const maxMessage = 1 << 20

//go:embed tools.json
var toolsJSON []byte

// Serve returns a route that serves the tools over the rows. Bodies are read by bodies.
func Serve(rows *service.Service, bodies *web.Bodies) web.HandlerFunc {
	// The schemas are parsed at the first call, which costs a process nothing that gets none.
	e := &endpoint{bodies, sync.OnceValue(func() http.Handler { return newHandler(&tools{rows}) })}
	return e.callTool
}

type endpoint struct {
	bodies  *web.Bodies
	handler func() http.Handler
}

// callTool answers one message.
func (e *endpoint) callTool(w http.ResponseWriter, r *http.Request) error {
	message, release, err := e.bodies.Read(w, r)
	if err != nil {
		return err
	}
	defer release()
	if len(message) > maxMessage {
		return &web.Error{
			Code: web.CodeTooLarge, Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("the message is longer than %d bytes", maxMessage), Hint: "send fewer rows in one call",
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(message, " \t\r\n"), []byte("[")) {
		// Each call of a batch may take the time and memory of a request.
		return web.BadRequest("batches of messages are not served: send one message in a request")
	}
	// At the deadline the SDK would answer with nothing. The tool, which has the deadline, ends
	// then, and says whether rows were stored.
	r = r.WithContext(context.WithValue(context.WithoutCancel(r.Context()), requestKey{}, r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(message))
	answer := &response{header: w.Header()}
	e.handler().ServeHTTP(answer, r)
	return answer.send(w)
}

// response holds what the SDK answers, which is one JSON text, or an error as plain text.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(b []byte) (int, error) { return r.body.Write(b) }

// send sends the response; an error as plain text becomes a problem.
func (r *response) send(w http.ResponseWriter) error {
	media := r.header.Get("Content-Type")
	if strings.HasPrefix(media, "text/plain") {
		code, known := codes[r.status]
		if !known {
			return fmt.Errorf("answer %d of the protocol: %s", r.status, strings.TrimSpace(r.body.String()))
		}
		r.header.Del("Content-Type")
		return &web.Error{Code: code, Status: r.status, Detail: fmt.Sprintf("%.300s", strings.TrimSpace(r.body.String()))}
	}
	if r.status != 0 {
		w.WriteHeader(r.status)
	}
	_, err := r.body.WriteTo(w)
	return err
}

// codes are those of the SDK's answers in plain text.
var codes = map[int]string{
	http.StatusBadRequest:            web.CodeBadRequest,
	http.StatusForbidden:             web.CodeForbidden,
	http.StatusNotFound:              web.CodeRouteNotFound,
	http.StatusMethodNotAllowed:      web.CodeMethodNotAllowed,
	http.StatusRequestEntityTooLarge: web.CodeTooLarge,
	http.StatusUnsupportedMediaType:  web.CodeUnsupportedMedia,
}

// requestKey has the context of the HTTP request, with its deadline: the one that the SDK
// hands to tools has only its values.
type requestKey struct{}

func newHandler(t *tools) http.Handler {
	server := sdk.NewServer(&sdk.Implementation{Name: "sheets-function", Title: "Rows of a Google spreadsheet", Version: "1"},
		&sdk.ServerOptions{Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}}})
	calls := map[string]call{
		"describe_spreadsheet": callOf(t.describe),
		"list_rows":            callOf(t.list),
		"append_rows":          callOf(t.append),
		"upsert_rows":          callOf(t.upsert),
		"update_rows":          callOf(t.update),
		"delete_rows":          callOf(t.delete),
	}
	var list []*sdk.Tool
	if err := json.Unmarshal(toolsJSON, &list); err != nil {
		panic(err) // the tests read it too
	}
	for _, tool := range list {
		server.AddTool(tool, handle(tool.Name, calls[tool.Name]))
	}
	return sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return server }, &sdk.StreamableHTTPOptions{
		Stateless:    true,
		JSONResponse: true, // one response to one call needs no stream
		// Knative's queue-proxy calls over loopback with the Host that the client sent.
		// Where that is a risk, a program checks Host before this handler, as cmd/local does.
		DisableLocalhostProtection: true,
	})
}

// tools are what the tools do. Each method gets the arguments of a call, decoded.
type tools struct{ rows *service.Service }

// call does what a tool does with its arguments as JSON.
type call func(ctx context.Context, arguments []byte) (any, error)

// callOf decodes the arguments of calls. The SDK's own decoding would round numbers that a
// float64 does not hold, and ignore the case of names.
func callOf[In any](do func(context.Context, In) (any, error)) call {
	return func(ctx context.Context, arguments []byte) (any, error) {
		var in In
		if len(arguments) > 0 {
			if err := jsonv2.Unmarshal(arguments, &in, jsonv2.RejectUnknownMembers(true)); err != nil {
				return nil, argumentsError(err)
			}
		}
		return do(ctx, in)
	}
}

// argumentsError names the argument that cannot be decoded, without its value.
func argumentsError(err error) error {
	detail := "the arguments are not what the tool's inputSchema describes"
	if semantic, ok := errors.AsType[*jsonv2.SemanticError](err); ok && semantic.JSONPointer != "" {
		name := strings.TrimPrefix(string(semantic.JSONPointer), "/")
		detail = fmt.Sprintf("argument %.100q is not what the tool's inputSchema describes", name)
		if errors.Is(err, jsonv2.ErrUnknownName) {
			detail = fmt.Sprintf("there is no argument %.100q", name)
		}
	}
	return &table.Error{Code: table.BadRequest, Detail: detail, Hint: "read the tool's inputSchema from tools/list"}
}

// handle makes a handler of a call: its result, or its error as a tool's result, which
// the model reads; a protocol error would hide it.
func handle(name string, do call) sdk.ToolHandler {
	return func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		if request, ok := ctx.Value(requestKey{}).(context.Context); ok {
			ctx = request
		}
		web.LogAttrs(ctx, slog.String("tool", name))
		value, err := recoverPanics(ctx, do, r.Params.Arguments)
		if err != nil {
			return failed(web.Explain(ctx, inTerms(err))), nil
		}
		return succeeded(value)
	}
}

// inTerms returns an error with a hint in terms of a tool's arguments, or without one, where
// it has one in terms of a request's header or query.
func inTerms(err error) error {
	failed, ok := errors.AsType[*table.Error](err)
	if !ok {
		return err
	}
	adapted := *failed
	switch {
	case failed.Code == table.MaxAffected:
		adapted.Hint = "add a filter, or set the argument max_affected"
	case failed.Code == table.BadRequest && queryHint.MatchString(failed.Hint):
		adapted.Hint = ""
	default:
		return err
	}
	return &adapted
}

// queryHint matches hints that are a parameter of a query.
var queryHint = regexp.MustCompile(`^[^ {]+=`)

// recoverPanics makes an error of a panic, which on a goroutine of the SDK would end the
// process.
func recoverPanics(ctx context.Context, do call, arguments []byte) (value any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			web.LogAttrs(ctx, slog.String("stack_trace", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return do(ctx, arguments)
}

func succeeded(value any) (*sdk.CallToolResult, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: string(text)}}, StructuredContent: json.RawMessage(text)}, nil
}

// problem is the text of a failed call, with the names of problem answers.
type problem struct {
	Code       string  `json:"code"`
	Message    string  `json:"message"`
	Hint       string  `json:"hint,omitempty"`
	RetryAfter float64 `json:"retry_after_seconds,omitempty"`
}

func failed(e *web.Error) *sdk.CallToolResult {
	text, _ := json.Marshal(problem{e.Code, e.Detail, e.Hint, e.RetryAfter.Seconds()}) // texts and a number can be encoded
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: string(text)}}, IsError: true}
}
