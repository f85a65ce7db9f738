package web

import (
	"net/http"
	"strings"
)

// checkConditions refuses writes on conditions that the route does not evaluate: to ignore
// one would overwrite what its sender meant to keep. "If-Match: *" holds for everything
// that exists, so that it does not change what a route does.
// https://www.rfc-editor.org/rfc/rfc9110#section-13
func checkConditions(route Route, next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			return next(w, r)
		}
		for _, name := range []string{"If-Match", "If-None-Match", "If-Unmodified-Since"} {
			value := strings.TrimSpace(strings.Join(r.Header.Values(name), ","))
			if name == "If-Match" && (route.IfMatch || value == "*") {
				continue
			}
			if value != "" {
				return &Error{
					Code: CodePrecondition, Status: http.StatusPreconditionFailed,
					Detail: "writes cannot be made on the condition " + name + ", so nothing was stored", Hint: "leave out " + name,
				}
			}
		}
		return next(w, r)
	}
}

// IfMatch returns the entity tags of the header If-Match; nil if there is none.
func IfMatch(header http.Header) (tags []string) {
	for tag := range strings.SplitSeq(strings.Join(header.Values("If-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Match reports whether If-Match lets a response with this ETag be sent,
// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1; no tag may hold a comma. The
// error is status 412.
func Match(header http.Header, etag string) error {
	values := header.Values("If-Match")
	for tag := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if tag = strings.TrimSpace(tag); len(values) == 0 || tag == "*" || tag == etag {
			return nil
		}
	}
	return &Error{
		Code: CodePrecondition, Status: http.StatusPreconditionFailed,
		Detail: "the rows have changed: their ETag is not in If-Match",
	}
}
