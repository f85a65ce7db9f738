// Package service is what the function does: it reads and writes the rows of a
// spreadsheet's sheets (tabs) as records, named by the header row.
//
// The rules for rows are in package table, and how batches are stored once in
// package commit. What is here are the calls to Google: sheetlist.go,
// getvalues.go, planner.go, batchrequests.go, append_entered.go and drivefile.go;
// what Google's refusals mean is in apierrors.go and planner_errors.go; how few
// calls answer many readers is in readcache.go; what a batch is based on and has
// to show in sheetstate.go and verify.go. Another API of Google's is one more file
// like drivefile.go, on the same client.
package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// Service reads and writes one spreadsheet. It is safe for concurrent use and
// is built once, not for each request.
type Service struct {
	id     string
	client *http.Client
	sheets *sheets.Service
	drive  *drive.Service
	pace   *rate.Limiter // of all reads
	writes *rate.Limiter
	reads  *reads
	writer *commit.Writer

	describing singleflight.Group
}

// Config is what [New] needs to know.
type Config struct {
	// Client brings the access tokens.
	Client *http.Client
	// SpreadsheetID is the spreadsheet's ID.
	SpreadsheetID string
	// Endpoint, such as "http://127.0.0.1:8085", stands for all of Google's API
	// hosts; "" is Google.
	Endpoint string
	// CacheTTL is how long rows are served without asking Google; 0 asks for
	// each request.
	CacheTTL time.Duration
	// ReadsPerMinute and WritesPerMinute bound the calls to Google in any
	// minute; 0 is 60 each, Google's quota for one account.
	ReadsPerMinute, WritesPerMinute int
	// Logger is told when Google fails without a caller noticing; nil for
	// [slog.Default].
	Logger *slog.Logger
}

// New returns a Service. It asks nobody anything yet.
func New(ctx context.Context, c Config) (*Service, error) {
	// Never option.WithScopes beside WithHTTPClient: it would be ignored in
	// silence, because the scopes are those of the client's tokens.
	client := counted(c.Client)
	sheetsOptions := []option.ClientOption{option.WithHTTPClient(client)}
	driveOptions := []option.ClientOption{option.WithHTTPClient(client)}
	if c.Endpoint != "" {
		sheetsOptions = append(sheetsOptions, option.WithEndpoint(c.Endpoint+"/"))
		driveOptions = append(driveOptions, option.WithEndpoint(c.Endpoint+"/drive/v3/"))
	}
	s := &Service{id: c.SpreadsheetID, client: client}
	var err error
	if s.sheets, err = sheets.NewService(ctx, sheetsOptions...); err != nil {
		return nil, err
	}
	if s.drive, err = drive.NewService(ctx, driveOptions...); err != nil {
		return nil, err
	}
	log := cmp.Or(c.Logger, slog.Default())
	all, rows, writes := newPaces(c.ReadsPerMinute, c.WritesPerMinute)
	s.pace, s.writes, s.reads = all, writes, newReads(s, rows, c.CacheTTL, log)
	tails := &tails{stored: s.reads.drop}
	s.writer = commit.New(commit.Config{
		Sheets: s.sheets, SpreadsheetID: c.SpreadsheetID, Logger: log,
		Reads: s.pace, Writes: s.writes,
		Ranges: tails.ranges, Load: tails.load, Loaded: tails.loaded, Plan: tails.plan, Landed: tails.landed, Blame: tails.blame, Explain: explainWrite,
	})
	return s, nil
}

// ListRows returns the rows below the header of the sheet with this title.
// Rows without any value are left out and not counted. They may be as old as
// CacheTTL, and up to five minutes while Google fails; see [Rows].
func (s *Service) ListRows(ctx context.Context, title string, q table.Query) (table.Rows, error) {
	if err := q.Validate(); err != nil {
		return table.Rows{}, err
	}
	found, kept, err := s.reads.read(ctx, readKey{title, cmp.Or(q.Header, 1), cmp.Or(q.Values, table.Typed)}, q.Anew)
	if err != nil {
		return table.Rows{}, err
	}
	if found.err != nil {
		return table.Rows{}, found.err
	}
	rows, err := found.listing.Page(q)
	if err != nil {
		return table.Rows{}, err
	}
	noteRows(ctx, rows.Count)
	if rows.Kept = kept; kept {
		rows.Age = time.Since(found.asked)
	}
	return rows, nil
}

// AppendRows stores the records below the sheet's last row, all or none, and
// returns after Google has stored them. Values go in as they are: a string
// stays a string, whatever it looks like. With a key repeating the request is
// safe: what it stored is not stored again. An [*Error] with the code
// [OutcomeUnknown] or [Conflict] apart, an error means that nothing was stored.
// All that holds for the other writes as well.
func (s *Service) AppendRows(ctx context.Context, title string, w table.Write, records []table.Record) (a table.Appended, err error) {
	a.Replayed, err = s.write(ctx, w, &table.Edit{Kind: table.Appends, Title: title, Records: records}, &a)
	noteRows(ctx, a.Count)
	return a, err
}

// UpsertRows replaces the row that has the same value in the key column as a
// record, in all columns, and appends the records for which there is none.
func (s *Service) UpsertRows(ctx context.Context, title string, w table.Write, keyColumn string, records []table.Record) (u table.Upserted, err error) {
	u.Replayed, err = s.write(ctx, w, &table.Edit{Kind: table.Upserts, Title: title, Column: keyColumn, Records: records}, &u)
	noteRows(ctx, u.Replaced+u.Appended)
	return u, err
}

// UpdateRows sets the columns that the record names in all rows that match.
func (s *Service) UpdateRows(ctx context.Context, title string, w table.Write, m table.Match, set table.Record) (u table.Updated, err error) {
	u.Replayed, err = s.write(ctx, w, &table.Edit{Kind: table.Updates, Title: title, Match: m, Records: []table.Record{set}}, &u)
	noteRows(ctx, u.Count)
	return u, err
}

// DeleteRows deletes the rows that match, whole, so that those below move up.
//
// It goes by row numbers, as UpdateRows and UpsertRows do, because the API knows
// no other way: rows are found by a read, and changed by the call that follows
// it at once. If a person moves rows in the tenth of a second between, the answer
// shows it, and the error is a [Conflict] that names the rows. What remains: rows
// moved in that moment among neighbours that are the same in every cell, which
// nothing tells apart.
func (s *Service) DeleteRows(ctx context.Context, title string, w table.Write, m table.Match) (d table.Deleted, err error) {
	d.Replayed, err = s.write(ctx, w, &table.Edit{Kind: table.Deletes, Title: title, Match: m}, &d)
	noteRows(ctx, d.Count)
	return d, err
}

// write submits an edit and reads the answer from its result.
func (s *Service) write(ctx context.Context, w table.Write, e *table.Edit, answer any) (replayed bool, err error) {
	if err := w.Validate(); err != nil {
		return false, err
	}
	e.Header, e.DryRun = cmp.Or(w.Header, 1), w.DryRun
	if err := e.Validate(); err != nil {
		return false, err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	digest := sha256.Sum256(text)
	work := &commit.Work{Key: w.Key, Digest: hex.EncodeToString(digest[:12]), Size: len(text) * 2, Request: e}
	err = fromCommit(s.writer.Submit(ctx, work))
	usage := usageOf(ctx)
	usage.waited.Store(int64(work.Waited))
	usage.calls.Add(int64(work.Calls))
	if mayHaveChanged(err) && !e.DryRun {
		s.reads.drop(e.Title)
	}
	if err == nil {
		err = json.Unmarshal([]byte(work.Result), answer)
	}
	return work.Replayed, err
}

// mayHaveChanged reports whether a write that ended so may have changed the sheet.
func mayHaveChanged(err error) bool {
	e, ok := errors.AsType[*table.Error](err)
	return err == nil || ok && (e.Code == table.Conflict || e.Code == table.OutcomeUnknown)
}

// Halt refuses the writes that are still queued, and new ones.
func (s *Service) Halt() { s.writer.Halt() }

// Stop takes no new writes and returns when those taken are done, or ctx ends.
func (s *Service) Stop(ctx context.Context) { s.writer.Stop(ctx) }
