package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MaxRepeats is how often a repeatable parameter may be given.
const MaxRepeats = 20

// checkParameters refuses parameters that the route does not take. A request that
// matches no route is not checked.
func checkParameters(route Route, next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if route.Pattern != "" {
			if err := route.checkQuery(r.URL.RawQuery); err != nil {
				return err
			}
		}
		return next(w, r)
	}
}

// maxQuery is the length of the longest query, in bytes as it is sent: [MaxRepeats] texts
// of 1,000 ASCII characters fit in, each of which takes 3 bytes where it is escaped.
const maxQuery = 64 << 10

func (route Route) checkQuery(raw string) error {
	if len(raw) > maxQuery {
		return BadRequest("the query is longer than %d bytes", maxQuery)
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return BadRequest("the query cannot be read: %v", err)
	}
	for name, values := range query {
		limit := 1
		switch named := slices.Contains(route.Query, name); {
		case named && slices.Contains(route.Repeatable, name), !named && route.AnyQuery:
			limit = MaxRepeats
		case !named:
			takes := "no parameters"
			if len(route.Query) > 0 {
				takes = strings.Join(route.Query, ", ")
			}
			return &Error{
				Code: CodeBadRequest, Status: http.StatusBadRequest,
				Detail: fmt.Sprintf("unknown parameter %.100q; this route takes %s", name, takes), Hint: similar("the parameter is named ", nearest(name, route.Query)),
			}
		}
		if len(values) > limit {
			return BadRequest("parameter %.100q is given %d times", name, len(values))
		}
	}
	return nil
}

// Int reads a whole number from min to max; a parameter that is not given is 0.
// With [math.MaxInt] for max the error names only min.
func Int(query url.Values, name string, min, max int) (int, error) {
	if !query.Has(name) {
		return 0, nil
	}
	n, err := strconv.Atoi(query.Get(name))
	switch {
	case err == nil && n >= min && n <= max:
		return n, nil
	case max == math.MaxInt:
		return 0, BadRequest("%s=%.100s: want a whole number from %d", name, query.Get(name), min)
	}
	return 0, BadRequest("%s=%.100s: want a whole number from %d to %d", name, query.Get(name), min, max)
}
