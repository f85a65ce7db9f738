package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// abortConnection ends the connection in the middle of a response. The panic with
// http.ErrAbortHandler alone does not: the functions framework recovers it and
// then ends the response in good order.
func abortConnection(w http.ResponseWriter) {
	if err := http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// recoverPanics returns a panic as an error. The one by which net/http aborts a
// response passes.
func recoverPanics(next HandlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			panic(cause)
		} else if cause != nil {
			err = &panicError{cause, debug.Stack()}
		}
	}()
	return next(w, r)
}

const stackKey = "stack_trace"

// panicError is a panic that was recovered.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// trace is the stack as the runtime prints it, which is what Error Reporting
// reads, https://cloud.google.com/error-reporting/docs/formatting-error-messages.
func (e *panicError) trace() string { return e.Error() + "\n\n" + string(e.stack) }

// responseRecorder notes what was sent.
type responseRecorder struct {
	http.ResponseWriter
	drain  *drain
	status int
	size   int
	failed error // of the last write to the client
}

// WriteHeader notes the status. During a shutdown it closes the connection, on which the
// client would send its next request to a process that has ended.
func (w *responseRecorder) WriteHeader(status int) {
	w.status = status
	if w.drain.begun() {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes how much was written, and why not.
func (w *responseRecorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.size += n
	if err != nil {
		w.failed = err
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *responseRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
