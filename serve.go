package function

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/service"
)

// writeBudget ends the writing of an answer, and leaves time for one that says
// that the request's own time is over.
const writeBudget = requestBudget + 3*time.Second

// ServeHTTP is the edge: whatever is answered is marked, and what browsers ask
// about pages is answered before anything else.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mark(w, r)
	if h.pages.asked(r) {
		h.logged(h.pages.preflight).ServeHTTP(w, r)
		return
	}
	h.pages.tell(w, r)
	h.serve(w, r)
}

// serve checks the caller and runs the route. ServeMux's own answers to unknown
// paths and methods become problems.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	if !h.drain.enter() {
		h.logged(h.tooLate).ServeHTTP(w, r)
		return
	}
	defer h.drain.leave()
	ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
	defer cancel()
	defer context.AfterFunc(h.drain.ctx, cancel)()
	r = r.WithContext(ctx)
	// The context does not end the writing to a caller who reads slowly. Where
	// there is no connection, as in tests, nobody does.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeBudget))
	if _, pattern := h.mux.Handler(r); pattern != "" {
		h.mux.ServeHTTP(w, r)
		return
	}
	h.answer(route{do: h.unrouted}).ServeHTTP(w, r)
}

// unrouted asks ServeMux whether the path or only the method is unknown, and
// answers OPTIONS from what it says.
func (h *Handler) unrouted(w http.ResponseWriter, r *http.Request) error {
	answer := &headerRecorder{header: http.Header{}}
	h.mux.ServeHTTP(answer, r)
	if answer.status == http.StatusMethodNotAllowed {
		allow := answer.header.Get("Allow") + ", OPTIONS"
		w.Header().Set("Allow", allow)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return &requestError{code: codeMethodNotAllowed, detail: fmt.Sprintf("%s is not allowed here; allowed are %s", r.Method, allow)}
	}
	return &requestError{code: codeRouteNotFound, detail: fmt.Sprintf("there is no route %.200s", r.URL.Path)}
}

// answer runs one route for those who may call it.
func (h *Handler) answer(route route) http.Handler {
	return h.logged(func(w http.ResponseWriter, r *http.Request) error { return h.run(route, w, r) })
}

// logged turns an error into a problem, and logs one line. An answer that had
// begun before the error is broken off.
func (h *Handler) logged(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		out, used := &answerWriter{ResponseWriter: w}, &service.Usage{}
		r = r.WithContext(service.WithUsage(r.Context(), used))
		var p problem
		err := runSafely(do, out, r)
		begun := out.status != 0
		left := out.failed != nil && errors.Is(err, out.failed) // the caller, while it was answered
		if err != nil && !left {
			p = h.explain(r.Context(), err)
		}
		switch {
		case err != nil && !begun:
			h.shown(p).write(out)
		case !begun:
			out.WriteHeader(http.StatusOK)
		}
		h.logRequest(r, out, used, p, err, time.Since(start))
		if err != nil && begun && !left {
			breakOff(w)
		}
	})
}

// breakOff ends the connection, so that nobody takes a part for the whole. The
// panic by which net/http is asked for that would do where nobody catches it,
// but the functions framework does, and then ends the answer in good order.
func breakOff(w http.ResponseWriter) {
	if err := http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// runSafely makes an error of a panic. The one that asks net/http to drop the
// connection passes.
func runSafely(do func(http.ResponseWriter, *http.Request) error, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			panic(cause)
		} else if cause != nil {
			err = &panicError{cause, debug.Stack()}
		}
	}()
	return do(w, r)
}

func (h *Handler) run(route route, w http.ResponseWriter, r *http.Request) error {
	if route.pattern != healthRoute {
		if err := h.callers.Check(r); err != nil {
			return err
		}
	}
	if err := h.pages.check(r); err != nil {
		return err
	}
	if err := checkParameters(r.URL.RawQuery, route.parameters); route.pattern != "" && err != nil {
		return err
	}
	return route.do(w, r)
}

// misconfigured answers every request with what is wrong with the settings. It
// cannot check callers, so on a platform it names no file and no account.
func misconfigured(err error, log *slog.Logger) http.Handler {
	log.Error("function is not set up", "error", err)
	p := toProblem(&requestError{code: codeSettings, detail: "the function's settings are wrong: " + strings.ReplaceAll(err.Error(), "\n", "; ")})
	if credentials, ok := errors.AsType[*auth.Error](err); ok {
		p.Remedy = credentials.Remedy
		if os.Getenv("K_SERVICE") != "" {
			p.Detail = "the function's credentials cannot be used; its log has the cause"
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mark(w, r)
		p.write(w)
	})
}

// headerRecorder keeps an answer's status and header and drops its body.
type headerRecorder struct {
	header http.Header
	status int
}

func (w *headerRecorder) Header() http.Header         { return w.header }
func (w *headerRecorder) WriteHeader(status int)      { w.status = status }
func (w *headerRecorder) Write(b []byte) (int, error) { return len(b), nil }
