package mcp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

// maxPreview is how many rows a preview shows.
const maxPreview = 20

// changeArguments are the arguments of delete_rows.
type changeArguments struct {
	Sheet       string   `json:"sheet"`
	Filters     []filter `json:"filters"`
	Match       string   `json:"match"`
	Token       string   `json:"token"`
	MaxAffected int      `json:"max_affected"`
	Header      int      `json:"header"`
}

// updateArguments are the arguments of update_rows.
type updateArguments struct {
	changeArguments
	Set jsontext.Value `json:"set"` // decoded by package table, which keeps digits
}

// changeResult is the result of update_rows and delete_rows, with Updated or Deleted where
// the change was made.
type changeResult struct {
	Preview  bool            `json:"preview"`
	Matched  *int            `json:"matched,omitempty"`
	Rows     json.RawMessage `json:"rows,omitempty"`
	Token    string          `json:"token,omitempty"`
	Updated  *int            `json:"updated,omitempty"`
	Deleted  *int            `json:"deleted,omitempty"`
	Numbers  []string        `json:"row_numbers,omitempty"`
	Replayed bool            `json:"replayed,omitempty"`

	PositionUnknown bool `json:"position_unknown,omitempty"`
}

func (t *tools) update(ctx context.Context, in updateArguments) (any, error) {
	options, err := in.options()
	if err != nil {
		return nil, err
	}
	if in.Set.Kind() != '{' {
		return nil, &table.Error{Code: table.BadRequest, Detail: "the argument set is missing, or is not an object"}
	}
	records, err := table.ParseRecords(in.Set)
	if err != nil {
		return nil, err
	}
	result, err := t.rows.UpdateRows(ctx, in.Sheet, options, records[0])
	if err != nil {
		return nil, err
	}
	if options.Rollback {
		return t.preview(ctx, &in.changeArguments, options, result.Count, result.ChangeResult)
	}
	return changeResult{Updated: &result.Count, Numbers: result.Rows, Replayed: result.Replayed, PositionUnknown: result.PositionUnknown}, nil
}

func (t *tools) delete(ctx context.Context, in changeArguments) (any, error) {
	options, err := in.options()
	if err != nil {
		return nil, err
	}
	result, err := t.rows.DeleteRows(ctx, in.Sheet, options)
	if err != nil {
		return nil, err
	}
	if options.Rollback {
		return t.preview(ctx, &in, options, result.Count, result.ChangeResult)
	}
	return changeResult{Deleted: &result.Count, Numbers: result.Rows, Replayed: result.Replayed, PositionUnknown: result.PositionUnknown}, nil
}

// options returns those of a preview, or of the change whose preview returned the token.
//
// A token is random text, which makes the call safe to repeat, a dot, and a version of the
// rows of the preview, which differs if they have changed since.
func (in *changeArguments) options() (table.WriteOptions, error) {
	options := table.WriteOptions{Header: in.Header, MaxAffected: in.MaxAffected, Rollback: in.Token == ""}
	if err := sheetRequired(in.Sheet); err != nil {
		return options, err
	}
	if len(in.Filters) == 0 {
		return options, &table.Error{Code: table.BadRequest, Detail: "no filter says which rows are meant", Hint: "add a filter to the argument filters"}
	}
	var err error
	if options.Filter, err = filterOf(in.Filters, in.Match); err != nil || in.Token == "" {
		return options, err
	}
	random, version, ok := strings.Cut(in.Token, ".")
	if !ok || len(random) < 20 || len(in.Token) > 100 {
		return options, &table.Error{Code: table.BadRequest, Detail: "the token is not one that a preview returned", Hint: "call without a token for a preview"}
	}
	options.Key, options.IfMatched = "token-"+in.Token, version
	return options, nil
}

// preview returns what would change.
func (t *tools) preview(ctx context.Context, in *changeArguments, options table.WriteOptions, count int, result table.ChangeResult) (any, error) {
	_, text, err := t.read(ctx, in.Sheet, table.Query{Header: options.Header, Filter: options.Filter, Limit: maxPreview, NoCache: true})
	if err != nil {
		return nil, err
	}
	return changeResult{Preview: true, Matched: &count, Rows: text, Token: rand.Text() + "." + result.Matched, Numbers: result.Rows}, nil
}
