package function

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/service/table"
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
func (h *Handler) reserve(length int64) (release func(), err error) {
	if length < 0 || length > maxBody {
		length = maxBody
	}
	if !h.bodies.TryAcquire(length) {
		return nil, &table.Error{
			Code: table.Overloaded, Detail: "too many large requests are being read, so nothing was stored",
			Remedy: "send fewer rows in one request", RetryAfter: time.Second,
		}
	}
	return func() { h.bodies.Release(length) }, nil
}

// Media types of rows. The second is what curl -d says of JSON.
var (
	rowsAsJSON = []string{"application/json", "application/x-www-form-urlencoded"}
	rowsAsAny  = append(rowsAsJSON, "text/csv")
)

// mediaType is what the body says that it is; "" is nothing.
func mediaType(r *http.Request, known []string) (string, error) {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return "", nil
	}
	media, parameters, err := mime.ParseMediaType(given)
	if charset := parameters["charset"]; err != nil || !slices.Contains(known, media) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		takes := "application/json"
		if slices.Contains(known, "text/csv") {
			takes += " or text/csv"
		}
		return "", badRequest("Content-Type %.100q: send %s in UTF-8", given, takes)
	}
	return media, nil
}

// readRecords reads the rows of a body of one of these media types. What is read
// holds memory until release is called.
func (h *Handler) readRecords(w http.ResponseWriter, r *http.Request, known []string) (records []table.Record, release func(), err error) {
	media, err := mediaType(r, known)
	if err != nil {
		return nil, nil, err
	}
	if release, err = h.reserve(r.ContentLength); err != nil {
		return nil, nil, err
	}
	if media == "text/csv" {
		var body io.Reader
		if body, err = limitBody(w, r); err == nil {
			records, err = table.ReadCSV(body)
		}
	} else {
		var body []byte
		if body, err = readBody(w, r); err == nil {
			records, err = table.ParseRecords(body)
		}
	}
	if err != nil {
		release()
		return nil, nil, whyCut(err)
	}
	return records, release, nil
}

// limitBody bounds the body's length, and the time that it may take.
func limitBody(w http.ResponseWriter, r *http.Request) (io.Reader, error) {
	// The context alone does not end the reading of a slow body.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(requestBudget)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	return http.MaxBytesReader(w, r.Body, maxBody), nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited, err := limitBody(w, r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(limited)
	return body, whyCut(err)
}

// whyCut explains an error of the connection's; others pass.
func whyCut(err error) error {
	_, tooLong := errors.AsType[*http.MaxBytesError](err)
	_, told := errors.AsType[*table.Error](err)
	_, ours := errors.AsType[*requestError](err)
	if err == nil || tooLong || told || ours {
		return err
	}
	return &requestError{code: table.BadRequest, detail: "the body did not arrive whole", err: err}
}
