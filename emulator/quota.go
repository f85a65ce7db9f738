package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Quota is how many reads, and again how many writes, the Sheets API accepts in
// a minute, and how many units the Drive API does. A call of Sheets counts as one,
// whatever it has in it. A call over the limit is answered with 429 without
// Retry-After, by Drive with 403, and is not counted.
type Quota struct {
	// User is the limit of one principal, Project that of all together; 0 =
	// unlimited.
	User, Project int
	// DriveUser and DriveProject are the units of Drive: a call that reads one
	// file takes 5, one that lists 100, a download or an export 200, and one that
	// changes anything 50; 0 = unlimited.
	DriveUser, DriveProject int
}

// GoogleQuota is the quota of a new project on Google
// (developers.google.com/workspace/sheets/api/limits).
var GoogleQuota = Quota{User: 60, Project: 300, DriveUser: 325_000, DriveProject: 1_000_000}

// SetQuota limits the calls from now on; the zero Quota removes all limits. The
// counts start at zero again.
func (s *Server) SetQuota(q Quota) {
	defer s.notify()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota = quota{limits: q}
}

// ExhaustQuota uses up what the Sheets API allows a principal in this minute, as another
// program with the same account does. Without limits it has no effect.
func (s *Server) ExhaustQuota(principal string) {
	defer s.notify()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	for _, writes := range []bool{false, true} {
		s.quota.windowOf(consumer{principal, false, writes}, now).calls = s.quota.limits.User
	}
}

// checkQuota counts a call, or returns the 429 of one over the limit.
func (s *Server) checkQuota(c *rest.Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quota.allow(c, s.options.Now())
}

// quota counts calls by principal and by whether they write. The empty name is
// the project's.
type quota struct {
	limits  Quota
	windows map[consumer]*window
}

type consumer struct {
	name   string
	drive  bool
	writes bool // of Sheets
}

// window counts calls in a window that begins with its first call: Google
// refills every minute, and does not document when a minute begins.
type window struct {
	start time.Time
	calls int // of Drive: units
}

// allow counts a call to the Sheets API, or returns the 429 of one over the
// limit. It notes in the call's decision what it counts for.
func (q *quota) allow(c *rest.Call, now time.Time) error {
	rt := c.Route
	userLimit, projectLimit, cost := q.limits.User, q.limits.Project, 1
	if rt.IsDrive() {
		userLimit, projectLimit, cost = q.limits.DriveUser, q.limits.DriveProject, driveUnits(rt)
	} else if rt.Service() != "sheets.googleapis.com" {
		return nil
	}
	user, project := q.window(c.Principal, rt, now), q.window("", rt, now)
	c.Decision.Bucket, c.Decision.Used, c.Decision.Limit = bucket(rt), user.calls+cost, userLimit
	switch {
	case userLimit > 0 && user.calls+cost > userLimit:
		return overQuota(rt, "User", userLimit)
	case projectLimit > 0 && project.calls+cost > projectLimit:
		return overQuota(rt, "Project", projectLimit)
	}
	user.calls += cost
	project.calls += cost
	return nil
}

// bucket returns the name of the quota of a user that a call counts for.
func bucket(rt *rest.Route) string {
	switch {
	case rt.IsDrive():
		return "Drive units per minute per user"
	case rt.IsRead():
		return "read requests per minute per user"
	}
	return "write requests per minute per user"
}

// driveUnits returns what a call of the Drive API takes from its quota
// (developers.google.com/workspace/drive/api/guides/limits).
func driveUnits(rt *rest.Route) int {
	switch verb := rt.Name[strings.LastIndexByte(rt.Name, '.')+1:]; {
	case verb == "export" || verb == "download":
		return 200
	case verb == "list":
		return 100
	case rt.Method == http.MethodGet:
		return 5
	}
	return 50
}

// overQuota returns the error of a call over a limit of its API.
func overQuota(rt *rest.Route, of string, limit int) error {
	if !rt.IsDrive() {
		return rateLimited(rt, of, limit)
	}
	message, reason := "User rate limit exceeded.", "userRateLimitExceeded"
	if of == "Project" {
		message, reason = "Rate limit exceeded.", "rateLimitExceeded"
	}
	return &rest.Error{Status: http.StatusForbidden, Message: message, Item: rest.ErrorItem{Domain: "usageLimits", Reason: reason}}
}

// window returns the window of a principal for a call.
func (q *quota) window(name string, rt *rest.Route, now time.Time) *window {
	return q.windowOf(consumer{name, rt.IsDrive(), !rt.IsDrive() && !rt.IsRead()}, now)
}

func (q *quota) windowOf(key consumer, now time.Time) *window {
	if q.windows == nil {
		q.windows = map[consumer]*window{}
	}
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
