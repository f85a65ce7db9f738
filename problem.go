package function

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/service/table"
)

// The codes that the service does not have: requests that never reach it.
const (
	codeSettings         table.Code = "settings"
	codeUnauthenticated  table.Code = "unauthenticated"
	codeForbidden        table.Code = "forbidden"
	codeRouteNotFound    table.Code = "route-not-found"
	codeMethodNotAllowed table.Code = "method-not-allowed"
	codeInternal         table.Code = "internal"
)

// statuses is where codes become HTTP statuses. A failure of Google's is a bad
// gateway, unless coming back later helps.
var statuses = map[table.Code]int{
	table.BadRequest:          http.StatusBadRequest,
	table.InvalidRows:         http.StatusUnprocessableEntity,
	table.TooLarge:            http.StatusRequestEntityTooLarge,
	table.SheetNotFound:       http.StatusNotFound,
	table.ScopeInsufficient:   http.StatusBadGateway,
	table.NotShared:           http.StatusBadGateway,
	table.APIDisabled:         http.StatusBadGateway,
	table.NoStorage:           http.StatusBadGateway,
	table.SpreadsheetNotFound: http.StatusBadGateway,
	table.UnsupportedDocument: http.StatusBadGateway,
	table.RateLimited:         http.StatusServiceUnavailable,
	table.Upstream:            http.StatusBadGateway,
	table.Overloaded:          http.StatusServiceUnavailable,
	table.Conflict:            http.StatusConflict,
	table.KeyReused:           http.StatusUnprocessableEntity,
	table.SheetFull:           http.StatusUnprocessableEntity,
	table.OutcomeUnknown:      http.StatusGatewayTimeout,
	table.TokenRefused:        http.StatusBadGateway,
	codeSettings:              http.StatusServiceUnavailable,
	codeUnauthenticated:       http.StatusUnauthorized,
	codeForbidden:             http.StatusForbidden,
	codeRouteNotFound:         http.StatusNotFound,
	codeMethodNotAllowed:      http.StatusMethodNotAllowed,
	codeInternal:              http.StatusInternalServerError,
}

// problem is an answer of RFC 9457. Its type is about:blank: what it means is
// told by the code. The request's ID finds its line in the log; it is no URI, as
// instance would have to be.
type problem struct {
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Status int        `json:"status"`
	Detail string     `json:"detail"`
	Code   table.Code `json:"code"`
	Remedy string     `json:"remedy,omitempty"`

	RequestID string `json:"request_id,omitempty"`

	retryAfter time.Duration
}

// requestError is a failure that the service knows nothing of.
type requestError struct {
	code   table.Code
	status int // 0 is that of the code
	detail string
	err    error // for the log; may be nil
}

func (e *requestError) Error() string {
	if e.err == nil {
		return e.detail
	}
	return e.detail + ": " + e.err.Error()
}

func (e *requestError) Unwrap() error { return e.err }

func badRequest(format string, args ...any) error {
	return &requestError{code: table.BadRequest, detail: fmt.Sprintf(format, args...)}
}

// toProblem is the one place where errors become answers. What the caller did
// wrong is told in full; what went wrong behind us in general, because the
// cause is in the log.
func toProblem(err error) problem {
	p := problem{Code: codeInternal, Detail: "the function failed; its log has the cause"}
	var (
		inService *table.Error
		inRequest *requestError
		noToken   *auth.Error
		caller    *auth.CallerError
		tooLong   *http.MaxBytesError
	)
	switch {
	case errors.As(err, &inRequest):
		p.Code, p.Status, p.Detail = inRequest.code, inRequest.status, inRequest.detail
	case errors.As(err, &noToken): // before the service's error that wraps it
		p.Code, p.Detail, p.Remedy = table.TokenRefused, noToken.Error(), noToken.Remedy
	case errors.As(err, &inService):
		p.Code, p.Detail, p.Remedy, p.retryAfter = inService.Code, inService.Detail, inService.Remedy, inService.RetryAfter
	case errors.As(err, &tooLong):
		p.Code, p.Detail = table.TooLarge, fmt.Sprintf("the body is longer than %d bytes", tooLong.Limit)
		p.Remedy = "send the rows in several requests"
	case errors.As(err, &caller):
		p.Code, p.Detail, p.Remedy = codeUnauthenticated, caller.Detail, caller.Remedy
		if errors.Is(err, auth.ErrForbidden) {
			p.Code = codeForbidden
		}
		if errors.Is(err, auth.ErrNoKeys) {
			p.Code, p.Status, p.retryAfter = table.Upstream, http.StatusServiceUnavailable, 10*time.Second
		}
	}
	if p.Status == 0 {
		p.Status = statuses[p.Code]
	}
	if _, ok := errors.AsType[deliveryError](err); ok {
		p = forBroker(p)
	}
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	return p
}

// explain is toProblem with what the settings and the account's e-mail tell.
func (h *Handler) explain(ctx context.Context, err error) problem {
	p := toProblem(err)
	if p.Code == table.ScopeInsufficient && strings.HasPrefix(h.tokens.Status().Source, "metadata server") {
		ignored := "the platform ignores the scopes that it is asked for, as a VM does: stop the VM and set its own, gcloud compute instances set-service-account VM --scopes=cloud-platform," +
			h.settings.Scopes.String() + "; or on GKE use Workload Identity with a Google service account; or set IMPERSONATE to a service account"
		if h.settings.Scopes.Has("drive") && h.settings.Scopes.Has("spreadsheets") {
			p.Detail += ", although the function asked for it"
			p.Remedy = ignored
		} else {
			p.Remedy += "; if that is of no help, " + ignored
		}
	}
	if strings.Contains(p.Remedy, table.Account) {
		email, err := h.tokens.Email(ctx)
		if err != nil {
			email = "the function's service account"
		}
		p.Remedy = strings.ReplaceAll(p.Remedy, table.Account, email)
	}
	return p
}

// open reports whether answers go to anybody on the internet.
func (h *Handler) open() bool { return h.settings.Callers.Anyone() && os.Getenv("K_SERVICE") != "" }

// shown leaves out what only the function's own people should know.
func (h *Handler) shown(p problem) problem {
	if !h.open() {
		return p
	}
	p.Remedy = ""
	if p.Code == table.TokenRefused {
		p.Detail = "the function has no access token to call Google with"
	}
	return p
}

// identity is who the function is; for strangers without names and addresses.
func (h *Handler) identity(ctx context.Context) auth.Status {
	if h.open() {
		status := h.tokens.Status()
		return auth.Status{Scopes: status.Scopes, Expiry: status.Expiry}
	}
	// Its error, if there is one, is no reason to hide the rest: the status
	// then comes without an e-mail.
	_, _ = h.tokens.Email(ctx)
	return h.tokens.Status()
}

// write sends the problem instead of what the header was set for.
func (p problem) write(w http.ResponseWriter) {
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Age"} {
		w.Header().Del(name)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/problem+json")
	p.RequestID = w.Header().Get(requestIDHeader)
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.retryAfter.Seconds())))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	_ = encodeJSON(w, p) // the client has gone
}
