package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const spreadsheetType = "application/vnd.google-apps.spreadsheet"

func (e *examination) endpoint(host string) string { return cmp.Or(e.config.Endpoint, host) }

func (e *examination) sheetsURL() string {
	return e.endpoint("https://sheets.googleapis.com") + "/v4/spreadsheets/" + url.PathEscape(e.config.SpreadsheetID) + "?fields=spreadsheetId&alt=json"
}

func (e *examination) driveURL() string {
	return e.endpoint("https://www.googleapis.com") + "/drive/v3/files/" + url.PathEscape(e.config.SpreadsheetID) +
		"?supportsAllDrives=true&alt=json&fields=" + url.QueryEscape("id,mimeType,capabilities/canEdit")
}

// driveFile is what Drive returns of the spreadsheet.
type driveFile struct {
	ID           string `json:"id"`
	MimeType     string `json:"mimeType"`
	Capabilities struct {
		CanEdit bool `json:"canEdit"`
	} `json:"capabilities"`
}

func (e *examination) checkDrive(ctx context.Context) (string, *finding) {
	if !slices.ContainsFunc(e.config.Scopes, func(scope string) bool { return slices.Contains(driveScopes, scope) }) {
		return "not checked: no scope of Drive is requested", nil
	}
	x := do(ctx, e.transport, callTimeout, "GET", e.driveURL(), "")
	if x.err == nil && x.status == http.StatusNotFound {
		return "no such file for " + e.identity() + "; the response of Sheets shows why", nil // an unknown ID or one that is not shared
	}
	if found := e.callFinding("www.googleapis.com", x); found != nil {
		return "", found
	}
	if json.Unmarshal(x.body, &e.file) != nil || e.file.ID == "" {
		return "", e.unknown("Drive returned something else than a file")
	}
	if e.file.MimeType != spreadsheetType {
		return "", e.notASpreadsheet("Drive has it as " + e.file.MimeType)
	}
	return "has the file", nil
}

func (e *examination) checkSheets(ctx context.Context) (string, *finding) {
	x := do(ctx, e.transport, callTimeout, "GET", e.sheetsURL(), "")
	if found := e.callFinding("sheets.googleapis.com", x); found != nil {
		return "", found
	}
	return "opens the spreadsheet", nil
}

func (e *examination) checkEditing(context.Context) (string, *finding) {
	switch {
	case !e.writes():
		return "not checked: the scopes are for reading", nil
	case e.file.ID == "":
		return "not checked: that needs a scope of Drive", nil
	case e.file.Capabilities.CanEdit:
		return "allowed", nil
	}
	found := e.notShared("the spreadsheet is shared with "+e.identity()+" for reading, and the program requests scopes for writing", "Editor")
	found.cause = SharedReadOnly
	return "", found
}

func (e *examination) checkClock(context.Context) (string, *finding) {
	if e.skewed() {
		return "", e.clockFinding()
	}
	return "agrees with Google's", nil
}

func (e *examination) skewed() bool { return e.watch.clock().Abs() > maxSkew }

// callFinding explains what the API of the host returned; nil if the call succeeded.
func (e *examination) callFinding(host string, x *exchange) *finding {
	if x.err != nil {
		return e.unreachable(x)
	}
	refused := readError(x)
	switch {
	case x.status == http.StatusOK:
		return nil
	case refused.has("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), refused.has("insufficientPermissions"):
		return e.scopesMissing([]string{"a scope that " + host + " accepts"})
	case refused.has("ACCESS_TOKEN_TYPE_UNSUPPORTED"):
		return e.federated()
	case x.status == http.StatusUnauthorized:
		return e.tokenRefused(host)
	case refused.has("SERVICE_DISABLED"), refused.has("accessNotConfigured"):
		return e.apiDisabled(host, refused)
	case strings.Contains(refused.Message, "quota project"), refused.has("USER_PROJECT_DENIED"):
		return &finding{QuotaProject, "a person's login names no project to bill the calls to", "Name one in which the APIs are enabled.", []string{"gcloud auth application-default set-quota-project PROJECT"}}
	case x.status == http.StatusTooManyRequests, refused.has("rateLimitExceeded"), refused.has("userRateLimitExceeded"):
		return e.quotaExceeded(host, refused)
	case x.status >= http.StatusInternalServerError:
		return e.googleUnavailable(host, x)
	case refused.has("FAILED_PRECONDITION"):
		return e.notASpreadsheet("Sheets returns FAILED_PRECONDITION")
	case x.status == http.StatusForbidden && refused.Code != 0:
		return e.notShared("the token is good, and the spreadsheet is not shared with "+e.identity(), e.role())
	case x.status == http.StatusNotFound && refused.Code != 0:
		return &finding{
			UnknownSpreadsheet, "Google has no spreadsheet with the ID " + e.config.SpreadsheetID + ": for one that is not shared Sheets returns 403, not 404",
			"Copy the link from the browser: the ID is the part between /d/ and /edit. The ID in a published link, /d/e/…, is not one.",
			e.setEnv("SPREADSHEET_ID", "ID"),
		}
	case refused.Code == 0:
		return e.notGoogle(host, x)
	}
	return e.unknown(fmt.Sprintf("%s returns %s: %s", host, httpStatus(x.status), refused.Message))
}

// role is what the program needs on the spreadsheet.
func (e *examination) role() string {
	if e.writes() {
		return "Editor"
	}
	return "Viewer"
}

// googleError is an error of Google's APIs, https://google.aip.dev/193, with the
// older list of errors.
type googleError struct {
	Code    int
	Message string
	Status  string
	Errors  []struct{ Reason string }
	Details []struct {
		Reason   string
		Metadata map[string]string
	}
}

// readError returns the error in a response; the zero value if there is none.
func readError(x *exchange) googleError {
	var body struct{ Error json.RawMessage }
	var e googleError
	if json.Unmarshal(x.body, &body) != nil || json.Unmarshal(body.Error, &e) != nil {
		return googleError{}
	}
	return e
}

func (g googleError) has(reason string) bool {
	for _, e := range g.Errors {
		if e.Reason == reason {
			return true
		}
	}
	for _, d := range g.Details {
		if d.Reason == reason {
			return true
		}
	}
	return g.Status == reason
}

func (g googleError) metadata(name string) string {
	for _, d := range g.Details {
		if value := d.Metadata[name]; value != "" {
			return value
		}
	}
	return ""
}
