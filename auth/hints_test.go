package auth

import (
	"errors"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func TestErrorShowsItsHint(t *testing.T) {
	tests := []struct {
		name          string
		err           *Error
		error, detail string
	}{
		{"with a hint", &Error{Op: "read", Err: errors.New("gone"), Hint: "look"}, "read: gone; hint: look", "read: gone"},
		{"without a hint", &Error{Op: "read", Err: errors.New("gone")}, "read: gone", "read: gone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.error {
				t.Errorf("Error() = %q, want %q", got, tt.error)
			}
			if got := tt.err.Detail(); got != tt.detail {
				t.Errorf("Detail() = %q, want %q", got, tt.detail)
			}
		})
	}
}

// TestHintsNameWhatIsKnown checks that the commands of hints have the addresses and
// the projects that this package can know, and that a shell can read them.
func TestHintsNameWhatIsKnown(t *testing.T) {
	login := `"type":"authorized_user","client_id":"own","client_secret":"s","refresh_token":"REFRESH"`
	imported := `"type":"impersonated_service_account",` + strings.ReplaceAll(impersonates, "sa@p.iam.gserviceaccount.com", target) + `,"source_credentials":{` + login + `}`
	const actFor = "gcloud iam service-accounts add-iam-policy-binding " + target + " --role=roles/iam.serviceAccountTokenCreator --member="
	tests := []struct {
		name    string
		google  *fakeGoogle
		config  Config
		service string // K_SERVICE
		file    string // the fields of a credentials file
		want    string // the end of the hint
	}{
		{name: "IAM refuses a service account", google: &fakeGoogle{}, config: Config{Impersonate: target},
			want: actFor + "serviceAccount:" + ownAccount},
		{name: "IAM refuses a person's login", google: &fakeGoogle{}, config: Config{Impersonate: target}, file: strings.ReplaceAll(login, "REFRESH", "refresh"),
			want: actFor + `"user:$(gcloud config get account)"`},
		{name: "IAM refuses a federated identity, which has no address", google: &fakeGoogle{platform: federated}, config: Config{Impersonate: target},
			want: actFor + "PRINCIPAL"},
		{name: "IAM is off in the project of the account", google: &fakeGoogle{iamDisabled: true}, config: Config{Impersonate: target},
			want: "gcloud services enable iamcredentials.googleapis.com --project=demo-project"},
		{name: "the domain does not delegate", google: &fakeGoogle{creators: map[[2]string]bool{{ownAccount, ownAccount}: true}}, config: Config{Subject: "ada@example.com"},
			want: "gcloud iam service-accounts describe " + ownAccount + " --format='value(uniqueId)'"},
		{name: "GKE without the binding", google: &fakeGoogle{platform: gkeUnbound},
			want: "gcloud iam service-accounts add-iam-policy-binding " + ownAccount + " --role=roles/iam.workloadIdentityUser --member='serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]'"},
		{name: "no service account on Cloud Run", google: &fakeGoogle{token: http.NotFound}, service: "orders",
			want: "gcloud run services update orders --service-account=ACCOUNT"},
		{name: "no service account elsewhere", google: &fakeGoogle{token: http.NotFound},
			want: "gcloud compute instances set-service-account VM --service-account=ACCOUNT --scopes=cloud-platform"},
		{name: "a login that has ended", google: &fakeGoogle{}, file: login,
			want: "--client-id-file=CLIENT.json --scopes=https://www.googleapis.com/auth/cloud-platform,https://www.googleapis.com/auth/drive,https://www.googleapis.com/auth/spreadsheets"},
		{name: "a login for another account that has ended", google: &fakeGoogle{}, config: Config{Impersonate: target}, file: login,
			want: "log in again: gcloud auth application-default login"},
		{name: "a file that impersonates, whose login has ended", google: &fakeGoogle{}, file: imported,
			want: "gcloud auth application-default login --impersonate-service-account=" + target + "; you need a role on the account: " + actFor + `"user:$(gcloud config get account)"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			useMetadataServer(t)
			t.Setenv("K_SERVICE", tt.service)
			if tt.file != "" {
				useFile(t, tt.file)
			}
			tt.google.logins = map[string]string{"refresh": "ada@example.com"}
			tt.config.Base = inMemory(t, tt.google)
			_, err := get(t, newTestTransport(t, tt.config))
			failure, ok := errors.AsType[*Error](err)
			if !ok || !strings.HasSuffix(failure.Hint, tt.want) {
				t.Fatalf("error %v; want a hint that ends in %q", err, tt.want)
			}
			if strings.Contains(failure.Hint, "OWN_ACCOUNT") {
				t.Errorf("hint %q has a placeholder for the function's own account", failure.Hint)
			}
			checkCommands(t, failure.Hint)
		})
	}
}

var commandPattern = regexp.MustCompile(`(?:^|: |then )((?:gcloud|curl|date) [^;]*)`)

// checkCommands fails the test if a shell cannot read a command of the hint.
func checkCommands(t *testing.T, hint string) {
	t.Helper()
	for _, match := range commandPattern.FindAllStringSubmatch(hint, -1) {
		for _, shell := range []string{"sh", "bash", "zsh", "dash"} {
			if _, err := exec.LookPath(shell); err != nil {
				continue
			}
			if out, err := exec.Command(shell, "-n", "-c", match[1]).CombinedOutput(); err != nil {
				t.Errorf("%s -n -c %q: %v\n%s", shell, match[1], err, out)
			}
		}
	}
}
