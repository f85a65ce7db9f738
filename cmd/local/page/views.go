package page

import (
	"slices"
	"strings"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// The types of this file are the JSON of events. Times are in milliseconds since 1970.

func describeAll[T, D any](list []T, describe func(T) D) []D {
	described := make([]D, 0, len(list))
	for _, v := range list {
		described = append(described, describe(v))
	}
	return described
}

type requestView struct {
	Number  int64               `json:"number"`
	Time    int64               `json:"time"`
	Seconds float64             `json:"seconds"`
	Method  string              `json:"method"`
	Path    string              `json:"path"`
	Query   string              `json:"query,omitempty"`
	Header  map[string][]string `json:"header,omitempty"`
	Status  int                 `json:"status"`
	Done    bool                `json:"done"`
	Problem traffic.Problem     `json:"problem,omitzero"`
}

func describeRequest(r traffic.Request) requestView {
	return requestView{r.Number, r.Time.UnixMilli(), r.Duration.Seconds(), r.Method, r.Path, r.Query, r.Header, r.Status, r.Done, r.Problem}
}

type callView struct {
	Number   int64      `json:"number"`
	Time     int64      `json:"time"`
	Seconds  float64    `json:"seconds"`
	Call     string     `json:"call"`
	Method   string     `json:"method"`
	Path     string     `json:"path"`
	Query    string     `json:"query,omitempty"`
	Status   int        `json:"status"` // 0 = no answer was sent
	Account  string     `json:"account,omitempty"`
	Scopes   []string   `json:"scopes,omitempty"`
	Token    int64      `json:"token,omitempty"`
	Fault    string     `json:"fault,omitempty"`
	Causes   [][2]int64 `json:"causes,omitempty"` // ranges of requests, first and last
	Refused  string     `json:"refused,omitempty"`
	Accepted []string   `json:"accepted,omitempty"`
	Scope    string     `json:"scope,omitempty"`
	Bucket   string     `json:"bucket,omitempty"`
	Used     int        `json:"used,omitempty"`
	Limit    int        `json:"limit,omitempty"`
	Role     string     `json:"role,omitempty"`
	Needed   string     `json:"needed,omitempty"`
}

func describeCall(r emulator.Request) callView {
	d := r.Decision
	return callView{r.Number, r.Time.UnixMilli(), r.Duration.Seconds(), r.Call, r.Method, r.Path, r.Query, r.Status, r.Principal, r.Scopes, r.Token, r.Fault,
		traffic.ParseCauses(r.Cause), string(d.Refused), d.Accepted, d.Scope, d.Bucket, d.Used, d.Limit, d.Role, d.NeededRole}
}

type tokenView struct {
	Number    int64    `json:"number"`
	Account   string   `json:"account"`
	Requested []string `json:"requested"`
	Scopes    []string `json:"scopes"`
	Source    string   `json:"source"`
	Issued    int64    `json:"issued"`
	Expiry    int64    `json:"expiry"`
	Federated bool     `json:"federated,omitempty"`
	Calls     int      `json:"calls"`
}

func describeToken(t emulator.TokenInfo) tokenView {
	return tokenView{t.Number, t.Principal, t.Requested, t.Scopes, string(t.Source), t.Issued.UnixMilli(), t.Expiry.UnixMilli(), t.Federated, t.Calls}
}

type stateView struct {
	Title      string               `json:"title"`
	ID         string               `json:"id"`
	Version    uint64               `json:"version"`
	Sheets     []emulator.SheetInfo `json:"sheets"`
	Markers    int                  `json:"markers"`
	ModifiedBy string               `json:"modified_by,omitempty"`
	Modified   int64                `json:"modified"`
	Person     string               `json:"person"`
	Role       string               `json:"role"`
	Account    string               `json:"account"`
	Function   string               `json:"function"`
	Scopes     []string             `json:"scopes"`
	Platform   emulator.Profile     `json:"platform"`
	Faults     []string             `json:"faults"`
	Failures   []failureView        `json:"failures"`
	Fixed      *try                 `json:"fixed,omitempty"`
	Switched   *try                 `json:"switched,omitempty"`
	Load       loadCounts           `json:"load"`
}

type failureView struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Code   string `json:"code,omitempty"`
	Broken bool   `json:"broken"`
	Try    *try   `json:"try,omitempty"`
}

// state returns everything that is not a list of what has happened.
func (p *page) state() stateView {
	o, err := p.Google.Overview(p.Spreadsheet)
	if err != nil {
		return stateView{Title: err.Error()}
	}
	now := p.situation(o)
	v := stateView{
		Title: o.Title, ID: p.Spreadsheet, Version: o.Version, Sheets: o.Sheets, Markers: len(o.Metadata),
		ModifiedBy: o.ModifiedBy, Modified: o.Modified.UnixMilli(), Person: ownerOf(o), Role: now.role,
		Account: p.Google.ServiceAccount(), Function: p.FunctionURL, Scopes: strings.Split(now.scopes, ","), Platform: now.Profile,
		Load: p.load.count(o),
	}
	for _, fault := range now.Faults {
		text, _ := fault.MarshalText()
		v.Faults = append(v.Faults, string(text))
	}
	v.Faults = slices.Clip(v.Faults)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.failures {
		v.Failures = append(v.Failures, failureView{f.id, f.title, f.text, f.code, f.isBroken(now), p.tries[f.id]})
	}
	v.Fixed, v.Switched = p.tries[""], p.tries["platform"]
	return v
}
