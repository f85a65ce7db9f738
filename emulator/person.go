package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Enter types text into a cell in A1 notation as a person does in Sheets: "3" becomes a
// number, "=A1" a formula. The person needs the role writer, and no token: faults,
// quotas, scopes and disabled APIs do not concern Sheets itself, and there is no call in
// the log.
func (s *Server) Enter(ctx context.Context, email, id, title, cell, text string) error {
	vars := map[string]string{"spreadsheetId": id, "range": grid.QuoteTitle(title) + "!" + cell}
	query := url.Values{"valueInputOption": {"USER_ENTERED"}}
	if err := s.act(ctx, email, "sheets.spreadsheets.values.update", vars, query, map[string]any{"values": [][]string{{text}}}); err != nil {
		return fmt.Errorf("enter %s as %s: %w", cell, email, err)
	}
	return nil
}

// InsertRow inserts an empty row before a row, counted from 1, as a person does in
// Sheets; see [Server.Enter].
func (s *Server) InsertRow(ctx context.Context, email, id, title string, row int) error {
	return s.changeRow(ctx, email, id, title, row, "insertDimension")
}

// DeleteRow deletes a row, counted from 1, as a person does in Sheets; see
// [Server.Enter].
func (s *Server) DeleteRow(ctx context.Context, email, id, title string, row int) error {
	return s.changeRow(ctx, email, id, title, row, "deleteDimension")
}

// AddSheet adds an empty sheet at the end, as a person does in Sheets, and fills its
// first row; see [Server.Enter].
func (s *Server) AddSheet(ctx context.Context, email, id, title string, header ...string) error {
	body := map[string]any{"requests": []any{map[string]any{"addSheet": map[string]any{"properties": map[string]any{"title": title}}}}}
	if err := s.act(ctx, email, "sheets.spreadsheets.batchUpdate", map[string]string{"spreadsheetId": id}, nil, body); err != nil {
		return fmt.Errorf("add sheet %q as %s: %w", title, email, err)
	}
	for i, name := range header {
		if err := s.Enter(ctx, email, id, title, grid.ColumnLetters(i)+"1", name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) changeRow(ctx context.Context, email, id, title string, row int, kind string) error {
	overview, err := s.Overview(id)
	if err != nil {
		return err
	}
	for _, sheet := range overview.Sheets {
		if sheet.Title != title {
			continue
		}
		rows := map[string]any{"sheetId": sheet.ID, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
		body := map[string]any{"requests": []any{map[string]any{kind: map[string]any{"range": rows}}}}
		if err := s.act(ctx, email, "sheets.spreadsheets.batchUpdate", map[string]string{"spreadsheetId": id}, nil, body); err != nil {
			return fmt.Errorf("%s %d as %s: %w", kind, row, email, err)
		}
		return nil
	}
	return fmt.Errorf("%s %d: no sheet %q", kind, row, title)
}

// act serves a call of a user without the checks that come before calls of programs.
func (s *Server) act(ctx context.Context, email, call string, vars map[string]string, query url.Values, body any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for i := range s.routes {
		if rt := &s.routes[i]; rt.Name == call {
			defer s.notify()
			_, err := rt.Serve(&rest.Call{Context: ctx, Route: rt, Vars: vars, Query: query, Body: content, Principal: email})
			return err
		}
	}
	return rest.Unsupported(call)
}
