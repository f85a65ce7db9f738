package emulator

import (
	"net/http"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// find returns the route of a request and the variables of its path; nil if
// there is none. POST may replace other methods, as clients behind a strict
// proxy send it.
func (s *Server) find(r *http.Request) (*rest.Route, map[string]string) {
	method := r.Method
	if override := r.Header.Get("X-HTTP-Method-Override"); method == http.MethodPost && override != "" {
		method = override
	}
	path := strings.Trim(r.URL.EscapedPath(), "/")
	// google-spreadsheet sends ID/ and ID/:batchUpdate, and Google takes both.
	path = strings.Replace(path, "/:", ":", 1)
	segments := strings.Split(path, "/")
	for i := range s.routes {
		if s.routes[i].Method != method {
			continue
		}
		if vars, ok := s.routes[i].Match(segments); ok {
			return &s.routes[i], vars
		}
	}
	return nil, nil
}
