package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Tokens are their content: nothing here checks signatures.
func accessToken(principal string) string     { return "access/" + principal }
func idToken(address, audience string) string { return "id/" + address + "/" + audience }

// bearer returns the content of a request's token, if it is of a kind.
func bearer(r *http.Request, kind string) (content string, ok bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "+kind+"/")
}

// ServeHTTP answers for all hosts: the path is /HOST/PATH.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	host, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case host == "iamcredentials.googleapis.com":
		c.serveIAMLocked(w, r, path)
	case host == "www.googleapis.com":
		c.serveDriveLocked(w, r, path)
	case strings.HasSuffix(host, ".a.run.app"):
		c.serveServiceLocked(w, r, host)
	default:
		http.Error(w, "no such host: "+host, http.StatusBadGateway)
	}
}

// deny answers as Google's APIs do.
func deny(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, toJSON(map[string]any{"error": map[string]any{"code": status, "message": message}}))
}

// serveIAMLocked makes ID tokens of accounts
// (docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken).
func (c *Cloud) serveIAMLocked(w http.ResponseWriter, r *http.Request, path string) {
	account, ok := strings.CutPrefix(path, "v1/projects/-/serviceAccounts/")
	account, named := strings.CutSuffix(account, ":generateIdToken")
	if !ok || !named || r.Method != http.MethodPost {
		deny(w, http.StatusNotFound, "no such method: "+path)
		return
	}
	principal, ok := bearer(r, "access")
	if !ok {
		deny(w, http.StatusUnauthorized, "no access token")
		return
	}
	if err := c.needLocked(principal, "POST generateIdToken", map[string]string{"account": account}); err != nil {
		deny(w, http.StatusForbidden, err.Error())
		return
	}
	var request struct {
		Audience     string `json:"audience"`
		IncludeEmail bool   `json:"includeEmail"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.Audience == "" || !request.IncludeEmail {
		deny(w, http.StatusBadRequest, "the audience or the e-mail is missing")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\n  \"token\": %q\n}\n", idToken(account, request.Audience))
}

// serveDriveLocked shares the spreadsheet.
func (c *Cloud) serveDriveLocked(w http.ResponseWriter, r *http.Request, path string) {
	var permission struct{ Role, EmailAddress string }
	if _, ok := bearer(r, "access"); !ok || !strings.HasPrefix(path, "drive/v3/files/") {
		deny(w, http.StatusUnauthorized, "no access token")
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&permission); err != nil || permission.Role != "writer" {
		deny(w, http.StatusBadRequest, "not a permission")
		return
	}
	c.Shared[permission.EmailAddress] = true
	fmt.Fprint(w, "{}")
}

// serveServiceLocked answers as Cloud Run and, if that lets the request through, as
// the function.
func (c *Cloud) serveServiceLocked(w http.ResponseWriter, r *http.Request, host string) {
	tag, name, tagged := strings.Cut(strings.TrimSuffix(host, "-abc.a.run.app"), "---")
	if !tagged {
		name = tag
	}
	service := c.Services[name]
	if service == nil {
		http.Error(w, "no such service", http.StatusNotFound)
		return
	}
	token, _ := bearer(r, "id")
	address, audience, _ := strings.Cut(token, "/")
	revision := service.Revisions[service.Serving]
	if tagged {
		i, there := service.Tags[tag]
		if !there {
			http.Error(w, "no such tag", http.StatusNotFound)
			return
		}
		revision = service.Revisions[i]
	}
	if service.IAP && !service.Open {
		http.Error(w, "<html>sign in to Identity-Aware Proxy</html>", http.StatusUnauthorized)
		return
	}
	if !service.Open {
		if err := c.invokerLocked(address, audience, name); err != nil {
			http.Error(w, "<html>"+err.Error()+"</html>", http.StatusForbidden)
			return
		}
	}
	c.serveFunctionLocked(w, r, service, revision, address, audience)
}

// invokerLocked is Cloud Run's check of callers. A person's token from gcloud has
// no audience.
func (c *Cloud) invokerLocked(address, audience, name string) error {
	if address == "" {
		return fmt.Errorf("no ID token")
	}
	member := "user:" + address
	if strings.HasSuffix(address, ".gserviceaccount.com") {
		member = "serviceAccount:" + address
		if audience != c.URL(name) {
			return fmt.Errorf("the token is made out to %q", audience)
		}
	}
	return c.needLocked(member, "GET service", map[string]string{"service": name})
}

// serveFunctionLocked answers as this repository's function does with a revision's
// settings, or as Google's sample container.
func (c *Cloud) serveFunctionLocked(w http.ResponseWriter, r *http.Request, s *Service, revision Revision, address, audience string) {
	if strings.HasPrefix(revision.Image, Sample) {
		fmt.Fprint(w, "It's running!")
		return
	}
	callers := revision.Env["CALLERS"]
	if r.Method == http.MethodOptions {
		if slices.Contains(strings.Split(revision.Env["ORIGINS"], ","), r.Header.Get("Origin")) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	known := callers == "anyone" || callers == "iam" && r.Header.Get("Authorization") != "" ||
		audience != "" && audience == revision.Env["AUDIENCE"] && slices.Contains(strings.Split(callers, ","), address)
	switch {
	case !known:
		http.Error(w, `{"code":"unauthenticated"}`, http.StatusUnauthorized)
	case !c.Shared[s.Account]:
		http.Error(w, `{"code":"not-shared"}`, http.StatusBadGateway)
	default:
		fmt.Fprintln(w, `{"title":"Orders"}`)
	}
}
