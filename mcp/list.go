package mcp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"example.com/sheets-function/service/table"
)

const (
	// maxResult is the length of the rows of one result, in bytes: some ten thousand tokens
	// of a model. The first row is returned also where it is longer.
	maxResult = 60 << 10
	// maxFirstRow is the length of the longest row that is returned, in bytes.
	maxFirstRow = 512 << 10
	// defaultLimit is how many rows a call returns that does not say how many.
	defaultLimit = 100
)

// listArguments are the arguments of list_rows.
type listArguments struct {
	Sheet   string    `json:"sheet"`
	Filters []filter  `json:"filters"`
	Match   string    `json:"match"`
	Select  []string  `json:"select"`
	Order   []orderBy `json:"order"`
	Limit   *int      `json:"limit"`
	Cursor  string    `json:"cursor"`
	Values  string    `json:"values"`
	Header  int       `json:"header"`
}

type orderBy struct {
	Column     string `json:"column"`
	Descending bool   `json:"descending"`
}

// listResult is the result of list_rows.
type listResult struct {
	Rows    json.RawMessage `json:"rows"`
	Count   int             `json:"count"`
	Total   int             `json:"total"`
	Cursor  string          `json:"cursor,omitempty"`
	Changed bool            `json:"changed,omitempty"`
}

func (t *tools) list(ctx context.Context, in listArguments) (any, error) {
	query, err := in.query()
	if err != nil {
		return nil, err
	}
	at, err := parseCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	query.Offset = at.Offset
	rows, text, err := t.read(ctx, in.Sheet, query)
	if err != nil {
		return nil, err
	}
	result := listResult{Rows: text, Count: rows.Count, Total: rows.Total, Changed: at.Version != "" && at.Version != rows.Version}
	if rows.Next > 0 {
		result.Cursor = cursor{rows.Next, rows.Version}.String()
	}
	return result, nil
}

// read returns rows and their JSON. Where that is too long, it returns fewer.
func (t *tools) read(ctx context.Context, sheet string, query table.Query) (table.Rows, []byte, error) {
	for {
		rows, err := t.rows.ListRows(ctx, sheet, query)
		if err != nil {
			return rows, nil, err
		}
		size := rows.Size()
		if size > maxResult && rows.Count > 1 {
			query.Limit = max(1, min(rows.Count/2, rows.Count*maxResult/size))
			query.NoCache = false // they have just been read
			continue
		}
		if size > maxFirstRow {
			return rows, nil, &table.Error{
				Code: table.TooLarge, Detail: fmt.Sprintf("a row takes %d bytes: one result has up to %d", size, maxFirstRow),
				Hint: "name the columns to return in select",
			}
		}
		release, err := t.rows.Hold(rows)
		if err != nil {
			return rows, nil, err
		}
		defer release()
		var text bytes.Buffer
		_, err = rows.WriteTo(&text)
		return rows, text.Bytes(), err
	}
}

func (in *listArguments) query() (q table.Query, err error) {
	if err := sheetRequired(in.Sheet); err != nil {
		return q, err
	}
	q.Header, q.Render, q.Limit = in.Header, table.Render(in.Values), defaultLimit
	if in.Limit != nil {
		if q.Limit = *in.Limit; q.Limit < 1 || q.Limit > maxRows {
			return q, &table.Error{Code: table.BadRequest, Detail: fmt.Sprintf("limit %d: want 1 to %d", q.Limit, maxRows), Hint: "read the other rows by the result's cursor"}
		}
	}
	for _, by := range in.Order {
		q.Order = append(q.Order, table.Sort{Column: by.Column, Descending: by.Descending})
	}
	if q.Select, err = table.ParseSelect(strings.Join(in.Select, ",")); err != nil {
		return q, err
	}
	q.Filter, err = filterOf(in.Filters, in.Match)
	return q, err
}

// cursor is where a result ends.
type cursor struct {
	Offset  int    `json:"o"`
	Version string `json:"v"` // of the sheet
}

// String returns the cursor as callers get it.
func (c cursor) String() string {
	text, _ := json.Marshal(c) // a number and a string can be encoded
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(text string) (c cursor, err error) {
	if text == "" {
		return c, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(decoded, &c)
	}
	if err != nil || c.Offset < 1 {
		return c, &table.Error{Code: table.BadRequest, Detail: "the cursor is not one that list_rows returned", Hint: "copy the result's cursor, or leave it out to start again"}
	}
	return c, nil
}
