package identity

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// metadataEntries returns all entries by path: text, a number, a list of one
// item a line, or nil for tokens, which are not stored. A path that ends in a
// slash is an empty folder. The entries of a platform follow
// https://cloud.google.com/run/docs/container-contract#metadata-server,
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#metadata_server
// and https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys.
func (auth *Authority) metadataEntries() map[string]any {
	const zone = "projects/" + ProjectNumber + "/zones/us-central1-"
	entries := map[string]any{
		"instance/zone":              zone + "a",
		"project/numeric-project-id": json.Number(ProjectNumber),
		"project/project-id":         auth.config.Project,
		"universe/universe-domain":   "googleapis.com",
	}
	for _, name := range []string{"default", auth.servedAccount()} {
		account := "instance/service-accounts/" + name + "/"
		entries[account+"aliases"] = []string{"default"}
		entries[account+"email"] = auth.servedAccount()
		entries[account+"scopes"] = auth.platform().scopes
		entries[account+"identity"], entries[account+"token"] = nil, nil
	}
	switch {
	case auth.isGKE():
		entries["instance/attributes/cluster-location"] = "us-central1"
		entries["instance/attributes/cluster-name"] = "demo-cluster"
		entries["instance/attributes/cluster-uid"] = "6f1e6d0c9b8a4f5e8d7c6b5a49382716"
		entries["instance/hostname"] = "gke-node-1.c." + auth.config.Project + ".internal"
		entries["instance/id"] = json.Number(machineID)
	case auth.Profile() == GCE:
		entries["instance/attributes/"] = nil
		entries["instance/hostname"] = machineName + ".c." + auth.config.Project + ".internal"
		entries["instance/id"] = json.Number(machineID)
		entries["instance/machine-type"] = "projects/" + ProjectNumber + "/machineTypes/e2-small"
		entries["instance/name"] = machineName
		entries["instance/tags"] = []string{}
		entries["project/attributes/"] = nil
	default:
		entries["instance/id"] = "00f48a4e2a5b6c7d8e9f"
		entries["instance/region"] = "projects/" + ProjectNumber + "/regions/us-central1"
		entries["instance/zone"] = zone + "1"
	}
	return entries
}

const (
	machineID   = "4520031799277581759"
	machineName = "vm-1"
)

// machineOnly are entries of a virtual machine that the emulator lacks.
var machineOnly = strings.Fields("cpu-platform description disks guest-attributes image licenses maintenance-event network-interfaces partner-attributes preempted remaining-cpu-time scheduling upcoming-maintenance virtual-clock")

// metadataEntry serves an entry or a folder. A folder with recursive=true is one
// JSON object; alt=json returns an entry, or a list of names, as JSON,
// https://cloud.google.com/compute/docs/metadata/querying-metadata#format_query_output.
func (auth *Authority) metadataEntry(path string, query url.Values) *rest.Response {
	entries := auth.metadataEntries()
	folder := strings.TrimSuffix(path, "/")
	if folder != "" {
		folder += "/"
	}
	names := entryNames(entries, folder)
	value, isLeaf := entries[path]
	switch {
	case isLeaf && value != nil:
		return auth.metadataValue(value, query.Get("alt") == "json")
	case names == nil:
		return auth.metadataUnserved(path)
	case folder != path && folder != "" && auth.platform().redirectsFolders:
		res := auth.metadataText(http.StatusMovedPermanently, "")
		to := url.URL{Path: metadataRoot + folder, RawQuery: query.Encode()}
		res.Header.Set("Location", to.String())
		return res
	case strings.EqualFold(query.Get("recursive"), "true") && query.Get("alt") == "text":
		return auth.metadataText(http.StatusNotImplemented, rest.Unsupported("metadata with recursive and alt=text").Error()+"\n")
	case strings.EqualFold(query.Get("recursive"), "true"):
		return auth.metadataJSON(compactJSON(entryTree(entries, folder)))
	case query.Get("alt") == "json":
		return auth.metadataJSON(compactJSON(names))
	}
	return auth.metadataValue(names, false)
}

// metadataUnserved is the 501 of an entry that the platform has and the emulator
// lacks, and the 404 of others.
func (auth *Authority) metadataUnserved(path string) *rest.Response {
	below, ok := strings.CutPrefix(path, "instance/")
	name, _, _ := strings.Cut(below, "/")
	if ok && auth.Profile() == GCE && slices.Contains(machineOnly, name) {
		return auth.metadataText(http.StatusNotImplemented, rest.Unsupported("metadata."+name).Error()+"\n")
	}
	return auth.metadataNotFound()
}

// metadataValue returns an entry as text or JSON.
func (auth *Authority) metadataValue(value any, asJSON bool) *rest.Response {
	if asJSON {
		return auth.metadataJSON(compactJSON(value))
	}
	switch v := value.(type) {
	case []string:
		if len(v) == 0 {
			return auth.metadataText(http.StatusOK, "")
		}
		return auth.metadataText(http.StatusOK, strings.Join(v, "\n")+"\n")
	case json.Number:
		return auth.metadataText(http.StatusOK, v.String())
	case string:
		return auth.metadataText(http.StatusOK, v)
	}
	return auth.metadataNotFound()
}

// entryNames returns the names in a folder, sorted; those of folders end in a
// slash. It returns nil if there is no such folder.
func entryNames(entries map[string]any, folder string) []string {
	var names []string
	for path := range entries {
		below, ok := strings.CutPrefix(path, folder)
		if !ok {
			continue
		}
		name, _, isFolder := strings.Cut(below, "/")
		switch {
		case below == "": // an empty folder, which exists nevertheless
			return []string{}
		case isFolder:
			name += "/"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// entryTree returns a folder with everything below it, except tokens.
func entryTree(entries map[string]any, folder string) map[string]any {
	top := map[string]any{}
	for path, value := range entries {
		below, ok := strings.CutPrefix(path, folder)
		if !ok || value == nil && !strings.HasSuffix(path, "/") {
			continue
		}
		at := top
		for name, next, more := strings.Cut(below, "/"); more; name, next, more = strings.Cut(next, "/") {
			sub, ok := at[memberName(name)].(map[string]any)
			if !ok {
				sub = map[string]any{}
				at[memberName(name)] = sub
			}
			at, below = sub, next
		}
		if below != "" {
			at[memberName(below)] = value
		}
	}
	return top
}

// memberName returns the name of an entry in JSON, such as numericProjectId for
// numeric-project-id. Names of accounts and of attributes do not change.
func memberName(name string) string {
	if strings.ContainsAny(name, "@.") || strings.HasPrefix(name, "cluster-") {
		return name
	}
	words := strings.Split(name, "-")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// compactJSON encodes strings, numbers, lists and maps of them, which do not
// fail.
func compactJSON(v any) []byte {
	body, _ := json.Marshal(v)
	return body
}
