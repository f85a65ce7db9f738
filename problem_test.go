package function

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/sheets-function/auth"
)

// TestTokenHints checks that a hint of auth is in a problem once, as its hint.
func TestTokenHints(t *testing.T) {
	t.Setenv("K_SERVICE", "")
	err := &auth.Error{Op: "fetch a token", Err: errors.New("404 Not Found"), Hint: "attach an account"}
	if e := toError(err); e.Detail != "fetch a token: 404 Not Found" || e.Hint != err.Hint {
		t.Errorf("toError() = %q with the hint %q, want the hint apart", e.Detail, e.Hint)
	}
	w := httptest.NewRecorder()
	misconfigured(err, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if body := w.Body.String(); strings.Count(body, err.Hint) != 1 {
		t.Errorf("misconfigured() = %s, want the hint once", body)
	}
}
