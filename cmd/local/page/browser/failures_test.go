package browser

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func shell(t *testing.T, command string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here")
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// TestFailures provokes each failure of the page by one click and fixes it by another,
// and checks what the caller gets.
func TestFailures(t *testing.T) {
	tests := []struct {
		id     string
		wants  []string // of the result
		reason string   // in the decision; "" = there is no refused call
	}{
		{"scope", []string{"502", "scope-insufficient", "SCOPES=drive,spreadsheets"}, "cloud-platform is the default"},
		{"unshared", []string{"502", "not-shared", "share the spreadsheet with sheets-function@demo-project.iam.gserviceaccount.com"}, "nobody has shared the spreadsheet"},
		{"readonly", []string{"502", "not-shared", "Editor"}, "as Viewer"},
		{"api", []string{"502", "api-disabled", "gcloud services enable"}, "is not enabled"},
		{"token", []string{"502", "token"}, "without a token it makes no call to Google"},
		{"quota", []string{"503", "rate-limited"}, "60 read requests per minute"},
		{"lost", []string{"201", "appended"}, ""},
		{"500", []string{"502", "upstream"}, "the answer is 500"},
	}
	l := startLocal(t)
	b := open(t, l, 1600, 1000)
	for _, tt := range tests {
		result := fmt.Sprintf(`[data-result="%s"]`, tt.id)
		b.click(fmt.Sprintf(`[data-failure="%s"] header button`, tt.id))
		b.waitText(result, tt.wants...)
		if tt.reason != "" {
			b.waitText("#why-title", "Why")
			b.waitText("#why-body", tt.reason)
		}
		b.screenshot("failure-" + tt.id)
		if tt.id != "lost" { // it happens once
			b.waitText("#health", "Broken:")
			b.click(fmt.Sprintf(`[data-failure="%s"] header button`, tt.id))
		}
		b.waitText("#health", "Everything works")
	}
	if rows := l.send(t, "GET", "/sheets/Orders", ""); strings.Count(rows, "sample") != 1 {
		t.Errorf("the row whose answer was lost is stored other than once: %s", rows)
	}
}

// TestHang waits for the end of a request to which Google does not answer.
func TestHang(t *testing.T) {
	t.Parallel()
	b := open(t, startLocal(t), 1600, 1000)
	b.click(`[data-failure="hang"] header button`)
	b.waitText(`[data-result="hang"]`, "in flight")
	b.waitText("#exchanges", "in flight")
	b.waitText("#health", "Broken: Google hangs")
	b.waitText(`[data-result="hang"]`, "504", "outcome-unknown", "Idempotency-Key")
	b.click("#fix")
	b.waitText("#health", "Everything works")
}

// TestPlatforms checks what other platforms grant, and that it is explained.
func TestPlatforms(t *testing.T) {
	b := open(t, startLocal(t), 1600, 1000)
	tests := []struct{ platform, title, reason, token string }{
		{"gce", "refused", "ignores what is requested", "devstorage.read_only"},
		{"gke-direct", "refused", "federated", "federated"},
		{"gke", "served", "sharing decides with which files", "spreadsheets"},
	}
	for _, tt := range tests {
		b.click(fmt.Sprintf(`#platforms input[value="%s"]`, tt.platform))
		b.waitText("#why-body", tt.reason)
		b.waitText("#why-title", tt.title)
		b.waitText("#token-list .card", tt.token)
	}
}

// TestDefaultScope reads the page as a person does who has never used the API of Sheets:
// what is said must be enough to know why the default scope fails, and what to do.
func TestDefaultScope(t *testing.T) {
	b := open(t, startLocal(t), 1600, 1000)
	b.click(`[data-failure="scope"] header button`)
	b.waitText("#why-body",
		"A token carries a list of scopes: what it may be used for.",
		"This one has cloud-platform.",
		"None of these is in the token, so Google refuses before it checks who the spreadsheet is shared with",
		"cloud-platform is the default: the metadata server grants it when a program does not name the scopes it needs.",
		"it covers Google Cloud only",
		"Name spreadsheets when the token is requested")
	if gates := eval[string](b, `[...document.querySelectorAll('.gate')].map((g) => g.className).join()`); gates != "gate ok,gate ok,gate no,gate off,gate off" {
		t.Errorf("the checks are shown as %s, want two passed, scope refused, two not reached", gates)
	}
}
