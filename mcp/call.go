package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

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

// handle returns a handler that makes the call and returns its result. An error is a result
// too, so that the model gets it; clients do not show models errors of the protocol.
func handle(name string, do call) sdk.ToolHandler {
	return func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		if request, ok := ctx.Value(requestKey{}).(context.Context); ok {
			ctx = request
		}
		web.LogAttrs(ctx, slog.String("tool", name))
		value, err := recoverPanics(ctx, do, r.Params.Arguments)
		if err != nil {
			return errorResult(web.Explain(ctx, withToolHint(err))), nil
		}
		return successResult(value)
	}
}

// withToolHint replaces a hint in terms of a request's header or query by one in terms of
// the tool's arguments, or removes it.
func withToolHint(err error) error {
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

// recoverPanics makes the call, and returns a panic as an error: on a goroutine of the SDK it
// would end the process.
func recoverPanics(ctx context.Context, do call, arguments []byte) (value any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			web.LogAttrs(ctx, slog.String("stack_trace", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return do(ctx, arguments)
}

func successResult(value any) (*sdk.CallToolResult, error) {
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

func errorResult(e *web.Error) *sdk.CallToolResult {
	text, _ := json.Marshal(problem{e.Code, e.Detail, e.Hint, e.RetryAfter.Seconds()}) // texts and a number can be encoded
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: string(text)}}, IsError: true}
}
