package function

import (
	"encoding/json"
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
	// requestBudget ends a request before the platform does: service.yaml's
	// timeoutSeconds is 60.
	requestBudget = 55 * time.Second
)

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	plain := []string{"application/json", "application/x-www-form-urlencoded"} // the latter is what curl -d says
	if media != "" && (err != nil || !slices.Contains(plain, media)) {
		return nil, badRequest("Content-Type %q: send application/json", media)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	return body, nil
}

func parseQuery(parameters url.Values) (service.Query, error) {
	q := service.Query{Values: service.Values(parameters.Get("values"))}
	switch q.Values {
	case "", service.Typed, service.Text, service.Formula:
	default:
		return q, badRequest("values=%s: want typed, text or formula", q.Values)
	}
	for name, field := range map[string]*int{"limit": &q.Limit, "offset": &q.Offset} {
		text := parameters.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n == 0 && name == "limit" {
			return q, badRequest("%s=%s: want a whole number from %d", name, text, map[string]int{"limit": 1}[name])
		}
		*field = n
	}
	return q, nil
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func checkParameters(given url.Values, known []string) error {
	for name := range given {
		if slices.Contains(known, name) && len(given[name]) == 1 {
			continue
		}
		if slices.Contains(known, name) {
			return badRequest("parameter %q stands %d times", name, len(given[name]))
		}
		takes := "none"
		if len(known) > 0 {
			takes = strings.Join(known, ", ")
		}
		return badRequest("unknown parameter %q; this route takes %s", name, takes)
	}
	return nil
}
