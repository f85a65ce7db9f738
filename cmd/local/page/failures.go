package page

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator"
)

const (
	// defaultScopes are those of a function that works.
	defaultScopes = "drive,spreadsheets"
	// cloudPlatform is what a metadata server grants a program that names no scopes.
	cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

	sheetsAPI   = "sheets.googleapis.com"
	tokenCall   = "metadata.token"
	batchUpdate = "sheets.spreadsheets.batchUpdate"
)

// failure is a failure that a click switches on.
type failure struct {
	id, title string
	// text describes the failure in a sentence; code is that of the problem that the
	// function answers with, "" if it answers as without the failure.
	text, code string
	try        sample
	breakIt    func() error
	isBroken   func(*situation) bool
}

// situation is the state by which the failures that are switched on are recognized.
type situation struct {
	emulator.State
	role   string // of the service account on the spreadsheet
	scopes string // of the function
	quota  bool   // it was used up by a click, and the minute is not over
}

// has reports whether a fault for the call is switched on.
func (s *situation) has(call string, matches func(emulator.Fault) bool) bool {
	return slices.ContainsFunc(s.Faults, func(f emulator.Fault) bool { return f.Call == call && matches(f) })
}

// newFailures returns the failures in the order of the page.
func (p *page) newFailures() []failure {
	google, account := p.Google, p.Google.ServiceAccount()
	inject := func(f emulator.Fault) func() error {
		return func() error { google.Inject(f); return nil }
	}
	share := func(role string) func() error {
		return func() error { google.Share(p.Spreadsheet, account, role); return p.redeploy() }
	}
	return []failure{
		{"scope", "Default scope", "The function is deployed without the scopes of Sheets and Drive. Its token has cloud-platform, which a metadata server grants where a request names no scopes.",
			"scope-insufficient", readSample,
			func() error { return p.Function.Redeploy(cloudPlatform) },
			func(s *situation) bool { return s.scopes == cloudPlatform }},
		{"unshared", "Not shared", "The spreadsheet is no longer shared with the function's service account. The scopes of the token do not help.",
			"not-shared", readSample, share(""),
			func(s *situation) bool { return s.role == "" }},
		{"readonly", "Read only", "The spreadsheet is shared with the service account as Viewer. Reads work, writes do not.",
			"not-shared", writeSample, share("reader"),
			func(s *situation) bool { return s.role == "reader" || s.role == "commenter" }},
		{"api", "API disabled", "The Google Sheets API is disabled in the project of the service account.",
			"api-disabled", readSample,
			func() error { google.Disable(sheetsAPI, true); return nil },
			func(s *situation) bool { return slices.Contains(s.Disabled, sheetsAPI) }},
		{"token", "No token", "A new instance starts, and the metadata server answers 503. The function repeats its request for ten seconds.",
			"token", readSample,
			func() error {
				google.Inject(emulator.Fault{Call: tokenCall, Status: http.StatusServiceUnavailable})
				return p.redeploy()
			},
			func(s *situation) bool {
				return s.has(tokenCall, func(f emulator.Fault) bool { return f.Status != 0 })
			}},
		{"quota", "Quota used up", "Another program with the same service account has made the 60 reads and 60 writes of this minute.",
			"rate-limited", readSample, p.useUpQuota,
			func(s *situation) bool { return s.quota }},
		{"lost", "Answer lost", "Google stores the next write, and its answer is lost. The function reads its marker, which shows that the write is stored, and answers 201: stored once, not twice.",
			"", writeSample, inject(emulator.Fault{Call: batchUpdate, Drop: emulator.DropAfter, Times: 1}),
			func(s *situation) bool {
				return s.has(batchUpdate, func(f emulator.Fault) bool { return f.Drop == emulator.DropAfter })
			}},
		{"hang", "Google hangs", "Writes get no answer. After 55 seconds the function answers that the outcome is unknown.",
			"outcome-unknown", writeSample, inject(emulator.Fault{Call: batchUpdate, Hang: true}),
			func(s *situation) bool { return s.has(batchUpdate, func(f emulator.Fault) bool { return f.Hang }) }},
		{"500", "Google fails", "All calls of the Sheets API are answered with 500.",
			"upstream", readSample,
			func() error {
				for _, call := range sheetsCalls() {
					google.Inject(emulator.Fault{Call: call, Status: http.StatusInternalServerError})
				}
				return p.redeploy() // a new instance has no rows in memory to answer with
			},
			func(s *situation) bool {
				return s.has(batchUpdate, func(f emulator.Fault) bool { return f.Status == http.StatusInternalServerError })
			}},
	}
}

func sheetsCalls() []string {
	return slices.DeleteFunc(emulator.Calls(), func(call string) bool { return !strings.HasPrefix(call, "sheets.") })
}

// redeploy starts a new instance, which has nothing in memory.
func (p *page) redeploy() error { return p.Function.Redeploy(p.Function.Scopes()) }

// useUpQuota enforces the quota, and uses it up.
func (p *page) useUpQuota() error {
	p.Google.SetQuota(emulator.GoogleQuota)
	p.Google.ExhaustQuota(p.Google.ServiceAccount())
	p.mu.Lock()
	p.quotaUsed = time.Now()
	p.mu.Unlock()
	return p.redeploy()
}

// situation returns the current situation.
func (p *page) situation(o emulator.Overview) *situation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &situation{State: p.Google.State(), role: o.Roles[p.Google.ServiceAccount()], scopes: p.Function.Scopes(), quota: time.Since(p.quotaUsed) < time.Minute}
}

// breakSomething switches a failure on, and sends a request that shows it.
func (p *page) breakSomething(w http.ResponseWriter, r *http.Request) {
	f, ok := p.failureOf(w, r)
	if !ok {
		return
	}
	err := f.breakIt()
	if err == nil {
		p.start(f.id, f.try)
	}
	done(w, err)
}

// tryAgain sends the request of a failure again.
func (p *page) tryAgain(w http.ResponseWriter, r *http.Request) {
	if f, ok := p.failureOf(w, r); ok {
		p.start(f.id, f.try)
		done(w, nil)
	}
}

func (p *page) failureOf(w http.ResponseWriter, r *http.Request) (failure, bool) {
	var wanted struct {
		Failure string `json:"failure"`
	}
	if !readJSON(w, r, &wanted) {
		return failure{}, false
	}
	i := slices.IndexFunc(p.failures, func(f failure) bool { return f.id == wanted.Failure })
	if i < 0 {
		var known []string
		for _, f := range p.failures {
			known = append(known, f.id)
		}
		refuse(w, http.StatusNotFound, "no failure %.*q: want one of %s", maxEcho, wanted.Failure, strings.Join(known, ", "))
		return failure{}, false
	}
	return p.failures[i], true
}

// fixAll switches all failures off, and repeats the request that showed the last one.
func (p *page) fixAll(w http.ResponseWriter, r *http.Request) {
	if !readJSON(w, r, &struct{}{}) {
		return
	}
	google := p.Google
	google.Share(p.Spreadsheet, google.ServiceAccount(), "writer")
	google.Disable(sheetsAPI, false)
	google.SetQuota(p.initial.Quota)
	google.SetProfile(p.initial.Profile)
	p.mu.Lock()
	p.quotaUsed = time.Time{}
	p.mu.Unlock()
	err := p.Function.Redeploy(p.healthyScopes)
	google.ClearFaults() // after the rest, because it releases the calls that hang
	if err == nil {
		p.start("", readSample)
	}
	done(w, err)
}
