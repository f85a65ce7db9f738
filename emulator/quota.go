package emulator

import (
	"net/http"
	"strconv"
	"time"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Quota is how many reads, and again how many writes, the Sheets API accepts in
// a minute. A call counts as one, whatever it has in it. Drive is not limited. A
// call over the limit is answered with 429 without Retry-After, and is not
// counted.
type Quota struct {
	// User is the limit of one principal, Project that of all together; 0 =
	// unlimited.
	User, Project int
}

// GoogleQuota is the quota of a new project on Google
// (developers.google.com/workspace/sheets/api/limits).
var GoogleQuota = Quota{User: 60, Project: 300}

// SetQuota limits the calls from now on; the zero Quota removes all limits. The
// counts start at zero again.
func (s *Server) SetQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota = quota{limits: q}
}

// checkQuota counts a call, or returns the 429 of one over the limit.
func (s *Server) checkQuota(c *rest.Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quota.allow(c.Principal, c.Route, s.options.Now())
}

// quota counts calls by principal and by whether they write. The empty name is
// the project's.
type quota struct {
	limits  Quota
	windows map[consumer]*window
}

type consumer struct {
	name   string
	writes bool
}

// window counts calls in a window that begins with its first call: Google
// refills every minute, and does not document when a minute begins.
type window struct {
	start time.Time
	calls int
}

// allow counts a call to the Sheets API, or returns the 429 of one over the
// limit.
func (q *quota) allow(principal string, rt *rest.Route, now time.Time) error {
	if rt.Service() != "sheets.googleapis.com" || q.limits == (Quota{}) {
		return nil
	}
	user, project := q.window(principal, rt, now), q.window("", rt, now)
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

// window returns the window of a principal.
func (q *quota) window(name string, rt *rest.Route, now time.Time) *window {
	if q.windows == nil {
		q.windows = map[consumer]*window{}
	}
	key := consumer{name, !rt.IsRead()}
	m := q.windows[key]
	if m == nil || now.Sub(m.start) >= time.Minute || now.Before(m.start) {
		m = &window{start: now}
		q.windows[key] = m
	}
	return m
}

// rateLimited is the 429 of Sheets (recorded): without Retry-After. The texts
// for a project are those of the metric's name in the console.
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
