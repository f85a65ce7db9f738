package auth

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cloud.google.com/go/auth"
)

// Error is why there is no access token. If a response has a status of 400 or more,
// [Error.Error] quotes the start of its body, without text that may be a token, and
// [Error.Detail], which callers may see, only the codes in it. The errors of a client that
// [Transport.Client] returned wrap an *Error; use [errors.As].
type Error struct {
	Op   string // the operation, such as "fetch an access token from the metadata server at 169.254.169.254"
	Err  error  // the cause, never nil
	Hint string // what fixes it, for a person who operates the service; may be empty
}

// Error returns the operation, its cause and the hint, so that a program that only
// prints its error shows what fixes it. It is meant for the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Op, redact(e.Err.Error()))
	if e.Hint == "" {
		return text
	}
	return text + "; hint: " + e.Hint
}

// Detail returns the operation and its cause, for a program that shows the hint
// separately. Of a response that refused a token it has only the status and the codes.
func (e *Error) Detail() string { return e.Op + ": " + detailOf(e.Err) }

// detailOf returns an error's text without the body of a response.
func detailOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Detail()
	}
	if s, ok := errors.AsType[*statusError](err); ok {
		return withCodes(s.status, s.body)
	}
	if library, ok := errors.AsType[*auth.Error](err); ok && library.Response != nil {
		return withCodes(library.Response.StatusCode, string(library.Body))
	}
	return redact(err.Error())
}

func withCodes(status int, body string) string {
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	codes := slices.Compact(codePattern().FindAllString(body, maxCodes))
	if len(codes) > 0 {
		text += ": " + strings.Join(codes, ", ")
	}
	return text
}

const maxCodes = 5

// The patterns are compiled when they are first used: most processes never do, and each
// would take a part of the start.
var (
	// codePattern matches the codes of Google's errors, such as PERMISSION_DENIED and
	// invalid_grant, and no longer words, so that no token is taken for one.
	codePattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:[A-Z]{2,20}(?:_[A-Z]{2,20}){1,4}|(?:invalid|unauthorized|unsupported)_[a-z]{3,20}(?:_[a-z]{3,20})?|access_denied)\b`)
	})
	// secretPattern matches what is a token or a key: Google's access and refresh tokens,
	// JWTs, the values of members and headers that carry one, and other long words.
	secretPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`ya29\.[\w.-]+|1//[\w-]+|eyJ[\w-]+(?:\.[\w-]*)*|(?i:(?:token|assertion|secret|private_key|signedjwt|password|bearer)"?\s*[:= ]\s*"?)[^\s",}]{8,}|[\w+-]{48,}`)
	})
)

// redact replaces text that may be a token.
func redact(text string) string { return secretPattern().ReplaceAllString(text, "[cut]") }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// projectFlag returns the flag by which gcloud commands name the project of a
// service account, with a blank before it; "" if its address does not have one.
func projectFlag(account string) string {
	_, domain, _ := strings.Cut(account, "@")
	if project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com"); ok {
		return " --project=" + project
	}
	return ""
}
