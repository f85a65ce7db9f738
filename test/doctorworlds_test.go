package test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/auth/doctor"
	"example.com/sheets-function/emulator"
)

const (
	plainToken = "/computeMetadata/v1/instance/service-accounts/default/token"
	actAs      = "gcloud iam service-accounts add-iam-policy-binding "
	creator    = " --role=roles/iam.serviceAccountTokenCreator --member=serviceAccount:{account} --project=demo-project"
	excel      = `{"id":"x","mimeType":"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet","capabilities":{"canEdit":true}}`
)

// withoutScopes is a transport that requests its token without scopes, as Google's
// libraries do if they are given none.
func withoutScopes(base http.RoundTripper) (http.RoundTripper, error) {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		req, err := http.NewRequestWithContext(r.Context(), "GET", "http://metadata.test"+plainToken, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Metadata-Flavor", "Google")
		resp, err := base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		_, rest, _ := strings.Cut(string(body), `"access_token":"`)
		token, _, _ := strings.Cut(rest, `"`)
		sent := r.Clone(r.Context())
		sent.Header.Set("Authorization", "Bearer "+token)
		return base.RoundTrip(sent)
	}), nil
}

func scopeList(short ...string) []string {
	for i := range short {
		short[i] = scopeRoot + short[i]
	}
	return short
}

var doctorTests = []doctorTest{
	{name: "everything works", want: ""},
	{name: "everything works on GKE", google: emulator.Options{Profile: emulator.GKE}, want: ""},
	{name: "read-only scopes on a spreadsheet shared for reading", unshared: true, config: doctor.Config{Scopes: scopeList("drive.readonly", "spreadsheets.readonly")},
		change: func(_ *testing.T, w *doctorWorld) { w.Share(w.sheet, w.ServiceAccount(), "reader") }, want: ""},
	{name: "the scope of Sheets alone", config: doctor.Config{Scopes: scopeList("spreadsheets")}, want: ""},
	{name: "a spreadsheet in a shared drive", want: "", detail: "ok      editing      allowed",
		change: func(_ *testing.T, w *doctorWorld) {
			w.config.SpreadsheetID = w.Create(emulator.Spreadsheet{Drive: "0AShared", Owner: doctorOwner, Unshared: true})
			w.Share(w.config.SpreadsheetID, w.ServiceAccount(), "writer")
		}},
	{name: "acting as a user", config: doctor.Config{Subject: delegatedUser}, want: "",
		change: func(_ *testing.T, w *doctorWorld) {
			w.Grant(w.ServiceAccount(), w.ServiceAccount())
			w.Delegate(w.ServiceAccount(), "example.com", driveAndSheets...)
			w.Share(w.sheet, delegatedUser, "writer")
		}},

	// Credentials.
	{name: "no platform and no login", want: doctor.NoCredentials, command: "export GCE_METADATA_HOST=169.254.169.254",
		change: func(t *testing.T, w *doctorWorld) { t.Setenv("GCE_METADATA_HOST", "") }},
	{name: "a credentials file that is not there", want: doctor.CredentialsFile, command: "gcloud auth application-default login --impersonate-service-account=",
		change: func(t *testing.T, w *doctorWorld) { t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file") }},
	{name: "a credentials file on a platform", want: doctor.CredentialsFile, command: "kn service update orders --env GOOGLE_APPLICATION_CREDENTIALS-",
		change: func(t *testing.T, w *doctorWorld) { t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file") }},
	{name: "a login with gcloud's own client", want: doctor.CredentialsFile, detail: "gcloud's own client",
		change: useDoctorFile(func(*doctorWorld) string {
			return loginFile("764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com", "1//r")
		})},
	{name: "a federated credentials file that impersonates nobody", want: doctor.CredentialsFile, detail: "service_account_impersonation_url",
		change: useDoctorFile(func(*doctorWorld) string {
			return `{"type":"external_account","audience":"//iam.googleapis.com/p","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":{"file":"/nowhere"}}`
		})},
	{name: "a login that has ended", want: doctor.LoginEnded, command: "gcloud auth application-default login",
		change: useDoctorFile(func(*doctorWorld) string { return loginFile("own", "1//ended") })},
	{name: "a login has the scopes that it was made with", want: doctor.ScopeNotConsented, detail: "whatever is requested later",
		change: useDoctorFile(func(w *doctorWorld) string {
			return loginFile("own", w.RefreshToken(delegatedUser, scopeRoot+"cloud-platform"))
		})},
	{name: "a key that is deleted", want: doctor.CredentialsFile, detail: "does not accept the key",
		change: useDoctorFile(func(w *doctorWorld) string {
			return string(emulator.New(emulator.Options{}).KeyFile(w.ServiceAccount()))
		})},

	// The metadata server.
	{name: "no metadata server", want: doctor.NoMetadataServer, command: "GOOGLE_APPLICATION_CREDENTIALS", detail: "connection refused",
		change: func(t *testing.T, w *doctorWorld) {
			t.Setenv("GCE_METADATA_HOST", "")
			t.Setenv("K_SERVICE", doctorService)
			w.config.Base = dialFailure(w, syscall.ECONNREFUSED)
		}},
	{name: "GCE_METADATA_HOST names a host that is not there", want: doctor.MetadataHost, command: "--update-env-vars=^;^GCE_METADATA_HOST=169.254.169.254", detail: "no such host",
		change: func(t *testing.T, w *doctorWorld) {
			w.config.Base = dialFailure(w, &net.DNSError{Err: "no such host", Name: "metadata.test", IsNotFound: true})
		}},
	{name: "GCE_METADATA_HOST names a web server", want: doctor.MetadataHost, command: "kn service update orders --env GCE_METADATA_HOST=169.254.169.254",
		wrap: replace(404, "text/html", "<html>no such page</html>", "/computeMetadata/")},
	{name: "GCE_METADATA_HOST has a scheme", want: doctor.MetadataHost, detail: "without a scheme",
		change: func(t *testing.T, w *doctorWorld) { t.Setenv("GCE_METADATA_HOST", "http://metadata.test") }},
	{name: "a login page responds to everything", want: doctor.MetadataHost, detail: "is not a metadata server",
		wrap: replace(200, "text/html", "<html>please log in</html>", "/")},
	{name: "a login page responds at the metadata server's address", want: doctor.NoMetadataServer, detail: "is not a metadata server",
		change: func(t *testing.T, w *doctorWorld) {
			t.Setenv("GCE_METADATA_HOST", "")
			t.Setenv("K_SERVICE", doctorService)
		},
		wrap: replace(200, "text/html", "<html>please log in</html>", "/")},
	{name: "a proxy removes the request's Metadata-Flavor", want: doctor.MetadataProxy, command: "NO_PROXY",
		wrap: changeRequest(func(r *http.Request) { r.Header.Del("Metadata-Flavor") })},
	{name: "a proxy adds X-Forwarded-For", want: doctor.MetadataProxy, command: "NO_PROXY",
		wrap: changeRequest(func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.0.0.1") })},
	{name: "a proxy removes the response's Metadata-Flavor", want: doctor.MetadataProxy, detail: "lack the header",
		wrap: func(google http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				recorded := httptest.NewRecorder()
				google.ServeHTTP(recorded, r)
				w.WriteHeader(recorded.Code)
				_, _ = w.Write(recorded.Body.Bytes())
			})
		}},
	{name: "the metadata server hangs", want: doctor.MetadataUnavailable, detail: "no whole response",
		change: doctorFault("metadata.token", emulator.Fault{Hang: true})},
	{name: "the metadata server drops connections", want: doctor.MetadataUnavailable, detail: "no whole response",
		change: doctorFault("metadata.token", emulator.Fault{Drop: emulator.DropBefore})},
	{name: "the metadata server is down", want: doctor.MetadataUnavailable, detail: "503 Service Unavailable",
		change: doctorFault("metadata.token", emulator.Fault{Status: 503})},
	{name: "the metadata server has had enough", want: doctor.MetadataUnavailable, detail: "429 Too Many Requests",
		change: doctorFault("metadata.token", emulator.Fault{Status: 429})},
	{name: "no service account is attached", want: doctor.NoServiceAccount, command: "gcloud run services update orders --region=us-central1 --project=demo-project --service-account=ACCOUNT",
		change: doctorFault("metadata.token", emulator.Fault{Status: 404})},
	{name: "no service account is attached to the VM", google: emulator.Options{Profile: emulator.GCE}, want: doctor.NoServiceAccount, command: "gcloud compute instances set-service-account vm-1 --zone=us-central1-a",
		change: doctorFault("metadata.token", emulator.Fault{Status: 404, HTML: true})},
	{name: "the service account is disabled", want: doctor.AccountUnusable, command: "gcloud iam service-accounts enable {account} --project=demo-project",
		change: doctorFault("metadata.token", emulator.Fault{Status: 500})},
	{name: "GKE without the binding", google: emulator.Options{Profile: emulator.GKE}, want: doctor.WorkloadIdentity,
		command: actAs + "{account} --role=roles/iam.workloadIdentityUser --member='serviceAccount:demo-project.svc.id.goog[NAMESPACE/NAME]'",
		change:  func(_ *testing.T, w *doctorWorld) { w.SetWorkloadIdentityBinding(false) }},
	{name: "GKE without a Google service account", google: emulator.Options{Profile: emulator.GKEDirect}, want: doctor.FederatedIdentity,
		command: "iam.gke.io/gcp-service-account="},

	// Scopes.
	{name: "the default scope is requested", config: doctor.Config{Scopes: scopeList("cloud-platform")}, want: doctor.ScopeNotRequested,
		command: "gcloud run services update orders --region=us-central1 --project=demo-project '--update-env-vars=^;^SCOPES=drive,spreadsheets'"},
	{name: "the scope of another API is requested on GKE", google: emulator.Options{Profile: emulator.GKE}, config: doctor.Config{Scopes: scopeList("calendar")}, want: doctor.ScopeNotRequested,
		command: "kn service update orders --env SCOPES=drive,spreadsheets"},
	{name: "a scope that is not one", config: doctor.Config{Scopes: scopeList("drive", "spread sheets")}, want: doctor.ScopeMalformed, detail: "spread sheets"},
	{name: "a scope that is not one, on GKE", google: emulator.Options{Profile: emulator.GKE}, config: doctor.Config{Scopes: scopeList("drive", "spread sheets")}, want: doctor.ScopeMalformed},
	{name: "a VM ignores the scopes", google: emulator.Options{Profile: emulator.GCE}, want: doctor.ScopeIgnored,
		command: "gcloud compute instances set-service-account vm-1 --zone=us-central1-a --project=demo-project --scopes=https://www.googleapis.com/auth/devstorage.read_only,https://www.googleapis.com/auth/drive,"},
	{name: "a GKE node without Workload Identity ignores the scopes", google: emulator.Options{Profile: emulator.GCE}, want: doctor.ScopeIgnored,
		command: "gcloud container node-pools create sheets --cluster=c1 --location=us-east1 --project=demo-project --scopes=",
		wrap: func(google http.Handler) http.Handler {
			attributes := replace(200, "text/plain", "c1", "/computeMetadata/v1/instance/attributes/cluster-name")(google)
			return withFlavor(replace(200, "text/plain", "us-east1", "/computeMetadata/v1/instance/attributes/cluster-location")(attributes))
		}},
	{name: "a VM has one of two scopes", google: emulator.Options{Profile: emulator.GCE, VMScopes: scopeList("spreadsheets")}, want: doctor.ScopeIgnored,
		detail: "lacks https://www.googleapis.com/auth/drive:"},
	{name: "something drops the parameter", want: doctor.ScopeIgnored, command: "token?scopes=https://www.googleapis.com/auth/drive,https://www.googleapis.com/auth/spreadsheets'",
		wrap: changeRequest(func(r *http.Request) { r.URL.RawQuery = "" })},
	{name: "the program sends no scopes", config: doctor.Config{Transport: withoutScopes}, want: doctor.ScopeNotSent, detail: "names no scopes"},
	{name: "the program sends no scopes, and Google does not describe the token", config: doctor.Config{Transport: withoutScopes}, want: doctor.ScopeNotSent,
		change: doctorFault("oauth2.tokeninfo", emulator.Fault{Status: 503})},

	// Acting as another identity.
	{name: "IMPERSONATE without the role", config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.ImpersonationDenied,
		command: actAs + delegatedAccount + creator},
	{name: "IMPERSONATE by a person's login, without the role", config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.ImpersonationDenied,
		command: `--member="user:$(gcloud config get account)"`,
		change: useDoctorFile(func(w *doctorWorld) string {
			return loginFile("own", w.RefreshToken(delegatedUser, scopeRoot+"cloud-platform"))
		})},
	{name: "IMPERSONATE on a VM without cloud-platform", google: emulator.Options{Profile: emulator.GCE}, config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.PlatformScope,
		command: "gcloud compute instances set-service-account vm-1 --zone=us-central1-a --project=demo-project --scopes=cloud-platform"},
	{name: "IMPERSONATE with IAM's API off", config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.APIDisabled,
		command: "gcloud services enable iamcredentials.googleapis.com --project=demo-project",
		change:  func(_ *testing.T, w *doctorWorld) { w.Disable("iamcredentials.googleapis.com", true) }},
	{name: "IMPERSONATE while IAM is down", config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.GoogleUnavailable, detail: "503",
		change: doctorFault("iamcredentials.projects.serviceAccounts.generateAccessToken", emulator.Fault{Status: 503})},
	{name: "IMPERSONATE, and the spreadsheet is shared with the platform's account", config: doctor.Config{Impersonate: delegatedAccount}, want: doctor.NotShared, detail: "add " + delegatedAccount + " as Editor",
		change: func(_ *testing.T, w *doctorWorld) { w.Grant(w.ServiceAccount(), delegatedAccount) }},
	{name: "SUBJECT without the role on itself", config: doctor.Config{Subject: delegatedUser}, want: doctor.ImpersonationDenied, command: actAs + "{account}" + creator},
	{name: "SUBJECT whose domain does not delegate", config: doctor.Config{Subject: delegatedUser}, want: doctor.DelegationMissing,
		command: "gcloud iam service-accounts describe {account} --project=demo-project --format='value(uniqueId)'",
		change:  func(_ *testing.T, w *doctorWorld) { w.Grant(w.ServiceAccount(), w.ServiceAccount()) }},
	{name: "SUBJECT whose domain delegates one of two scopes", config: doctor.Config{Subject: delegatedUser}, want: doctor.DelegationMissing,
		detail: "exactly these scopes: https://www.googleapis.com/auth/drive,https://www.googleapis.com/auth/spreadsheets",
		change: func(_ *testing.T, w *doctorWorld) {
			w.Grant(w.ServiceAccount(), w.ServiceAccount())
			w.Delegate(w.ServiceAccount(), "example.com", scopeRoot+"spreadsheets")
		}},
	{name: "SUBJECT is a service account", config: doctor.Config{Subject: delegatedAccount}, want: doctor.UnknownSubject,
		change: func(_ *testing.T, w *doctorWorld) { w.Grant(w.ServiceAccount(), w.ServiceAccount()) }},
	{name: "SUBJECT on a machine whose clock is wrong", google: emulator.Options{Now: aheadClock}, config: doctor.Config{Subject: delegatedUser}, want: doctor.ClockSkew, detail: "2h0m0s behind",
		change: func(_ *testing.T, w *doctorWorld) { w.Grant(w.ServiceAccount(), w.ServiceAccount()) }, wrap: aheadDate},

	// The APIs.
	{name: "a clock that is wrong while all else works", google: emulator.Options{Now: aheadClock}, want: doctor.ClockSkew, detail: "2h0m0s behind", wrap: aheadDate},
	{name: "Google does not accept the token", want: doctor.TokenRefused, command: "gcloud iam service-accounts describe {account} --project=demo-project",
		change: doctorFault("sheets.spreadsheets.get", emulator.Fault{Status: 401})},
	{name: "the token of an emulated metadata server", want: doctor.MetadataHost, command: "--remove-env-vars=GCE_METADATA_HOST", detail: "127.0.0.1:8085, which GCE_METADATA_HOST names",
		change: func(t *testing.T, w *doctorWorld) {
			t.Setenv("GCE_METADATA_HOST", "127.0.0.1:8085")
			doctorFault("sheets.spreadsheets.get", emulator.Fault{Status: 401})(t, w)
		}},
	{name: "the API of Sheets is off", want: doctor.APIDisabled, command: "gcloud services enable sheets.googleapis.com --project=demo-project",
		change: func(_ *testing.T, w *doctorWorld) { w.Disable("sheets.googleapis.com", true) }},
	{name: "the API of Drive is off", want: doctor.APIDisabled, command: "gcloud services enable drive.googleapis.com --project=demo-project",
		change: func(_ *testing.T, w *doctorWorld) { w.Disable("drive.googleapis.com", true) }},
	{name: "the quota of Sheets is used up", want: doctor.QuotaExceeded, detail: "ReadRequestsPerMinutePerUser is 1",
		change: func(t *testing.T, w *doctorWorld) {
			w.SetQuota(emulator.Quota{User: 1})
			if _, _, _, err := w.get(t, w.transport(t, auth.Config{})); err != nil {
				t.Fatal(err)
			}
		}},
	{name: "the quota of Drive is used up", want: doctor.QuotaExceeded, detail: "drive.googleapis.com/quotas",
		change: doctorFault("drive.files.get", emulator.Fault{Status: 429})},
	{name: "a person's login names no project", want: doctor.QuotaProject, command: "set-quota-project",
		wrap: replace(403, "application/json", `{"error":{"code":403,"message":"The drive.googleapis.com API requires a quota project, which is not set by default.","status":"PERMISSION_DENIED"}}`, "/drive/")},
	{name: "Sheets is down", want: doctor.GoogleUnavailable, detail: "sheets.googleapis.com returns 503",
		change: doctorFault("sheets.spreadsheets.get", emulator.Fault{Status: 503})},
	{name: "Drive hangs", want: doctor.Unreachable, detail: "www.googleapis.com does not respond",
		change: doctorFault("drive.files.get", emulator.Fault{Hang: true})},
	{name: "a proxy's page instead of Sheets", want: doctor.Unreachable, command: "grep -i _proxy",
		wrap: replace(403, "text/html", "<html>blocked by policy</html>", "/v4/")},

	// The spreadsheet.
	{name: "the spreadsheet is not shared", unshared: true, want: doctor.NotShared, detail: "add {account} as Editor"},
	{name: "the spreadsheet is not shared, and only read", unshared: true, config: doctor.Config{Scopes: scopeList("spreadsheets.readonly")}, want: doctor.NotShared, detail: "add {account} as Viewer"},
	{name: "the spreadsheet is not shared with the user", config: doctor.Config{Subject: delegatedUser}, want: doctor.NotShared, detail: "add the user that SUBJECT names as Editor",
		change: func(_ *testing.T, w *doctorWorld) {
			w.Grant(w.ServiceAccount(), w.ServiceAccount())
			w.Delegate(w.ServiceAccount(), "example.com", driveAndSheets...)
		}},
	{name: "the spreadsheet is not shared, and drive.file is requested", unshared: true, config: doctor.Config{Scopes: scopeList("drive.file")}, want: doctor.NotShared, detail: "drive.file alone covers"},
	{name: "the spreadsheet is shared for reading", unshared: true, want: doctor.SharedReadOnly, detail: "add {account} as Editor",
		change: func(_ *testing.T, w *doctorWorld) { w.Share(w.sheet, w.ServiceAccount(), "reader") }},
	{name: "no file has the ID", want: doctor.UnknownSpreadsheet, detail: "no-such-id", command: "SPREADSHEET_ID",
		change: func(_ *testing.T, w *doctorWorld) { w.config.SpreadsheetID = "no-such-id" }},
	{name: "an Excel file, by Drive", want: doctor.NotASpreadsheet, detail: "spreadsheetml",
		wrap: replace(200, "application/json", excel, "/drive/")},
	{name: "an Excel file, by Sheets", config: doctor.Config{Scopes: scopeList("spreadsheets")}, want: doctor.NotASpreadsheet, detail: "FAILED_PRECONDITION",
		wrap: replace(400, "application/json", `{"error":{"code":400,"message":"This operation is not supported for this document","status":"FAILED_PRECONDITION"}}`, "/v4/")},
	{name: "an error that is not known", want: doctor.Unknown, detail: "409 Conflict: [token] of ***@example.org",
		wrap: replace(409, "application/json", `{"error":{"code":409,"message":"ya29.abc-DEF of owner@example.org"}}`, "/v4/")},
}

// withFlavor adds the header of a metadata server.
func withFlavor(google http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		google.ServeHTTP(w, r)
	})
}

// withoutAddress removes the address from token info, as Google does if the token
// lacks the scope userinfo.email.
func withoutAddress(google http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/tokeninfo" {
			google.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		recorded := httptest.NewRecorder()
		google.ServeHTTP(recorded, r)
		w.WriteHeader(recorded.Code)
		_, _ = io.WriteString(w, strings.ReplaceAll(recorded.Body.String(), `"email"`, `"none"`))
	})
}

func aheadClock() time.Time { return time.Now().Add(2 * time.Hour) }

func aheadDate(google http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", aheadClock().UTC().Format(http.TimeFormat))
		google.ServeHTTP(w, r)
	})
}

func doctorFault(call string, f emulator.Fault) func(*testing.T, *doctorWorld) {
	f.Call = call
	return func(_ *testing.T, w *doctorWorld) { w.Inject(f) }
}

// changeRequest changes what the metadata server receives.
func changeRequest(change func(*http.Request)) func(http.Handler) http.Handler {
	return func(google http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/computeMetadata/") {
				change(r)
			}
			google.ServeHTTP(w, r)
		})
	}
}

// replace serves the paths with these prefixes otherwise than Google does.
func replace(status int, contentType, body string, prefixes ...string) func(http.Handler) http.Handler {
	return func(google http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, prefix := range prefixes {
				if strings.HasPrefix(r.URL.Path, prefix) {
					w.Header().Set("Content-Type", contentType)
					w.WriteHeader(status)
					_, _ = io.WriteString(w, body)
					return
				}
			}
			google.ServeHTTP(w, r)
		})
	}
}

func useDoctorFile(text func(w *doctorWorld) string) func(*testing.T, *doctorWorld) {
	return func(t *testing.T, w *doctorWorld) {
		path := filepath.Join(t.TempDir(), "credentials.json")
		if err := os.WriteFile(path, []byte(text(w)), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	}
}

func loginFile(client, refresh string) string {
	return fmt.Sprintf(`{"type":"authorized_user","client_id":%q,"client_secret":"s","refresh_token":%q}`, client, refresh)
}

// dialFailure is a base on which nothing can be reached but the hosts of Google.
func dialFailure(w *doctorWorld, metadata error) http.RoundTripper {
	base := w.config.Base
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/computeMetadata/") {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: metadata}
		}
		return base.RoundTrip(r)
	})
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
