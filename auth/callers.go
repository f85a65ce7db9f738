package auth

import (
	"errors"
	"net/http"
	"strings"
)

// ErrUnauthenticated is the answer to a request that does not say who calls.
var ErrUnauthenticated = errors.New("the request carries no bearer token")

// Callers says who may call. The zero value lets nobody in.
type Callers struct {
	rule string // "iam", "anyone" or ""
}

// UnmarshalText reads "iam" (the platform checks callers, as Cloud Run does) or
// "anyone" (strangers may read and write the spreadsheet).
func (c *Callers) UnmarshalText(text []byte) error {
	switch rule := strings.TrimSpace(string(text)); {
	case rule == "iam" || rule == "anyone":
		c.rule = rule
		return nil
	case strings.Contains(rule, "@"):
		return errors.New("names e-mail addresses, which are not checked yet: use iam behind Cloud Run's own check")
	case rule == "":
		return errors.New("is set to nothing")
	default:
		return errors.New("is neither iam nor anyone")
	}
}

// String is the rule as it was written.
func (c Callers) String() string { return c.rule }

// Anyone reports whether strangers may call.
func (c Callers) Anyone() bool { return c.rule == "anyone" }

// Check returns nil for a request that may pass, else [ErrUnauthenticated].
// With "iam" any bearer token passes: the platform has verified it and may have
// removed its signature, so this is a tripwire for a service that was deployed
// open by mistake, and proves nothing.
func (c Callers) Check(r *http.Request) error {
	if c.Anyone() {
		return nil
	}
	for _, header := range []string{"Authorization", "X-Serverless-Authorization"} {
		scheme, token, _ := strings.Cut(r.Header.Get(header), " ")
		if c.rule == "iam" && strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != "" {
			return nil
		}
	}
	return ErrUnauthenticated
}
