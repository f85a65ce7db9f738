package emulator

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

const (
	metadataFolder = "/computeMetadata/"
	metadataRoot   = metadataFolder + "v1/"
	projectNumber  = "123456789012"
	cloudPlatform  = rest.ScopePrefix + "cloud-platform"
)

// forMetadata reports whether a path is the metadata server's. Clients look for
// it at the root: https://google.aip.dev/auth/4115 leaves them the choice.
func forMetadata(path string) bool {
	return path == "/" || strings.HasPrefix(path+"/", metadataFolder)
}

// metadataCall names a request to the metadata server by what it asks for.
func (s *Server) metadataCall(r *http.Request) string {
	path := metadataPath(r)
	if _, ok := s.metadataEntries()[path]; !ok || strings.HasSuffix(path, "/") {
		return "metadata.list"
	}
	return "metadata." + path[strings.LastIndexByte(path, '/')+1:]
}

// metadataPath is a path below the root, which may lack its slash.
func metadataPath(r *http.Request) string {
	return strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(metadataRoot, "/")), "/")
}

// serveMetadata answers for the metadata server. It returns the scopes asked
// for beside the answer.
func (s *Server) serveMetadata(r *http.Request) (scopes []string, a *rest.Response) {
	if a := s.metadataGate(r); a != nil {
		return nil, a
	}
	switch path := metadataPath(r); {
	case s.metadataCall(r) == "metadata.token":
		return s.metadataToken(r)
	case s.metadataCall(r) == "metadata.identity":
		return nil, s.metadataIdentity(r)
	default:
		return nil, s.metadataEntry(path, r.URL.Query())
	}
}

// metadataGate answers what is refused, or told, before anything is looked up,
// https://cloud.google.com/compute/docs/metadata/querying-metadata.
func (s *Server) metadataGate(r *http.Request) *rest.Response {
	folder := strings.TrimSuffix(r.URL.Path, "/") + "/"
	switch {
	case r.Header.Get("X-Forwarded-For") != "": // somebody else's, by a proxy
		return s.metadataText(http.StatusForbidden, "Forbidden\n")
	case folder == "/": // the probe of Go sends no header, that of Python does
		return s.metadataText(http.StatusOK, "computeMetadata/\n")
	case r.Header.Get("Metadata-Flavor") != "Google":
		return s.metadataText(http.StatusForbidden, s.platform().errors+`Missing required header "Metadata-Flavor": "Google"`+"\n")
	case folder == metadataFolder:
		return s.metadataText(http.StatusOK, "v1/\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return s.metadataText(http.StatusMethodNotAllowed, "Method Not Allowed\n")
	case !strings.HasPrefix(folder, metadataRoot):
		return s.metadataMissing()
	case r.URL.Query().Has("wait_for_change"):
		return s.metadataText(http.StatusNotImplemented, rest.Unsupported("metadata with wait_for_change").Error()+"\n")
	}
	return nil
}

// metadataMissing is the 404 of the platform: Google's page, a word, or nothing.
func (s *Server) metadataMissing() *rest.Response {
	body := s.platform().notFound
	if body != "html" {
		return s.metadataText(http.StatusNotFound, body)
	}
	page := rest.HTMLError(http.StatusNotFound)
	a := s.metadataText(http.StatusNotFound, string(page.Body))
	a.Header.Set("Content-Type", page.Header.Get("Content-Type"))
	return a
}

func (s *Server) metadataText(status int, text string) *rest.Response {
	a := rest.NewResponse(status, "application/text", []byte(text))
	a.Header.Set("Metadata-Flavor", "Google")
	a.Header.Set("Server", s.platform().server)
	return a
}

func (s *Server) metadataJSON(body []byte) *rest.Response {
	a := s.metadataText(http.StatusOK, string(body))
	a.Header.Set("Content-Type", "application/json")
	return a
}

// notFetched is the 500 by which Cloud Run refuses scopes it can't parse.
func (s *Server) notFetched(u *url.URL) *rest.Response {
	uri := strings.Replace(u.RequestURI(), "/default/", "/"+s.servedAccount()+"/", 1)
	return s.metadataText(http.StatusInternalServerError, "Could not fetch URI "+uri+"\n")
}

// metadataFault is the metadata server's own answer of a status.
func (s *Server) metadataFault(r *http.Request, status int) *rest.Response {
	switch {
	case status == http.StatusNotFound:
		return s.metadataMissing()
	case status == http.StatusForbidden && s.onGKE():
		return s.metadataText(status, bindingMissing("iam.serviceAccounts.getAccessToken"))
	case status == http.StatusInternalServerError && s.onGKE():
		return s.metadataText(status, "GKE Metadata Server: Internal Server Error\n")
	case status == http.StatusInternalServerError:
		return s.notFetched(r.URL)
	}
	return s.metadataText(status, http.StatusText(status)+"\n")
}
