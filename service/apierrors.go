package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"example.com/sheets-function/service/table"
)

// quotaWindow is the period of Google's quotas, which is when to retry after a 429: it has
// no Retry-After.
// https://developers.google.com/workspace/sheets/api/limits
const quotaWindow = time.Minute

// maxRetryAfter bounds the Retry-After of a response of Google's, in seconds.
const maxRetryAfter = 24 * 60 * 60

// errorRule says what an error response of Google means.
type errorRule struct {
	reasons []string // the rule applies if the response has any of these
	status  int      // or if it has this status; 0 is none
	table.Error
}

// errorRules are tried in this order. Reasons come before statuses, because 403 alone has
// five different meanings. The reasons are those of https://google.aip.dev/193 and
// https://developers.google.com/workspace/drive/api/guides/handle-errors.
var errorRules = []errorRule{
	{reasons: []string{"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficient_scope"}, Error: table.Error{
		Code:   table.ScopeInsufficient,
		Detail: "the function's access token lacks a scope that this call needs",
		Hint:   "set SCOPES=" + table.Scopes,
	}},
	{reasons: []string{protectedMessage}, Error: table.Error{
		Code:   table.ProtectedRange,
		Detail: "the cells are in a protected range, which the function's account may not edit",
		Hint:   "in Google Sheets, Data > Protect sheets and ranges, let " + table.Account + " edit the range; or do not send its columns",
	}},
	{reasons: []string{"SERVICE_DISABLED", "accessNotConfigured"}, Error: table.Error{
		Code:   table.APIDisabled,
		Detail: "a Google API that this call needs is not enabled in the project of the function's account",
		Hint:   "gcloud services enable sheets.googleapis.com drive.googleapis.com --project=" + table.Project + ", then wait some minutes",
	}},
	{reasons: []string{"storageQuotaExceeded"}, Error: table.Error{
		Code:   table.NoStorage,
		Detail: "the function's account has no storage of its own: a service account cannot own files",
		Hint:   "create the file in a shared drive, or as a person who shares it with " + table.Account,
	}},
	{reasons: []string{"exportSizeLimitExceeded"}, Error: table.Error{
		Code:   table.TooLarge,
		Detail: "the file would be larger than Drive exports, which is 10 MB",
		Hint:   "read the sheets one by one, GET /sheets/{title}, or download the file in Google Sheets, File > Download",
	}},
	{reasons: []string{"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"}, status: http.StatusTooManyRequests, Error: table.Error{
		Code:       table.RateLimited,
		Detail:     "Google's quota of calls a minute is used up",
		Hint:       "come back when the minute is over; https://console.cloud.google.com/apis/api/sheets.googleapis.com/quotas?project=" + table.Project + " shows the quota",
		RetryAfter: quotaWindow,
	}},
	{reasons: []string{"USER_PROJECT_DENIED", "quota project"}, Error: table.Error{
		Code:   table.Upstream,
		Detail: "Google requires a project for the quota of calls by a person's credentials",
		Hint:   "gcloud auth application-default set-quota-project PROJECT, with a project of yours in which the Sheets and Drive APIs are enabled",
	}},
	{reasons: []string{"FAILED_PRECONDITION", "fileNotExportable"}, Error: table.Error{
		Code:   table.UnsupportedDocument,
		Detail: "the document is not a Google spreadsheet",
		Hint:   "open it in Google Sheets, choose File > Save as Google Sheets, and let SPREADSHEET_ID name the new one",
	}},
	{reasons: []string{"ACCESS_TOKEN_TYPE_UNSUPPORTED"}, Error: table.Error{
		Code:   table.TokenRefused,
		Detail: "the function's identity is a federated one without an e-mail address, which Google Workspace does not accept",
		Hint:   "bind the Kubernetes service account to a Google service account, or set IMPERSONATE to one, and share the spreadsheet with it",
	}},
	{status: http.StatusUnauthorized, Error: table.Error{
		Code:   table.TokenRefused,
		Detail: "Google does not accept the function's access token",
		Hint:   "check that the function's service account exists and is enabled: gcloud iam service-accounts describe " + table.Account + " --project=" + table.Project,
	}},
	{status: http.StatusForbidden, Error: table.Error{
		Code:   table.NotShared,
		Detail: "the spreadsheet is not shared with the function's account, or not for editing",
		Hint:   "share the spreadsheet with " + table.Account + ", as Viewer to read and as Editor to write",
	}},
	{status: http.StatusNotFound, Error: table.Error{
		Code:   table.SpreadsheetNotFound,
		Detail: "Google has no spreadsheet with the ID that SPREADSHEET_ID names",
		Hint:   "check SPREADSHEET_ID, and that the spreadsheet is shared with " + table.Account,
	}},
}

// apiError returns the [table.Error] of a failed call; op names the call. Its detail is for
// callers, and has nothing of Google's response; the cause is for the log.
func apiError(op string, err error) error {
	answer, ok := errors.AsType[*googleapi.Error](err)
	if _, noToken := errors.AsType[interface {
		error
		Detail() string // as auth.Error has
	}](err); noToken {
		return &table.Error{Code: table.Upstream, Detail: op + ": there is no access token", Err: err}
	}
	if !ok {
		return &table.Error{Code: table.Upstream, Detail: op + ": Google's answer did not arrive, or cannot be read", Err: err}
	}
	reasons := errorReasons(answer)
	for _, r := range errorRules {
		byReason := slices.ContainsFunc(r.reasons, func(reason string) bool { return slices.Contains(reasons, reason) })
		if !byReason && (r.status == 0 || r.status != answer.Code) {
			continue
		}
		e := r.Error
		e.Detail = op + ": " + e.Detail
		e.Err = summary(answer, reasons)
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds >= 0 && e.RetryAfter > 0 {
			e.RetryAfter = time.Duration(min(seconds, maxRetryAfter)) * time.Second
		}
		return &e
	}
	if answer.Code == http.StatusNotImplemented && strings.HasPrefix(answer.Message, "emulator: ") {
		return &table.Error{Code: table.Upstream, Detail: op + ": " + answer.Message, Err: summary(answer, reasons)}
	}
	return &table.Error{Code: table.Upstream, Detail: op + ": Google answered " + strconv.Itoa(answer.Code), Err: summary(answer, reasons)}
}

// protectedMessage is a part of Google's message for a write into a protected range, which has
// the status 400 and no reason. It is not documented; a dozen public reports quote it.
const protectedMessage = "protected cell or object"

// errorReasons returns the reasons in an error response: the status, those in details and
// errors, and the error in WWW-Authenticate.
func errorReasons(answer *googleapi.Error) []string {
	var body struct {
		Error struct {
			Status  string
			Errors  []struct{ Reason string }
			Details []struct{ Reason string }
		}
	}
	// A body that is not JSON, such as the HTML page of Google's abuse filter, has no
	// reasons.
	_ = json.Unmarshal([]byte(answer.Body), &body)
	reasons := []string{body.Error.Status}
	for _, e := range body.Error.Errors {
		reasons = append(reasons, e.Reason)
	}
	for _, d := range body.Error.Details {
		reasons = append(reasons, d.Reason)
	}
	for _, known := range []struct{ text, reason string }{
		{answer.Header.Get("WWW-Authenticate"), "insufficient_scope"},
		{answer.Message, "quota project"}, // has no reason
		{answer.Message, protectedMessage},
	} {
		if strings.Contains(known.text, known.reason) {
			reasons = append(reasons, known.reason)
		}
	}
	return slices.DeleteFunc(reasons, func(reason string) bool { return reason == "" })
}

// summary is an error response for the log. It leaves out the message, because that of a
// 400 can quote what was written into a cell.
func summary(answer *googleapi.Error, reasons []string) error {
	return errors.New("Google answered " + strconv.Itoa(answer.Code) + " " + cmp.Or(strings.Join(reasons, ", "), http.StatusText(answer.Code)))
}
