package check

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestCallersIAM holds that CALLERS=iam, with which the function leaves callers
// to the platform, is set by commands of gcloud alone: only Cloud Run checks them.
func TestCallersIAM(t *testing.T) {
	found := 0
	for path, text := range documentation(t) {
		for _, command := range commands(text) {
			if !strings.Contains(command, "CALLERS=iam") {
				continue
			}
			if found++; !strings.Contains(command, "gcloud ") {
				t.Errorf("%s: CALLERS=iam in a command that is not gcloud's: %s", path, command)
			}
		}
	}
	if found == 0 {
		t.Error("no command sets CALLERS=iam: this test looks at the wrong places")
	}
	wrong := "```sh\nkn service create x \\\n  --env CALLERS=iam\n```\n"
	if got := commands(wrong); len(got) != 1 || !strings.Contains(got[0], "CALLERS=iam") || strings.Contains(got[0], "gcloud ") {
		t.Errorf("commands(%q) = %q", wrong, got)
	}
}

// documentation returns the pages, pipelines and scripts that show commands.
func documentation(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for path, content := range files(t) {
		texts[path] = string(content)
	}
	for _, glob := range []string{"*.md", "deploy/*.md"} {
		pages, err := filepath.Glob(filepath.Join(module, glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			content, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			texts[page] = string(content)
		}
	}
	return texts
}

// commands returns the lines of a text, with those that a backslash continues in
// one; of a page in Markdown only what stands in fences.
func commands(text string) []string {
	if strings.Contains(text, "\n```") || strings.HasPrefix(text, "```") {
		var fenced []string
		for _, block := range regexp.MustCompile("(?ms)^```\\w*\n(.*?)^```").FindAllStringSubmatch(text, -1) {
			fenced = append(fenced, block[1])
		}
		text = strings.Join(fenced, "\n")
	}
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestNames holds that all files speak of one service.
func TestNames(t *testing.T) {
	contents := files(t)
	names := map[string]string{}
	for _, path := range []string{"service.yaml", "deploy/cloudrun.yaml", "func.yaml", "cloudbuild.yaml"} {
		var named struct {
			Name          string
			Metadata      struct{ Name string }
			Substitutions struct {
				Service string `json:"_SERVICE"`
			}
		}
		if err := yaml.Unmarshal(contents[path], &named); err != nil {
			t.Fatal(err)
		}
		names[path] = named.Name + named.Metadata.Name + named.Substitutions.Service
	}
	for path, name := range names {
		if name == "" || name != names["service.yaml"] {
			t.Errorf("%s is about %q, service.yaml about %q", path, name, names["service.yaml"])
		}
	}
}

// TestAlerts holds that each metric of our own that a policy watches is made by a
// file beside it.
func TestAlerts(t *testing.T) {
	contents := files(t)
	made := map[string]bool{}
	for path, content := range contents {
		var metric struct {
			Name             string
			MetricDescriptor any
		}
		if err := yaml.Unmarshal(content, &metric); err == nil && metric.MetricDescriptor != nil {
			made[metric.Name] = true
			t.Logf("%s makes %s", path, metric.Name)
		}
	}
	for path, content := range contents {
		for _, watched := range regexp.MustCompile(`logging\.googleapis\.com/user/(\w+)`).FindAllStringSubmatch(string(content), -1) {
			if !made[watched[1]] {
				t.Errorf("%s watches %s, which no file makes", path, watched[1])
			}
		}
	}
}
