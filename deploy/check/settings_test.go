package check

import (
	"regexp"
	"strings"
	"testing"
)

var (
	// environment matches gcloud's flags of several settings, with or without quotes.
	environment = regexp.MustCompile(`--(?:set|update)-env-vars[= ]("[^"]*"|'[^']*'|\S+)`)
	// listed are the settings whose values may hold commas.
	listed = regexp.MustCompile(`\b(SCOPES|CALLERS|ORIGINS)=`)
)

// environmentFaults returns what is wrong with the settings in a command of
// gcloud's.
func environmentFaults(command string) (found []string) {
	for _, flag := range environment.FindAllStringSubmatch(command, -1) {
		value := strings.Trim(flag[1], `"'`)
		delimited := regexp.MustCompile(`^\^[^=,\w]+\^`).MatchString(value)
		// gcloud reads what follows a comma as the next setting.
		if listed.MatchString(value) && !delimited && value != "CALLERS=iam" && value != "CALLERS=anyone" {
			found = append(found, "a setting may hold a comma, and no delimiter is given: "+flag[0])
		}
	}
	return found
}

// deployFaults returns what a command lacks that makes a revision of the function
// on Cloud Run from nothing.
func deployFaults(command string) (found []string) {
	if !strings.Contains(command, "--set-env-vars") || !regexp.MustCompile(`gcloud (run|functions) deploy `).MatchString(command) {
		return nil
	}
	// Cloud Run does not set it, and without it the log has no links to traces.
	if !strings.Contains(command, "GOOGLE_CLOUD_PROJECT=") {
		found = append(found, "GOOGLE_CLOUD_PROJECT is not set")
	}
	if strings.Contains(command, "gcloud run ") && !strings.Contains(command, "--cpu-boost") {
		found = append(found, "no --cpu-boost")
	}
	if strings.Contains(command, "gcloud run ") && strings.Contains(command, "CALLERS=iam") && !strings.Contains(command, "--invoker-iam-check") {
		found = append(found, "CALLERS=iam without --invoker-iam-check: Cloud Run's check may be off")
	}
	if strings.Contains(command, "--image=") && !strings.Contains(command, "--clear-base-image") {
		found = append(found, "--image without --clear-base-image keeps the base image of a service made by --source")
	}
	return found
}

// TestSettings checks the settings in the commands of pages, pipelines and scripts.
func TestSettings(t *testing.T) {
	found, deployed := 0, 0
	for path, text := range documentation(t) {
		name := strings.TrimPrefix(path, module+"/")
		for _, command := range commands(text) {
			found += len(environment.FindAllString(command, -1))
			if strings.Contains(command, "--set-env-vars") {
				deployed++
			}
			for _, what := range append(environmentFaults(command), deployFaults(command)...) {
				t.Errorf("%s: %s", name, what)
			}
		}
	}
	if found < 5 || deployed < 3 {
		t.Errorf("%d flags of settings in %d deployments: this test reads the wrong places", found, deployed)
	}
	t.Logf("%d flags of settings", found)
}

func TestSettingsFaults(t *testing.T) {
	tests := []struct {
		name, command, want string
	}{
		{"two settings, one a list", `gcloud run deploy x --set-env-vars="SPREADSHEET_ID=1,CALLERS=iam"`, "no delimiter"},
		{"a list alone", `gcloud run services update x --update-env-vars=SCOPES=drive,spreadsheets`, "no delimiter"},
		{"without quotes or an equals sign", `gcloud run deploy x --set-env-vars SPREADSHEET_ID=ID,CALLERS=iam`, "no delimiter"},
		{"with a delimiter", `gcloud run services update x --update-env-vars="^;^SCOPES=drive,spreadsheets"`, ""},
		{"a setting without commas", `gcloud run services update x --update-env-vars=CACHE_TTL=10s`, ""},
		{"no project", `gcloud run deploy x --cpu-boost --set-env-vars="^;^SPREADSHEET_ID=1;CALLERS=iam"`, "GOOGLE_CLOUD_PROJECT"},
		{"no boost", `gcloud run deploy x --set-env-vars="^;^GOOGLE_CLOUD_PROJECT=p;CALLERS=iam"`, "--cpu-boost"},
		{"a check that may be off", `gcloud run deploy x --cpu-boost --set-env-vars="^;^GOOGLE_CLOUD_PROJECT=p;CALLERS=iam"`, "--invoker-iam-check"},
		{"an image on a base image", `gcloud run deploy x --image="y" --cpu-boost --set-env-vars="^;^GOOGLE_CLOUD_PROJECT=p"`, "--clear-base-image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(append(environmentFaults(tt.command), deployFaults(tt.command)...), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("faults of %q = %q, want %q", tt.command, got, tt.want)
			}
		})
	}
}
