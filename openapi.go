package function

import (
	_ "embed"
	"net/http"
	"strconv"
)

// openAPI describes the API for programs. A change of the routes changes it as
// well: a test compares both, and the tests check every response against it.
//
//go:embed openapi.yaml
var openAPI []byte

// describeAPI answers with the OpenAPI document.
func (h *Handler) describeAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml") // RFC 9512
	w.Header().Set("Content-Length", strconv.Itoa(len(openAPI)))
	_, err := w.Write(openAPI)
	return err
}
