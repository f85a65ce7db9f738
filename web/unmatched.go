package web

import (
	"fmt"
	"net/http"
)

// matched is the handler of a route. ServeMux has handlers of its own for 404, 405
// and the redirect of an unclean path.
type matched struct{ http.Handler }

func isMatched(h http.Handler) bool { _, ok := h.(*matched); return ok }

// serveUnmatched answers a request that no route is for: 404, 405 with the
// methods that are allowed, OPTIONS, and the redirect of an unclean path, all as
// ServeMux finds them.
func (h *Handler) serveUnmatched(w http.ResponseWriter, r *http.Request) error {
	probe := &headerRecorder{header: http.Header{}}
	found, pattern := h.mux.Handler(r)
	found.ServeHTTP(probe, r)
	allow := probe.header.Get("Allow")
	switch {
	case pattern != "": // a redirect to where a route is
		w.Header().Set("Location", probe.header.Get("Location"))
		w.WriteHeader(probe.status)
		return nil
	case allow == "":
		return &Error{Code: CodeRouteNotFound, Status: http.StatusNotFound, Detail: fmt.Sprintf("there is no route %.200s", r.URL.Path)}
	}
	allow += ", OPTIONS"
	w.Header().Set("Allow", allow)
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return &Error{
		Code: CodeMethodNotAllowed, Status: http.StatusMethodNotAllowed,
		Detail: fmt.Sprintf("%s is not allowed here; allowed are %s", r.Method, allow),
	}
}

// headerRecorder keeps the status and header of a response and drops its body.
type headerRecorder struct {
	header http.Header
	status int
}

func (w *headerRecorder) Header() http.Header { return w.header }

func (w *headerRecorder) WriteHeader(status int) { w.status = status }

func (w *headerRecorder) Write(b []byte) (int, error) { return len(b), nil }
