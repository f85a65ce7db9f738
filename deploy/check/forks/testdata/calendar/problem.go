package function

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"google.golang.org/api/googleapi"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/web"
)

// The codes that package web does not have.
const (
	codeSettings        = "settings"
	codeToken           = "token"
	codeUnauthenticated = "unauthenticated"
	codeNotShared       = "not-shared"
	codeUpstream        = "upstream"
)

// explain turns any error into what the caller gets.
func explain(_ context.Context, err error) *web.Error {
	if noToken, ok := errors.AsType[*auth.Error](err); ok {
		return &web.Error{Code: codeToken, Status: http.StatusBadGateway, Detail: "no access token", Hint: noToken.Hint, Err: err}
	}
	if caller, ok := errors.AsType[*auth.CallerError](err); ok {
		e := &web.Error{Code: codeUnauthenticated, Status: http.StatusUnauthorized, Detail: caller.Detail, Hint: caller.Hint}
		if errors.Is(err, auth.ErrForbidden) {
			e.Code, e.Status = web.CodeForbidden, http.StatusForbidden
		}
		return e
	}
	if refused, ok := errors.AsType[*googleapi.Error](err); ok {
		if refused.Code == http.StatusNotFound {
			return &web.Error{Code: codeNotShared, Status: http.StatusBadGateway, Detail: "list events: no such calendar, or it is not shared", Hint: "share the calendar with the function's service account", Err: err}
		}
		return &web.Error{Code: codeUpstream, Status: http.StatusBadGateway, Detail: "list events: Google failed", Err: err}
	}
	return web.AsError(err)
}

// misconfigured answers every request with what is wrong with the settings.
func misconfigured(err error, logger *slog.Logger) http.Handler {
	logger.Error("function is not set up", "error", err)
	return web.Unavailable(web.Error{Code: codeSettings, Status: http.StatusServiceUnavailable, Detail: "the function's settings are wrong; its log has the cause"})
}
