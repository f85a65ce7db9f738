package function

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/service"
)

const (
	maxBody = 8 << 20
	// bodiesAtOnce bounds the memory that requests take before they are rows:
	// two of the largest, or thousands of the usual.
	bodiesAtOnce = 2 * maxBody
	// requestBudget ends a request before the platform does: service.yaml's
	// timeoutSeconds is 60.
	requestBudget = 55 * time.Second
)

// reserve takes memory for a body of this length, -1 if it is not known, until
// release is called.
func (h *handler) reserve(length int64) (release func(), err error) {
	if length < 0 || length > maxBody {
		length = maxBody
	}
	if !h.bodies.TryAcquire(length) {
		return nil, &service.Error{
			Code: service.Overloaded, Detail: "too many large requests are being read, so nothing was stored",
			Remedy: "send fewer rows in one request", RetryAfter: time.Second,
		}
	}
	return func() { h.bodies.Release(length) }, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if given := r.Header.Get("Content-Type"); given != "" {
		media, parameters, err := mime.ParseMediaType(given)
		plain := []string{"application/json", "application/x-www-form-urlencoded"} // the latter is what curl -d says
		if charset := parameters["charset"]; err != nil || !slices.Contains(plain, media) || charset != "" && !strings.EqualFold(charset, "utf-8") {
			return nil, badRequest("Content-Type %.100q: send application/json in UTF-8", given)
		}
	}
	// The context alone does not end the reading of a slow body.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(requestBudget)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLong {
		return nil, &requestError{code: service.BadRequest, detail: "the body did not arrive whole", err: err}
	}
	return body, err
}

func parseQuery(parameters url.Values) (service.Query, error) {
	q := service.Query{Values: service.Values(parameters.Get("values"))}
	switch q.Values {
	case "", service.Typed, service.Text, service.Formula:
	default:
		return q, badRequest("values=%.100s: want typed, text or formula", q.Values)
	}
	for _, p := range []struct {
		name  string
		least int
		field *int
	}{{"limit", 1, &q.Limit}, {"offset", 0, &q.Offset}} {
		if !parameters.Has(p.name) {
			continue
		}
		text := parameters.Get(p.name)
		n, err := strconv.Atoi(text)
		if err != nil || n < p.least {
			return q, badRequest("%s=%.100s: want a whole number from %d", p.name, text, p.least)
		}
		*p.field = n
	}
	return q, nil
}

// maxKey is the length of an idempotency key, which is stored in a cell.
const maxKey = 255

// parseAppend reads how rows are to be appended: with which idempotency key,
// "" for none, and whether as typed by a person.
func parseAppend(r *http.Request) (key string, entered bool, err error) {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) > 0 {
		key = keys[0]
	}
	unprintable := strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' })
	if len(keys) > 1 || len(keys) == 1 && (key == "" || len(key) > maxKey || unprintable) {
		return "", false, badRequest("Idempotency-Key: want one, of 1 to %d printable ASCII characters", maxKey)
	}
	switch input := r.URL.Query().Get("input"); input {
	case "", "raw":
		return key, false, nil
	case "user_entered":
		if key != "" {
			return "", false, badRequest("input=user_entered is not safe to repeat, so it takes no Idempotency-Key: leave out one of them")
		}
		return "", true, nil
	default:
		return "", false, badRequest("input=%.100s: want raw or user_entered", input)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func checkParameters(query string, known []string) error {
	given, err := url.ParseQuery(query)
	if err != nil {
		return badRequest("the query cannot be read: %v", err)
	}
	for name := range given {
		if slices.Contains(known, name) && len(given[name]) == 1 {
			continue
		}
		if slices.Contains(known, name) {
			return badRequest("parameter %q is given %d times", name, len(given[name]))
		}
		takes := "no parameters"
		if len(known) > 0 {
			takes = strings.Join(known, ", ")
		}
		return badRequest("unknown parameter %.100q; this route takes %s", name, takes)
	}
	return nil
}
