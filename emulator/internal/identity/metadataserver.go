package identity

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

const (
	metadataFolder = "/computeMetadata/"
	metadataRoot   = metadataFolder + "v1/"
	ProjectNumber  = "123456789012"
	cloudPlatform  = rest.ScopePrefix + "cloud-platform"
)

// IsMetadata reports whether a path is the metadata server's. Clients look for
// it at the root: https://google.aip.dev/auth/4115 leaves them the choice.
func IsMetadata(path string) bool {
	return path == "/" || strings.HasPrefix(path+"/", metadataFolder)
}

// MetadataCall names a request to the metadata server by what it asks for.
func (auth *Authority) MetadataCall(r *http.Request) string {
	path := metadataPath(r)
	if _, ok := auth.metadataEntries()[path]; !ok || strings.HasSuffix(path, "/") {
		return "metadata.list"
	}
	return "metadata." + path[strings.LastIndexByte(path, '/')+1:]
}

// metadataPath is a path below the root, which may lack its slash.
func metadataPath(r *http.Request) string {
	return strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(metadataRoot, "/")), "/")
}

// ServeMetadata answers for the metadata server. It returns the scopes asked
// for beside the answer.
func (auth *Authority) ServeMetadata(r *http.Request) (scopes []string, a *rest.Response) {
	if a := auth.metadataRefusal(r); a != nil {
		return nil, a
	}
	switch path := metadataPath(r); {
	case auth.MetadataCall(r) == "metadata.token":
		return auth.metadataToken(r)
	case auth.MetadataCall(r) == "metadata.identity":
		return nil, auth.metadataIdentity(r)
	default:
		return nil, auth.metadataEntry(path, r.URL.Query())
	}
}

// metadataRefusal answers what is refused, or told, before anything is looked up,
// https://cloud.google.com/compute/docs/metadata/querying-metadata.
func (auth *Authority) metadataRefusal(r *http.Request) *rest.Response {
	folder := strings.TrimSuffix(r.URL.Path, "/") + "/"
	switch {
	case r.Header.Get("X-Forwarded-For") != "": // somebody else's, by a proxy
		return auth.metadataText(http.StatusForbidden, "Forbidden\n")
	case folder == "/": // the probe of Go sends no header, that of Python does
		return auth.metadataText(http.StatusOK, "computeMetadata/\n")
	case r.Header.Get("Metadata-Flavor") != "Google":
		return auth.metadataText(http.StatusForbidden, auth.platform().errors+`Missing required header "Metadata-Flavor": "Google"`+"\n")
	case folder == metadataFolder:
		return auth.metadataText(http.StatusOK, "v1/\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return auth.metadataText(http.StatusMethodNotAllowed, "Method Not Allowed\n")
	case !strings.HasPrefix(folder, metadataRoot):
		return auth.metadataNotFound()
	case r.URL.Query().Has("wait_for_change"):
		return auth.metadataText(http.StatusNotImplemented, rest.Unsupported("metadata with wait_for_change").Error()+"\n")
	}
	return nil
}

// metadataNotFound is the 404 of the platform: Google's page, a word, or nothing.
func (auth *Authority) metadataNotFound() *rest.Response {
	body := auth.platform().notFound
	if body != "html" {
		return auth.metadataText(http.StatusNotFound, body)
	}
	page := rest.HTMLError(http.StatusNotFound)
	a := auth.metadataText(http.StatusNotFound, string(page.Body))
	a.Header.Set("Content-Type", page.Header.Get("Content-Type"))
	return a
}

func (auth *Authority) metadataText(status int, text string) *rest.Response {
	a := rest.NewResponse(status, "application/text", []byte(text))
	a.Header.Set("Metadata-Flavor", "Google")
	a.Header.Set("Server", auth.platform().server)
	return a
}

func (auth *Authority) metadataJSON(body []byte) *rest.Response {
	a := auth.metadataText(http.StatusOK, string(body))
	a.Header.Set("Content-Type", "application/json")
	return a
}

// couldNotFetch is the 500 by which Cloud Run refuses scopes it can't parse.
func (auth *Authority) couldNotFetch(u *url.URL) *rest.Response {
	uri := strings.Replace(u.RequestURI(), "/default/", "/"+auth.servedAccount()+"/", 1)
	return auth.metadataText(http.StatusInternalServerError, "Could not fetch URI "+uri+"\n")
}

// MetadataFault is the metadata server's own answer of a status.
func (auth *Authority) MetadataFault(r *http.Request, status int) *rest.Response {
	switch {
	case status == http.StatusNotFound:
		return auth.metadataNotFound()
	case status == http.StatusForbidden && auth.isGKE():
		return auth.metadataText(status, missingBindingText("iam.serviceAccounts.getAccessToken"))
	case status == http.StatusInternalServerError && auth.isGKE():
		return auth.metadataText(status, "GKE Metadata Server: Internal Server Error\n")
	case status == http.StatusInternalServerError:
		return auth.couldNotFetch(r.URL)
	}
	return auth.metadataText(status, http.StatusText(status)+"\n")
}
