package function

import (
	_ "embed"
	"net/http"
	"strconv"
)

// openAPI is the API for machines. Who changes the routes changes it as well: the
// tests hold that both agree, and every answer of theirs against it.
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
