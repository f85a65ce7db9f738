package emulator

import (
	"net/http"
	"strconv"
	"time"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Quota is how many reads, and again how many writes, the Sheets API takes in a
// minute. A call counts as one, whatever it holds; Drive is not limited. What
// is too much answers 429 without Retry-After, and is not counted.
type Quota struct {
	// User is the limit of one principal, Project that of all together; 0 = none.
	User, Project int
}

// GoogleQuota is the quota of a new project on Google
// (developers.google.com/workspace/sheets/api/limits).
var GoogleQuota = Quota{User: 60, Project: 300}

// SetQuota limits the calls from now on; the zero Quota lifts all limits. What
// was counted before is forgotten.
func (s *Server) SetQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota = quota{limits: q}
}

// allow counts a call, or refuses it.
func (s *Server) allow(c *rest.Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quota.spend(c.Principal, c.Route, s.options.Now())
}

// quota counts calls by who makes them and whether they write. The empty name
// stands for the project.
type quota struct {
	limits Quota
	spent  map[consumer]*minute
}

type consumer struct {
	name   string
	writes bool
}

// minute is a count that begins anew a minute after its first call: Google
// refills every minute, and does not say when that begins.
type minute struct {
	start time.Time
	calls int
}

// spend counts a call to the Sheets API, or refuses it.
func (q *quota) spend(principal string, rt *rest.Route, now time.Time) error {
	if rt.Service() != "sheets.googleapis.com" || q.limits == (Quota{}) {
		return nil
	}
	user, project := q.of(principal, rt, now), q.of("", rt, now)
	switch {
	case q.limits.User > 0 && user.calls >= q.limits.User:
		return rateLimited(rt, "User", q.limits.User)
	case q.limits.Project > 0 && project.calls >= q.limits.Project:
		return rateLimited(rt, "Project", q.limits.Project)
	}
	user.calls++
	project.calls++
	return nil
}

func (q *quota) of(name string, rt *rest.Route, now time.Time) *minute {
	if q.spent == nil {
		q.spent = map[consumer]*minute{}
	}
	key := consumer{name, !rt.IsRead()}
	m := q.spent[key]
	if m == nil || now.Sub(m.start) >= time.Minute || now.Before(m.start) {
		m = &minute{start: now}
		q.spent[key] = m
	}
	return m
}

// rateLimited is the 429 of Sheets (recorded): without Retry-After. The wording
// for a project is that of the metric's name in the console.
func rateLimited(rt *rest.Route, of string, limit int) error {
	kind, metric := "Write", "write_requests"
	if rt.IsRead() {
		kind, metric = "Read", "read_requests"
	}
	per, unit := " requests per minute per user", "1/min/{project}/{user}"
	if of == "Project" {
		per, unit = " requests per minute", "1/min/{project}"
	}
	return &rest.Error{
		Status: http.StatusTooManyRequests,
		Message: "Quota exceeded for quota metric '" + kind + " requests' and limit '" + kind + per +
			"' of service 'sheets.googleapis.com' for consumer 'project_number:" + identity.ProjectNumber + "'.",
		Details: []any{
			rest.ErrorInfo("RATE_LIMIT_EXCEEDED", map[string]string{
				"service": "sheets.googleapis.com", "consumer": "projects/" + identity.ProjectNumber,
				"quota_limit":       kind + "RequestsPerMinutePer" + of,
				"quota_metric":      "sheets.googleapis.com/" + metric,
				"quota_limit_value": strconv.Itoa(limit),
				"quota_unit":        unit, "quota_location": "global",
			}),
			map[string]any{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{map[string]string{
				"description": "Request a higher quota limit.",
				"url":         "https://cloud.google.com/docs/quotas/help/request_increase",
			}}},
		},
	}
}
