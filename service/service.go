// Package service is what the function does: it reads and appends the rows of
// a spreadsheet's sheets (tabs) as records, named by the header row.
//
// This is the folder to change in a fork. The rules for rows are in rows.go,
// record.go, cells.go and listing.go and know nothing of Google; the calls are in
// sheets.go, values.go and drive.go; what Google's refusals mean is in
// google.go; how few calls answer many readers is in reads.go. Another API of
// Google's is one more file like drive.go, on the same client.
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
	sheetsOptions := []option.ClientOption{option.WithHTTPClient(c.Client)}
	driveOptions := []option.ClientOption{option.WithHTTPClient(c.Client)}
	if c.Endpoint != "" {
		sheetsOptions = append(sheetsOptions, option.WithEndpoint(c.Endpoint+"/"))
		driveOptions = append(driveOptions, option.WithEndpoint(c.Endpoint+"/drive/v3/"))
	}
	s := &Service{id: c.SpreadsheetID, client: c.Client}
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

// Query chooses which rows to list and how their values look. Its zero value
// is all rows, typed.
type Query struct {
	Offset int    // rows to leave out at the start
	Limit  int    // rows at the most; 0 is all
	Values Values // how cells become values
	Anew   bool   // ask Google, whatever is kept in memory
}

// ListRows returns the rows below the header of the sheet with this title.
// Rows without any value are left out and not counted. They may be as old as
// CacheTTL, and up to five minutes while Google fails; see [Rows].
func (s *Service) ListRows(ctx context.Context, title string, q Query) (Rows, error) {
	found, kept, err := s.reads.read(ctx, readKey{title, cmp.Or(q.Values, Typed)}, q.Anew)
	if err != nil {
		return Rows{}, err
	}
	if found.err != nil {
		return Rows{}, found.err
	}
	rows := found.listing.page(q.Offset, q.Limit)
	if rows.Kept = kept; kept {
		rows.Age = time.Since(found.asked)
	}
	return rows, nil
}

// Appended says what an append stored.
type Appended struct {
	Rows     int    `json:"appended"`
	Range    string `json:"range"` // A1 notation
	Replayed bool   `json:"-"`     // an earlier request with the same key stored it
}

// AppendRows stores the records below the sheet's last row, all or none, and
// returns after Google has stored them. Values go in as they are: a string
// stays a string, whatever it looks like. The key, "" for none, makes repeating
// the request safe: what it stored is not stored again. An [*Error] with the code
// [OutcomeUnknown] or [Conflict] apart, an error means that nothing was stored.
func (s *Service) AppendRows(ctx context.Context, title, key string, records []Record) (Appended, error) {
	body, err := json.Marshal(records)
	if err != nil {
		return Appended{}, err
	}
	digest := sha256.Sum256(append([]byte(title+"\x00"), body...))
	work := &commit.Work{
		Key: key, Digest: hex.EncodeToString(digest[:12]), Size: len(body) * 2,
		Request: &appending{title, records},
	}
	err = fromCommit(s.writer.Submit(ctx, work))
	if mayHaveChanged(err) {
		s.reads.drop(title)
	}
	if err != nil {
		return Appended{}, err
	}
	return Appended{Rows: len(records), Range: work.Result, Replayed: work.Replayed}, nil
}

// mayHaveChanged reports whether a write that ended so may have changed the sheet.
func mayHaveChanged(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return err == nil || ok && (e.Code == Conflict || e.Code == OutcomeUnknown)
}

// Stop takes no new writes and returns when those taken are done, or ctx ends.
func (s *Service) Stop(ctx context.Context) { s.writer.Stop(ctx) }
