package doctor

import (
	"context"
	"net/http"
	"strings"
)

// place is where the program runs, as its metadata server describes it. All fields
// are empty where there is none.
type place struct {
	email    string // the service account's, or the name of a workload identity pool
	project  string // the project's ID
	region   string // Cloud Run only
	zone     string
	vm       string // the name of the VM; "" on Cloud Run and GKE
	cluster  string // the name of the GKE cluster, location where it is
	location string
	scopes   []string
}

// where returns the place. The first call queries the metadata server, if the
// program did.
func (e *examination) where() *place {
	if e.place != nil {
		return e.place
	}
	e.place = &place{}
	host := e.watch.metadataHost()
	if host == "" {
		return e.place
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	read := func(path string) string { return readMetadata(ctx, e.watch.base, host, path) }
	const account = "instance/service-accounts/default/"
	*e.place = place{
		email: read(account + "email"), project: read("project/project-id"), region: lastSegment(read("instance/region")),
		zone: lastSegment(read("instance/zone")), cluster: read("instance/attributes/cluster-name"),
		location: read("instance/attributes/cluster-location"), scopes: strings.Fields(read(account + "scopes")),
	}
	if read("instance/machine-type") != "" {
		e.place.vm = read("instance/name")
	}
	return e.place
}

// readMetadata returns one entry; "" if there is none.
func readMetadata(ctx context.Context, base http.RoundTripper, host, path string) string {
	x := do(ctx, base, probeTimeout, "GET", "http://"+host+metadataRoot+path, "")
	if x.failed() || strings.Contains(string(x.body), "<") {
		return ""
	}
	return strings.TrimSpace(string(x.body))
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// serviceAccount returns the address if it is that of a service account, else "".
func serviceAccount(email string) string {
	if strings.Contains(email, "@") && strings.HasSuffix(email, ".gserviceaccount.com") {
		return email
	}
	return ""
}

// projectOf returns the ID of the project that a service account belongs to, as its
// address has it; "" for others.
func projectOf(account string) string {
	_, domain, _ := strings.Cut(account, "@")
	project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	return project
}
