package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// maxJSON is more than any request of the page has.
const maxJSON = 64 << 10

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the page has left
}

const (
	// maxEcho is how many characters of what a caller sent an error text repeats, and
	// maxText how many it has.
	maxEcho = 200
	maxText = 1000
)

// refuse answers a request that cannot be served.
func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	http.Error(w, fmt.Sprintf("%.*s", maxText, fmt.Sprintf(format, args...)), status)
}

// readJSON decodes a request; it answers and returns false if it is not one.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	if r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "want Content-Type: application/json")
		return false
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		refuse(w, http.StatusRequestEntityTooLarge, "the body may have %d bytes", maxJSON)
		return false
	}
	if err == nil && decoder.More() {
		err = errors.New("want one JSON object")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "%.*s", maxEcho, err)
		return false
	}
	return true
}

// done answers a request that changes something.
func done(w http.ResponseWriter, err error) {
	if err != nil {
		refuse(w, http.StatusConflict, "%v", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
