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
// describe.go, list.go, write.go and change.go have the tools. Each calls one method of
// [service.Service], and has the cache, the limits and the errors of the routes. filter.go
// makes conditions of filters, and call.go decodes arguments and encodes results and errors.
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
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/sheets-function/service"
	"example.com/sheets-function/web"
)

// maxMessage is the length of the longest message, in bytes. It is copied several times
// while it is parsed.
const maxMessage = 1 << 20

//go:embed tools.json
var toolsJSON []byte

// Serve returns a handler that serves the tools. They read and write rows; bodies limits
// the length and memory of messages. It is safe for concurrent use.
func Serve(rows *service.Service, bodies *web.Bodies) web.HandlerFunc {
	// The schemas are parsed at the first call, so that a process without calls does not pay
	// for them.
	e := &endpoint{bodies, sync.OnceValue(func() http.Handler { return newHandler(&tools{rows}) })}
	return e.callTool
}

type endpoint struct {
	bodies  *web.Bodies
	handler func() http.Handler
}

// callTool answers one message. Its name is the operation of openapi.yaml.
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
	// At the deadline the SDK would send an empty answer. So only the tool has the deadline: it
	// returns then, with whether rows were stored.
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
		return &web.Error{Code: code, Status: r.status, Detail: fmt.Sprintf("%.*s", maxErrorText, strings.TrimSpace(r.body.String()))}
	}
	answer := cutError(r.body.Bytes())
	if r.status != 0 {
		w.WriteHeader(r.status)
	}
	_, err := w.Write(answer)
	return err
}

// maxErrorText is how many characters of an error of the SDK are sent: it quotes what the
// caller has sent.
const maxErrorText = 300

// cutError returns an answer with the beginning only of the error in it, if it has one.
func cutError(answer []byte) []byte {
	var failed struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *struct {
			Code    int64           `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data,omitempty"`
		} `json:"error"`
	}
	if len(answer) <= maxErrorText || json.Unmarshal(answer, &failed) != nil || failed.Error == nil {
		return answer
	}
	failed.Error.Message = fmt.Sprintf("%.*s", maxErrorText, failed.Error.Message)
	if len(failed.Error.Data) > maxErrorText {
		failed.Error.Data = nil
	}
	cut, err := json.Marshal(failed)
	if err != nil {
		return answer
	}
	return cut
}

// codes are the error codes for the statuses of the SDK's answers in plain text.
var codes = map[int]string{
	http.StatusBadRequest:            web.CodeBadRequest,
	http.StatusForbidden:             web.CodeForbidden,
	http.StatusNotFound:              web.CodeRouteNotFound,
	http.StatusMethodNotAllowed:      web.CodeMethodNotAllowed,
	http.StatusRequestEntityTooLarge: web.CodeTooLarge,
	http.StatusUnsupportedMediaType:  web.CodeUnsupportedMedia,
}

// requestKey is the key of the HTTP request's context, which has a deadline: the context
// that the SDK passes to tools has only its values.
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

// tools has a method for each tool, which takes the decoded arguments of a call.
type tools struct{ rows *service.Service }
