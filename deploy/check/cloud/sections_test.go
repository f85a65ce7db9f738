package cloud

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/sheets-function/deploy/check/page"
)

// variable matches a use of what variables.sh sets.
var variable = regexp.MustCompile(`\$\{?(PROJECT|SPREADSHEET_ID|REGION|SERVICE|SCOPES|RUN|BUILD|INVOKER|RUNTIME)\b`)

// TestSections checks that each block begins with the line that sets its variables,
// and that this line fails where a value is missing.
func TestSections(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{readme, events} {
		blocks, err := page.Read(module+"/"+name, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range blocks {
			set := strings.HasPrefix(strings.TrimPrefix(block.Text, "export PROJECT=my-project SPREADSHEET_ID=the-long-part-of-the-spreadsheets-address\n"), ". deploy/variables.sh\n")
			if variable.MatchString(block.Text) && !set {
				t.Errorf("%s:%d: uses %s and does not begin with . deploy/variables.sh", name, block.Line, variable.FindString(block.Text))
			}
		}
	}
	for _, shell := range installed(t) {
		out, err := w.script(t, shell, owner, "unset SPREADSHEET_ID\n. deploy/variables.sh\necho reached\n")
		if err == nil || strings.Contains(out, "reached") || !strings.Contains(out, "set PROJECT and SPREADSHEET_ID") {
			t.Errorf("%s without SPREADSHEET_ID: %v, %s", shell, err, out)
		}
		// An interactive shell runs the lines after it, too.
		out, err = w.script(t, shell, owner, "set +e\nunset SPREADSHEET_ID\n. deploy/variables.sh\nprintenv CLOUDSDK_CORE_PROJECT\n")
		if err != nil || strings.Contains(out, "my-project") || !strings.Contains(out, "is not set") {
			t.Errorf("%s without SPREADSHEET_ID: %v, gcloud's project is not invalid: %s", shell, err, out)
		}
	}
}

// TestSources lists the rows of the tables without a page of Google's.
func TestSources(t *testing.T) {
	for name, role := range Roles {
		if role.Source == "" {
			t.Logf("unknown: the permissions of %s", name)
		}
	}
	for name, command := range Commands {
		if command.Source == "" {
			t.Logf("unknown: the permissions that gcloud %s needs", name)
		}
	}
}

// TestAlertsOfAnotherService checks that section 8 replaces the service's name in the
// files of the alerts, and keeps no other file.
func TestAlertsOfAnotherService(t *testing.T) {
	text, _, found := strings.Cut(section(t, readme, "8. ")[0].Text, "CHANNEL=")
	if !found {
		t.Fatal("section 8 makes no channel")
	}
	for _, shell := range installed(t) {
		w := newWorld(t)
		if out, err := w.script(t, shell, owner, "export SERVICE=orders-api\n"+text); err != nil {
			t.Fatalf("%s: %v\n%s", shell, err, out)
		}
		files, err := filepath.Glob(filepath.Join(w.folder, "deploy/alerts/*"))
		if err != nil || len(files) != 7 {
			t.Fatalf("%s: %d files of alerts, want 7: %v", shell, len(files), err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil || regexp.MustCompile("sheets.function").Match(content) || !regexp.MustCompile("orders.api").Match(content) {
				t.Errorf("%s: %s names another service: %v\n%s", shell, filepath.Base(file), err, content)
			}
		}
	}
}
