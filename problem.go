package function

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/event"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// The codes that are in neither package table nor package web.
const (
	codeSettings        table.Code = "settings"
	codeUnauthenticated table.Code = "unauthenticated"
	codeNotAcceptable   table.Code = "not-acceptable"
	codeNotSingular     table.Code = "PGRST116" // not exactly one row: PostgREST's clients read this code
)

// Statuses are the HTTP statuses of all error codes. A failure of Google's is 502,
// unless coming back later helps. Two answers differ: GET /health is 503 where
// there is no token, and 503 is the status where Google's keys for callers' ID
// tokens cannot be fetched.
var Statuses = map[table.Code]int{
	table.BadRequest:            http.StatusBadRequest,
	table.InvalidRows:           http.StatusUnprocessableEntity,
	table.MaxAffected:           http.StatusBadRequest,
	table.TooLarge:              http.StatusRequestEntityTooLarge,
	table.SheetNotFound:         http.StatusNotFound,
	table.ScopeInsufficient:     http.StatusBadGateway,
	table.NotShared:             http.StatusBadGateway,
	table.ProtectedRange:        http.StatusBadGateway,
	table.APIDisabled:           http.StatusBadGateway,
	table.NoStorage:             http.StatusBadGateway,
	table.SpreadsheetNotFound:   http.StatusBadGateway,
	table.UnsupportedDocument:   http.StatusBadGateway,
	table.RateLimited:           http.StatusServiceUnavailable,
	table.Upstream:              http.StatusBadGateway,
	table.Overloaded:            http.StatusServiceUnavailable,
	table.Conflict:              http.StatusConflict,
	table.KeyReused:             http.StatusUnprocessableEntity,
	table.SheetFull:             http.StatusUnprocessableEntity,
	table.OutcomeUnknown:        http.StatusGatewayTimeout,
	table.TokenRefused:          http.StatusBadGateway,
	codeSettings:                http.StatusServiceUnavailable,
	codeUnauthenticated:         http.StatusUnauthorized,
	codeNotAcceptable:           http.StatusNotAcceptable,
	codeNotSingular:             http.StatusNotAcceptable,
	web.CodeForbidden:           http.StatusForbidden,
	web.CodePrecondition:        http.StatusPreconditionFailed,
	web.CodeRangeNotSatisfiable: http.StatusRequestedRangeNotSatisfiable,
	web.CodeUnsupportedMedia:    http.StatusUnsupportedMediaType,
	web.CodeRouteNotFound:       http.StatusNotFound,
	web.CodeMethodNotAllowed:    http.StatusMethodNotAllowed,
	web.CodeInternal:            http.StatusInternalServerError,
}

// toError turns any error into what the caller gets: all of an error that the caller
// caused, and only the kind of any other, because the log has the cause.
func toError(err error) *web.Error {
	var (
		inWeb     *web.Error
		noToken   *auth.Error
		caller    *auth.CallerError
		inService *table.Error
		inEvent   *event.Error
	)
	e := web.Error{}
	switch {
	case errors.As(err, &inWeb):
		e = *inWeb
	case errors.As(err, &noToken): // before the service's error that wraps it
		e.Code, e.Detail, e.Hint = string(table.TokenRefused), noToken.Detail(), noToken.Hint
	case errors.As(err, &inService):
		e.Code, e.Detail, e.Hint, e.RetryAfter = string(inService.Code), inService.Detail, inService.Hint, inService.RetryAfter
		e.AlwaysLog = inService.Code == table.OutcomeUnknown
		e.HintQuotes = inService.Code == table.BadRequest || inService.Code == table.InvalidRows // conditions, as they are to be sent
	case errors.As(err, &caller):
		e.Code, e.Detail, e.Hint = string(codeUnauthenticated), caller.Detail, caller.Hint
		if errors.Is(err, auth.ErrForbidden) {
			e.Code = web.CodeForbidden
		}
		if errors.Is(err, auth.ErrKeysUnavailable) {
			e.Code, e.Status, e.RetryAfter = string(table.Upstream), http.StatusServiceUnavailable, 10*time.Second
		}
	case errors.As(err, &inEvent):
		e.Code, e.Detail = web.CodeBadRequest, inEvent.Detail
	default:
		e = *web.AsError(err)
	}
	e.Status = cmp.Or(e.Status, Statuses[table.Code(e.Code)])
	if delivery, ok := errors.AsType[*deliveryError](err); ok {
		delivery.adapt(&e)
	}
	return &e
}

// explain returns what the caller gets for an error, with the scopes, the account's
// e-mail address and its project filled into the hint.
func (h *Handler) explain(ctx context.Context, err error) *web.Error {
	e := toError(err)
	if e.Code == string(table.ScopeInsufficient) {
		h.explainScopes(e)
	}
	if e.Code == string(table.TokenRefused) && h.settings.Subject != "" && strings.Contains(e.Hint, table.Account) {
		e.Hint = "check that " + string(h.settings.Subject) + " is a user of the Workspace domain, and that domain-wide delegation is still granted"
	}
	if strings.Contains(e.Hint, table.Account) || strings.Contains(e.Hint, table.Project) {
		e.Hint = h.fillAccount(ctx, e.Hint)
	}
	return e
}

// explainScopes fills in the scopes that the function needs, which are the default
// of SCOPES. Its hint depends on whether SCOPES has them all: if so, the platform did
// not grant them, as Compute Engine and GKE's nodes ignore the scopes of a request.
func (h *Handler) explainScopes(e *web.Error) {
	needed := defaultScopes()
	names := field("Scopes").Tag.Get("default")
	e.Hint = strings.ReplaceAll(e.Hint, table.Scopes, names)
	service := os.Getenv("K_SERVICE")
	requested := !slices.ContainsFunc(needed, func(scope string) bool { return !slices.Contains(h.settings.Scopes, scope) })
	if !requested && service != "" {
		e.Hint += "; on Cloud Run: gcloud run services update " + service + " '--update-env-vars=^;^SCOPES=" + names + "'"
	}
	if !strings.HasPrefix(h.tokens.Status().Source, "metadata server") || !requested && service != "" {
		return
	}
	ignored := "the platform ignores the scopes that it is asked for, as Compute Engine does: stop the VM, then " +
		"gcloud compute instances set-service-account VM --scopes=https://www.googleapis.com/auth/cloud-platform," + needed.String() +
		"; or on GKE use Workload Identity with a Google service account; or set IMPERSONATE to a service account"
	if requested {
		e.Detail += ", although the function asked for it"
		e.Hint = ignored
		return
	}
	e.Hint += "; if that does not help, " + ignored
}

// accountProject is the project in the e-mail address of a service account.
var accountProject = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`@([a-z0-9-]+)\.iam\.gserviceaccount\.com$`)
})

// fillAccount replaces the placeholders of a hint. A flag whose value is not known
// is left out.
func (h *Handler) fillAccount(ctx context.Context, hint string) string {
	email, err := h.tokens.Email(ctx)
	if err != nil {
		email = "the function's service account"
	}
	if match := accountProject().FindStringSubmatch(email); match != nil {
		hint = strings.ReplaceAll(hint, table.Project, match[1])
	}
	for _, unknown := range []string{" --project=" + table.Project, "?project=" + table.Project} {
		hint = strings.ReplaceAll(hint, unknown, "")
	}
	return strings.ReplaceAll(hint, table.Account, email)
}

// isPublic reports whether strangers may call: all, unless this is a person's machine
// whose Google is emulated. Platforms that do not set K_SERVICE can have strangers too.
func (h *Handler) isPublic() bool {
	return h.settings.Callers.Anyone() && (os.Getenv("K_SERVICE") != "" || h.settings.Emulator == "")
}

// redact leaves out what only the function's operators should read.
func (h *Handler) redact(e web.Error) web.Error {
	if h.isPublic() {
		if !e.HintQuotes {
			e.Hint = ""
		}
		if e.Code == string(table.TokenRefused) {
			e.Detail = "the function has no access token to call Google with"
		}
	}
	return e
}

// deliveryError is the reason why an event was not stored.
type deliveryError struct{ err error }

func (e *deliveryError) Error() string { return e.err.Error() }

func (e *deliveryError) Unwrap() error { return e.err }

// eventStatuses are the codes whose status differs in the answer to an event.
// Knative delivers again after 404, 408, 409, 429 and 5xx, and after any other 4xx
// sends the event to the dead-letter sink, if there is one:
// https://github.com/knative/specs/blob/main/specs/eventing/data-plane.md#event-acknowledgement-and-delivery-retry
// To Pub/Sub and Eventarc all that is not 2xx is the same: the subscription's
// dead-letter policy counts it.
var eventStatuses = map[table.Code]int{
	table.SheetNotFound: http.StatusUnprocessableEntity, // another delivery would not find it either
	table.Conflict:      http.StatusUnprocessableEntity, // stored, and a person should check where; by its key, another delivery is a 204
	table.SheetFull:     http.StatusServiceUnavailable,  // not the event's fault: stored once there is room
	web.CodeInternal:    http.StatusInternalServerError,
}

// EventStatus returns the HTTP status of an error code in the answer to an event:
// 4xx where the event itself is at fault, 503 where time or an operator helps. One
// answer differs: an event whose body does not arrive whole is 408.
func EventStatus(code table.Code) int {
	status := Statuses[code]
	if differs, ok := eventStatuses[code]; ok {
		return differs
	} else if status >= http.StatusInternalServerError {
		return http.StatusServiceUnavailable
	}
	return status
}

// redeliverAfter is the Retry-After for brokers where the error has none.
const redeliverAfter = 10 * time.Second

// adapt sets the status that makes a broker deliver again where that helps.
func (d *deliveryError) adapt(e *web.Error) {
	e.Status = EventStatus(table.Code(e.Code))
	if errors.Is(d.err, web.ErrBodyCut) {
		e.Status = http.StatusRequestTimeout // another delivery may arrive whole
	}
	if e.Status == http.StatusServiceUnavailable {
		e.RetryAfter = cmp.Or(e.RetryAfter, redeliverAfter)
	}
}

// misconfigured answers every request with what is wrong with the settings. It
// cannot check callers, so it names no file and no account.
func misconfigured(err error, logger *slog.Logger) http.Handler {
	logger.Error("function is not set up", "error", err)
	e := web.Error{
		Code: string(codeSettings), Status: Statuses[codeSettings],
		Detail: "the function's settings are wrong: " + strings.ReplaceAll(err.Error(), "\n", "; "),
	}
	if credentials, ok := errors.AsType[*auth.Error](err); ok {
		e.Detail, e.Hint = "the function's credentials cannot be used; its log has the cause", credentials.Hint
	}
	return web.Unavailable(e)
}
