package auth

import (
	"errors"
	"strings"
)

// Callers is a rule for who may call: "iam", "iap", "anyone" or a list of e-mail
// addresses. The zero value allows no caller.
type Callers struct {
	rule   string // "iam", "iap", "anyone", or "" for the e-mails
	emails []string
}

// UnmarshalText reads "iam" (the platform checks callers, as Cloud Run does), "iap"
// (Identity-Aware Proxy does, and its assertions are verified), "anyone" (no caller is
// checked), or e-mail addresses separated by commas. The addresses are compared with
// those in ID tokens byte by byte, so that case matters. An error leaves c unchanged; its
// text quotes nothing of the input and continues the name of a setting: "CALLERS" +
// " is empty".
func (c *Callers) UnmarshalText(text []byte) error {
	list := strings.TrimSpace(string(text))
	switch list {
	case "":
		return errors.New("is empty")
	case "iam", "iap", "anyone":
		*c = Callers{rule: list}
		return nil
	}
	var emails []string
	for item := range strings.SplitSeq(list, ",") {
		email := strings.TrimSpace(item)
		name, domain, ok := strings.Cut(email, "@")
		if !ok || name == "" || !strings.Contains(domain, ".") || strings.ContainsAny(email, " :*\t\n") || strings.Contains(domain, "@") {
			return errors.New("is neither iam nor iap nor anyone nor a list of e-mail addresses separated by commas")
		}
		emails = append(emails, email)
	}
	*c = Callers{emails: emails}
	return nil
}

// String returns the rule in the form that [Callers.UnmarshalText] reads; "" for
// the zero value.
func (c Callers) String() string { return c.rule + strings.Join(c.emails, ",") }

// Anyone reports whether the rule is "anyone": requests need no token.
func (c Callers) Anyone() bool { return c.rule == "anyone" }

// IAP reports whether the rule is "iap". Browsers then authenticate by a cookie, also
// for requests by pages of other sites.
func (c Callers) IAP() bool { return c.rule == "iap" }

// NeedsAudience reports whether callers are checked by tokens that are issued for an
// audience.
func (c Callers) NeedsAudience() bool { return len(c.emails) > 0 || c.IAP() }

// The kinds of a [CallerError], for [errors.Is].
var (
	// ErrUnauthenticated is for a request without a valid token.
	ErrUnauthenticated = errors.New("caller is not authenticated")
	// ErrForbidden is for a valid token of an account that may not call.
	ErrForbidden = errors.New("caller is not allowed")
	// ErrKeysUnavailable is for a token that could not be checked, because Google's
	// public keys could not be fetched. The same request may succeed later.
	ErrKeysUnavailable = errors.New("public keys are unavailable")
)

// CallerError is why a request is refused. Detail and Hint are meant for the
// caller: they say what is wrong with the token, and nothing about who may call.
type CallerError struct {
	Kind   error  // ErrUnauthenticated, ErrForbidden or ErrKeysUnavailable
	Detail string // what is wrong
	Hint   string // a command that sends a valid token, for example; may be empty
	Err    error  // the cause, for the log; may be nil
}

// Error returns the detail and the cause.
func (e *CallerError) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the kind.
func (e *CallerError) Unwrap() error { return e.Kind }
