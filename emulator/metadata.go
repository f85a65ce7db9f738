package emulator

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	metadataRoot  = "/computeMetadata/v1/"
	projectNumber = "123456789012"
	cloudPlatform = scopePrefix + "cloud-platform"
)

// metadataCall names a request to the metadata server by what it asks for.
func (s *Server) metadataCall(r *http.Request) string {
	leaf := s.metadataLeaf(r)
	if leaf == "" {
		return "metadata.list"
	}
	return "metadata." + leaf[strings.LastIndexByte(leaf, '/')+1:]
}

// serveMetadata answers for the metadata server of Cloud Run. It returns the
// scopes asked for beside the answer.
func (s *Server) serveMetadata(r *http.Request) (scopes []string, a *answer) {
	leaf := s.metadataLeaf(r)
	switch {
	case r.Header.Get("X-Forwarded-For") != "":
		a = metadataText(http.StatusForbidden, "Forbidden\n")
	case r.Header.Get("Metadata-Flavor") != "Google":
		a = metadataText(http.StatusForbidden, `Missing required header "Metadata-Flavor": "Google"`+"\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		a = metadataText(http.StatusMethodNotAllowed, "Method Not Allowed\n")
	case r.URL.Query().Get("recursive") != "":
		a = metadataText(http.StatusNotImplemented, unsupported("metadata with recursive").Error()+"\n")
	case strings.HasSuffix(leaf, "/token"):
		scopes = scopesOf(r)
		a = s.metadataToken(r, scopes)
	default:
		a = s.metadataEntry(leaf, strings.TrimPrefix(r.URL.Path, metadataRoot))
	}
	return scopes, a
}

// metadataLeaf returns the path below the root with the account's e-mail address
// replaced by its other name, "default"; "" if it is no leaf.
func (s *Server) metadataLeaf(r *http.Request) string {
	path := s.metadataPath(strings.TrimPrefix(r.URL.Path, metadataRoot))
	if _, ok := s.metadataEntries()[path]; ok {
		return path
	}
	return ""
}

func (s *Server) metadataPath(path string) string {
	const accounts = "instance/service-accounts/"
	if rest, ok := strings.CutPrefix(path, accounts+s.options.ServiceAccount); ok && (rest == "" || rest[0] == '/') {
		return accounts + "default" + rest
	}
	return path
}

// metadataEntries are all leaves and what they hold.
func (s *Server) metadataEntries() map[string]string {
	return map[string]string{
		"instance/id":     "00f48a4e2a5b6c7d8e9f",
		"instance/region": "projects/" + projectNumber + "/regions/us-central1",
		"instance/zone":   "projects/" + projectNumber + "/zones/us-central1-1",
		"instance/service-accounts/default/aliases":  "default",
		"instance/service-accounts/default/email":    s.options.ServiceAccount,
		"instance/service-accounts/default/identity": "",
		"instance/service-accounts/default/scopes":   cloudPlatform,
		"instance/service-accounts/default/token":    "",
		"project/numeric-project-id":                 projectNumber,
		"project/project-id":                         s.options.Project,
	}
}

func (s *Server) metadataEntry(leaf, path string) *answer {
	entries := s.metadataEntries()
	if strings.HasSuffix(leaf, "/identity") {
		return metadataText(http.StatusNotImplemented, unsupported("metadata.identity").Error()+"\n")
	}
	if leaf != "" {
		return metadataText(http.StatusOK, entries[leaf])
	}
	folder := strings.TrimSuffix(s.metadataPath(path), "/")
	if folder != "" {
		folder += "/"
	}
	var names []string
	for entry := range entries {
		if rest, ok := strings.CutPrefix(entry, folder); ok {
			name, _, isFolder := strings.Cut(rest, "/")
			if isFolder {
				name += "/"
			}
			names = append(names, name)
		}
	}
	if strings.HasSuffix(folder, "service-accounts/") {
		names = append(names, s.options.ServiceAccount+"/")
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return metadataText(http.StatusNotFound, "")
	}
	return metadataText(http.StatusOK, strings.Join(names, "\n")+"\n")
}

// knownScope is what a scope looks like. Which well-formed ones Google knows is
// not checked.
var knownScope = regexp.MustCompile(`^(https://www\.googleapis\.com/auth/[a-z0-9._/-]+|https://[a-z0-9.]+/[a-z0-9._/-]*|openid|email|profile)$`)

// scopesOf returns the scopes that a token request asks for, comma separated.
func scopesOf(r *http.Request) []string {
	text := r.URL.Query().Get("scopes")
	if text == "" {
		return []string{cloudPlatform}
	}
	return strings.Split(text, ",")
}

func (s *Server) metadataToken(r *http.Request, scopes []string) *answer {
	for _, scope := range scopes {
		if !knownScope.MatchString(scope) { // joined by spaces, say (reported for Cloud Run)
			return s.notFetched(r)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	key := strings.Join(scopes, ",")
	text := s.cached[key]
	known := s.tokens[text]
	if known == nil || known.expiry.Sub(now) <= min(time.Minute, s.options.TokenLifetime/4) {
		text = s.issue(s.options.ServiceAccount, scopes)
		s.cached[key], known = text, s.tokens[text]
	}
	// A whole second less than the rest of its life, so 3599 for a new one.
	seconds := int((known.expiry.Sub(now) - 1) / time.Second)
	body := `{"access_token":"` + text + `","expires_in":` + strconv.Itoa(seconds) + `,"token_type":"Bearer"}`
	a := metadataText(http.StatusOK, body)
	a.header.Set("Content-Type", "application/json")
	return a
}

// notFetched is the 500 by which Cloud Run refuses scopes it can't parse.
func (s *Server) notFetched(r *http.Request) *answer {
	uri := strings.Replace(r.URL.RequestURI(), "/default/", "/"+s.options.ServiceAccount+"/", 1)
	return metadataText(http.StatusInternalServerError, "Could not fetch URI "+uri+"\n")
}

func metadataText(status int, text string) *answer {
	a := newAnswer(status, "application/text", []byte(text))
	a.header.Set("Metadata-Flavor", "Google")
	a.header.Set("Server", "Metadata Server for Serverless")
	return a
}

// metadataFault is the metadata server's own answer of a status.
func (s *Server) metadataFault(r *http.Request, status int) *answer {
	switch status {
	case http.StatusInternalServerError:
		return s.notFetched(r)
	case http.StatusNotFound:
		return metadataText(status, "")
	}
	return metadataText(status, http.StatusText(status)+"\n")
}
