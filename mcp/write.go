package mcp

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

// maxRows is how many rows one call writes or returns.
const maxRows = 1000

// appendArguments are the arguments of append_rows.
type appendArguments struct {
	Sheet          string         `json:"sheet"`
	Rows           jsontext.Value `json:"rows"` // decoded by package table, which keeps digits
	IdempotencyKey string         `json:"idempotency_key"`
	Header         int            `json:"header"`
}

// appendResult is the result of append_rows.
type appendResult struct {
	table.AppendResult
	Replayed bool `json:"replayed"`
}

func (t *tools) append(ctx context.Context, in appendArguments) (any, error) {
	records, err := in.records()
	if err != nil {
		return nil, err
	}
	result, err := t.rows.AppendRows(ctx, in.Sheet, table.WriteOptions{Header: in.Header, Key: in.IdempotencyKey}, records)
	return appendResult{result, result.Replayed}, err
}

// upsertArguments are the arguments of upsert_rows.
type upsertArguments struct {
	appendArguments
	OnConflict []string `json:"on_conflict"`
	Duplicates string   `json:"duplicates"`
}

// upsertResult is the result of upsert_rows.
type upsertResult struct {
	Updated  int      `json:"updated"`
	Appended int      `json:"appended"`
	Rows     []string `json:"row_numbers,omitempty"`
	Replayed bool     `json:"replayed"`

	PositionUnknown bool `json:"position_unknown,omitempty"`
}

func (t *tools) upsert(ctx context.Context, in upsertArguments) (any, error) {
	records, err := in.records()
	if err != nil {
		return nil, err
	}
	if len(in.OnConflict) == 0 {
		return nil, &table.Error{Code: table.BadRequest, Detail: "no column identifies the rows", Hint: `add the argument on_conflict, such as ["id"]`}
	}
	switch in.Duplicates {
	case "", "merge", "ignore":
	default:
		return nil, &table.Error{Code: table.BadRequest, Detail: fmt.Sprintf("duplicates %.100q: want merge or ignore", in.Duplicates)}
	}
	result, err := t.rows.UpsertRows(ctx, in.Sheet, table.WriteOptions{
		Header: in.Header, Key: in.IdempotencyKey, OnConflict: in.OnConflict, IgnoreDuplicates: in.Duplicates == "ignore",
	}, records)
	return upsertResult{result.Updated, result.Appended, result.Rows, result.Replayed, result.PositionUnknown}, err
}

// records returns the rows of a call that may be repeated.
func (in *appendArguments) records() ([]table.Record, error) {
	if in.IdempotencyKey == "" {
		return nil, &table.Error{
			Code:   table.BadRequest,
			Detail: "the argument idempotency_key is missing, so nothing was stored",
			Hint:   "add idempotency_key: a new random text such as a UUID for these rows, and the same text when this call is repeated",
		}
	}
	if kind := in.Rows.Kind(); kind != '[' {
		return nil, &table.Error{Code: table.BadRequest, Detail: "the argument rows is missing, or is not an array of objects"}
	}
	records, err := table.ParseRecords(in.Rows)
	if err == nil && len(records) > maxRows {
		err = &table.Error{Code: table.TooLarge, Detail: fmt.Sprintf("%d rows: one call stores up to %d", len(records), maxRows), Hint: "make several calls, each with an idempotency_key of its own"}
	}
	return records, err
}

// sheetRequired returns an error if the title of a sheet is missing.
func sheetRequired(title string) error {
	if title == "" {
		return &table.Error{Code: table.BadRequest, Detail: "the argument sheet is missing", Hint: "call describe_spreadsheet for the titles"}
	}
	return nil
}
