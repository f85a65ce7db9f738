// Package doctor finds out why a program cannot read a spreadsheet with its access
// token, and what fixes it.
//
// [Run] gets a token as the program does and watches the requests for it, then
// queries Google's token info, Drive and Sheets, and stops at the first cause:
//
//	report := doctor.Run(ctx, doctor.Config{
//		SpreadsheetID: id,
//		Scopes:        scopes,
//		Transport: func(base http.RoundTripper) (http.RoundTripper, error) {
//			return auth.NewTransport(auth.Config{Scopes: scopes, Base: base})
//		},
//	})
//	fmt.Print(report)
//
// It changes nothing: all its requests read. It imports the standard library only,
// so that it works with the transport of package auth, in whatever module that is,
// and with any other transport that adds tokens.
package doctor

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
)

const (
	// tokenTimeout is more than a transport takes that repeats failed fetches for
	// ten seconds, as that of package auth does.
	tokenTimeout = 15 * time.Second
	callTimeout  = 10 * time.Second
	probeTimeout = 3 * time.Second
)

// Config describes the program that has the problem.
type Config struct {
	// SpreadsheetID is the spreadsheet to open.
	SpreadsheetID string
	// Scopes are the scopes that the program requests, as full URLs.
	Scopes []string
	// Transport returns the program's own transport, which adds access tokens to
	// requests. It must send all requests through base, those for tokens included.
	Transport func(base http.RoundTripper) (http.RoundTripper, error)
	// Subject is the Workspace user that Transport acts as, Impersonate the service
	// account; "" for none. The report has the account and not the user.
	Subject, Impersonate string
	// Service is the name of the Cloud Run or Knative service, for the commands of
	// the report; "" if it is not known.
	Service string
	// Endpoint replaces the hosts of Drive, Sheets and token info, for example by
	// "http://127.0.0.1:8085", an emulator; "" is Google.
	Endpoint string
	// Base sends all requests. If nil, requests to the metadata server use no proxy,
	// and others [http.DefaultTransport].
	Base http.RoundTripper
	// Now is this machine's clock; nil is [time.Now].
	Now func() time.Time
}

// Run checks one thing after the other and returns what it found. It returns when
// ctx ends, or after two minutes. The report holds no token and no
// key, and no e-mail addresses except those of the program's own service accounts.
func Run(ctx context.Context, c Config) Report {
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &examination{config: c, watch: newObserver(c.Base, c.Now)}
	for _, check := range []struct {
		name string
		run  func(context.Context) (string, *finding)
	}{
		{"credentials", e.checkCredentials},
		{"token", e.checkToken},
		{"scopes", e.checkScopes},
		{"Drive", e.checkDrive},
		{"Sheets", e.checkSheets},
		{"editing", e.checkEditing},
		{"clock", e.checkClock},
	} {
		text, found := check.run(ctx)
		if found != nil {
			found = e.considerEmulator(found)
		}
		e.report.Steps = append(e.report.Steps, newStep(check.name, text, found))
		if found != nil {
			e.report.Cause, e.report.Detail, e.report.Fix, e.report.Commands = found.cause, found.detail, found.fix, found.commands
			break
		}
	}
	return e.redact(e.report)
}

// examination is one run.
type examination struct {
	config    Config
	watch     *observer
	transport http.RoundTripper
	place     *place    // where it runs; nil until asked for
	info      tokenInfo // zero if Google does not describe the token
	file      driveFile // zero if Drive was not asked
	report    Report
}

// finding is a cause with what fixes it here.
type finding struct {
	cause       Cause
	detail, fix string
	commands    []string
}

// identity names who has to be given access: the e-mail address of the service
// account or, for a person, words.
func (e *examination) identity() string {
	switch account := e.account(); {
	case e.config.Subject != "":
		return "the user that SUBJECT names"
	case e.isLogin():
		return "the person whose login the credentials file is"
	case account != "":
		return account
	}
	return "the service account"
}

// isLogin reports whether the token is for a person's own login. Token info has the
// address only if the token has the scope of it, so what was exchanged decides.
func (e *examination) isLogin() bool {
	tried := e.watch.forToken()
	return len(tried) > 0 && tried[len(tried)-1].login
}

// account returns the address of the service account that the tokens are for; "" if
// it is not known or they are for a person.
func (e *examination) account() string {
	if e.config.Subject != "" || e.isLogin() {
		return ""
	}
	return cmp.Or(e.config.Impersonate, e.actsAs(), serviceAccount(e.info.Email), serviceAccount(e.where().email))
}

// actsAs returns the service account that a credentials file impersonates; "" if
// there is none.
func (e *examination) actsAs() string {
	for _, x := range e.watch.forToken() {
		if x.toIAM() {
			return accountIn(x.url.Path)
		}
	}
	return ""
}

// ownAccount returns the service account that the platform runs the program as, or
// the account of its credentials file; "" if it is not known.
func (e *examination) ownAccount() string {
	if own := serviceAccount(e.where().email); own != "" || e.actsAs() != "" || e.config.Subject != "" {
		return own
	}
	return serviceAccount(e.info.Email)
}

// project returns the --project flag of gcloud for an account, with a blank before
// it; "" if the project is not known.
func (e *examination) project(account string) string {
	if project := cmp.Or(projectOf(account), e.where().project); project != "" {
		return " --project=" + quote(project)
	}
	return ""
}

// writes reports whether the program requests a scope that allows it to edit.
func (e *examination) writes() bool {
	return slices.ContainsFunc(e.config.Scopes, func(scope string) bool {
		return slices.Contains(scopeURLs("drive", "drive.file", "spreadsheets"), scope)
	})
}
