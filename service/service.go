// Package service reads and writes the rows of one Google spreadsheet as records,
// whose fields are named by the header row of a sheet (tab).
//
//	s, err := service.New(ctx, service.Config{Client: client, SpreadsheetID: id})
//	…
//	rows, err := s.ListRows(ctx, "Orders", table.Query{Limit: 100})
//	…
//	_, err = s.AppendRows(ctx, "Orders", table.WriteOptions{}, []table.Record{
//		{Fields: []table.Field{{Column: "item", Value: "bread"}, {Column: "qty", Value: 2}}},
//	})
//
// Errors that a caller or an operator can act on are a [*table.Error], whose code is the
// kind of error.
//
// # Where to change what
//
// This is the folder to change in a fork. What a row may hold, which rows a query
// selects and what an edit does are in package table, which does not use Google's APIs.
// How writes are collected into batches, and stored once whatever fails, is in package
// commit. Google's calls are here: to read (getvalues.go, getgrid.go, sheetlist.go), to
// write (batchrequests.go, append_entered.go), and to Drive (drivefile.go). Another API of
// Google's is one more file like drivefile.go, with the same client.
//
// # Reads
//
// Rows are cached for a while, callers that read the same sheet at the same time share
// a call, and calls wait for a rate limiter, because Google allows 60 reads a minute:
// readcache.go, ratelimit.go.
//
// # Writes
//
// planner.go plans a batch of several writes, from what sheetstate.go holds of each sheet:
// nothing older than two seconds. Appends need the end of a sheet only; changes, and appends
// to a sheet that is new, read all of it with its formulas and number formats (readcells.go).
// batchrequests.go makes the requests. sheeteffect.go and rowcheck.go compare what the batch's
// response has of the rows around with what was expected, so that rows which were moved
// meanwhile are reported instead of changed unnoticed.
//
// # Errors of Google
//
// apierrors.go and planner_errors.go make a code and a hint of each error response.
package service

import (
	"cmp"
	"context"
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

// Service reads and writes one spreadsheet. It is safe for concurrent use. A program has
// one for each spreadsheet, not one for each request: it holds the cache, the rate
// limiters and the queue of writes. [New] makes it.
type Service struct {
	id           string
	client       *http.Client
	sheets       *sheets.Service
	drive        *drive.Service
	readLimiter  *rate.Limiter // of all reads
	writeLimiter *rate.Limiter
	titles       *sheetTitles
	cache        *readCache
	dateless     *datelessSheets
	held         *heldRows
	large        largeWork
	writer       *commit.Writer[*table.Edit, []*sheetEffect]

	describeGroup singleflight.Group
}

// Config holds the parameters of [New].
type Config struct {
	// Client makes the calls, with access tokens. It must be set.
	Client *http.Client
	// SpreadsheetID is the part of the spreadsheet's URL after /d/. It must be set.
	SpreadsheetID string
	// Endpoint, such as "http://127.0.0.1:8085", is used instead of the hosts of all of
	// Google's APIs; "" is Google.
	Endpoint string
	// CacheTTL is how long rows are cached; with 0 each [Service.ListRows] reads them.
	CacheTTL time.Duration
	// ReadsPerMinute and WritesPerMinute bound the calls to the Sheets API in any
	// minute; 0 is 60 each, Google's quota for one account.
	ReadsPerMinute, WritesPerMinute int
	// Now returns the time by the wall clock, by which instances take turns to write; nil
	// is [time.Now].
	Now func() time.Time
	// Logger logs failures of Google that no caller gets as an error; nil is
	// [slog.Default].
	Logger *slog.Logger
}

// New returns a Service. It makes no network call.
func New(ctx context.Context, c Config) (*Service, error) {
	if c.Client == nil || c.SpreadsheetID == "" {
		return nil, errors.New("new service: Client and SpreadsheetID must be set")
	}
	// Not option.WithScopes: together with WithHTTPClient it is silently ignored, because
	// the scopes are those of the client's tokens.
	client := withUsageTransport(c.Client)
	sheetsOptions := []option.ClientOption{option.WithHTTPClient(client)}
	driveOptions := []option.ClientOption{option.WithHTTPClient(client)}
	if c.Endpoint != "" {
		sheetsOptions = append(sheetsOptions, option.WithEndpoint(c.Endpoint+"/"))
		driveOptions = append(driveOptions, option.WithEndpoint(c.Endpoint+"/drive/v3/"))
	}
	s := &Service{id: c.SpreadsheetID, client: client, held: newHeldRows(), large: newLargeWork(), dateless: newDatelessSheets()}
	var err error
	if s.sheets, err = sheets.NewService(ctx, sheetsOptions...); err != nil {
		return nil, err
	}
	if s.drive, err = drive.NewService(ctx, driveOptions...); err != nil {
		return nil, err
	}
	log, now := cmp.Or(c.Logger, slog.Default()), c.Now
	if now == nil {
		now = time.Now
	}
	all, rows, writes := newLimiters(c.ReadsPerMinute, c.WritesPerMinute)
	s.readLimiter, s.writeLimiter, s.titles = all, writes, newSheetTitles(func(ctx context.Context) ([]*sheets.SheetProperties, error) {
		tabs, _, err := s.listTabs(ctx)
		return tabs, err
	})
	s.cache = newReadCache(s, rows, c.CacheTTL, log)
	p := &planner{
		stored: s.cache.drop, now: now, sheets: map[string]*sheetState{}, read: s.readCells,
		absent: absentTitles{}, exists: s.titles.has,
	}
	s.writer = commit.New(commit.Config{
		Sheets: s.sheets, SpreadsheetID: c.SpreadsheetID, Logger: log,
		Reads: s.readLimiter, Writes: s.writeLimiter, PerMinute: min(cmp.Or(c.ReadsPerMinute, defaultQuota), cmp.Or(c.WritesPerMinute, defaultQuota)),
		Contended: s.cache.share, Now: now,
	}, p)
	return s, nil
}

// ListRows returns the rows below the header of the sheet with this title that the query
// selects. Rows without any value are left out and not counted. The rows may be as old
// as CacheTTL, and up to five minutes while Google fails; see [table.Rows]. [Service.Hold]
// counts the memory that they hold while they are written.
func (s *Service) ListRows(ctx context.Context, title string, q table.Query) (table.Rows, error) {
	if err := q.Validate(); err != nil {
		return table.Rows{}, err
	}
	entry, cached, err := s.cache.read(ctx, readKey{title, cmp.Or(q.Header, 1), cmp.Or(q.Render, table.Typed)}, q.NoCache)
	if err != nil {
		return table.Rows{}, err
	}
	if entry.err != nil {
		return table.Rows{}, entry.err
	}
	rows, err := s.large.rows(ctx, entry.rows, q)
	if err != nil {
		return table.Rows{}, err
	}
	noteRows(ctx, rows.Count)
	if rows.FromCache = cached; cached {
		rows.Age = time.Since(entry.requestedAt)
	}
	return rows, nil
}
