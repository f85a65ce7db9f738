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

// IsMetadata reports whether a path is one of the metadata server. The root is
// one, as https://google.aip.dev/auth/4115 allows clients to detect the server
// there.
func IsMetadata(path string) bool {
	return path == "/" || strings.HasPrefix(path+"/", metadataFolder)
}

// MetadataCall returns the name of a request to the metadata server in the log
// and in faults: "metadata.token", or "metadata.list" for a folder.
func (auth *Authority) MetadataCall(r *http.Request) string {
	path := metadataPath(r)
	if _, ok := auth.metadataEntries()[path]; !ok || strings.HasSuffix(path, "/") {
		return "metadata.list"
	}
	return "metadata." + path[strings.LastIndexByte(path, '/')+1:]
}

// MetadataCalls returns the names that [Authority.MetadataCall] returns for the
// entries of all platforms.
func MetadataCalls() []string {
	names := []string{"metadata.list"}
	for _, profile := range []Profile{CloudRun, GKE, GCE} {
		for path := range New(Config{Profile: profile}).metadataEntries() {
			if !strings.HasSuffix(path, "/") {
				names = append(names, "metadata."+path[strings.LastIndexByte(path, '/')+1:])
			}
		}
	}
	return names
}

// metadataPath returns the path below the root, which may lack its slash.
func metadataPath(r *http.Request) string {
	return strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(metadataRoot, "/")), "/")
}

// ServeMetadata serves a request to the metadata server. Of a request for a token it
// also returns the scopes that were requested, and the number of the token, 0 if there
// is none.
func (auth *Authority) ServeMetadata(r *http.Request) (scopes []string, number int64, res *rest.Response) {
	if res := auth.metadataRefusal(r); res != nil {
		return nil, 0, res
	}
	switch path := metadataPath(r); {
	case auth.MetadataCall(r) == "metadata.token":
		return auth.metadataToken(r)
	case auth.MetadataCall(r) == "metadata.identity":
		return nil, 0, auth.metadataIdentity(r)
	default:
		return nil, 0, auth.metadataEntry(path, r.URL.Query())
	}
}

// metadataRefusal returns the response to requests that are answered without an
// entry, https://cloud.google.com/compute/docs/metadata/querying-metadata, or
// nil.
func (auth *Authority) metadataRefusal(r *http.Request) *rest.Response {
	folder := strings.TrimSuffix(r.URL.Path, "/") + "/"
	switch {
	case r.Header.Get("X-Forwarded-For") != "": // of another client, by a proxy
		return auth.metadataText(http.StatusForbidden, "Forbidden\n")
	case folder == "/": // probes of Go have no header, those of Python have
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

// metadataNotFound is the 404 of the platform: Google's page, a word, or an
// empty body.
func (auth *Authority) metadataNotFound() *rest.Response {
	body := auth.platform().notFound
	if body != "html" {
		return auth.metadataText(http.StatusNotFound, body)
	}
	page := rest.HTMLError(http.StatusNotFound)
	res := auth.metadataText(http.StatusNotFound, string(page.Body))
	res.Header.Set("Content-Type", page.Header.Get("Content-Type"))
	return res
}

// metadataText returns a response of the metadata server.
func (auth *Authority) metadataText(status int, text string) *rest.Response {
	res := rest.NewResponse(status, "application/text", []byte(text))
	res.Header.Set("Metadata-Flavor", "Google")
	res.Header.Set("Server", auth.platform().server)
	return res
}

// metadataJSON returns a response of the metadata server in JSON.
func (auth *Authority) metadataJSON(body []byte) *rest.Response {
	res := auth.metadataText(http.StatusOK, string(body))
	res.Header.Set("Content-Type", "application/json")
	return res
}

// couldNotFetch is the 500 of Cloud Run for scopes that it cannot parse.
func (auth *Authority) couldNotFetch(u *url.URL) *rest.Response {
	uri := strings.Replace(u.RequestURI(), "/default/", "/"+auth.servedAccount()+"/", 1)
	return auth.metadataText(http.StatusInternalServerError, "Could not fetch URI "+uri+"\n")
}

// MetadataFault returns the metadata server's own response of a status.
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
