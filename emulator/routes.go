package emulator

import (
	"net/http"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/drive"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/sheets"
)

// find returns the route of a request. POST may stand in for other methods, as
// clients behind a strict proxy send it.
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

// allRoutes returns all calls of all APIs. Where two fit a path, the first is
// meant: literal names and verbs come before variables that would take them in.
func (api *Server) allRoutes() []rest.Route {
	return slices.Concat(
		(&sheets.API{Files: api.store, Now: api.options.Now}).Routes(), (&drive.API{Files: api.store, Now: api.options.Now}).Routes(),
		api.iamRoutes(), api.oauthRoutes())
}
