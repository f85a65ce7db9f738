package web

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// FormType is the media type of a page's form, and what curl -d sends with JSON.
const FormType = "application/x-www-form-urlencoded"

// MediaType returns the media type of a request's body, which must be one of
// accepted, in UTF-8. A request without Content-Type has the first of them, and so has
// one with [FormType] where that is not accepted, because curl -d sends it.
func MediaType(r *http.Request, accepted ...string) (string, error) {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return accepted[0], nil
	}
	media, parameters, err := mime.ParseMediaType(given)
	if media == FormType && !slices.Contains(accepted, media) {
		media = accepted[0]
	}
	if err != nil || !slices.Contains(accepted, media) || !isUTF8(parameters["charset"]) {
		return "", BadRequest("Content-Type %.100q: send %s in UTF-8", given, strings.Join(accepted, " or "))
	}
	return media, nil
}

// isUTF8 reports whether a charset is UTF-8, which some clients write without the
// hyphen.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
