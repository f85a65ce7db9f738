package test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cloud.google.com/go/auth/credentials"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
)

// These tests hold the table of auth/README.md that compares Google's library with
// package auth. Where a new version of the library does better, the table has to
// change.

// useMetadata lets both take their tokens from the handler.
func useMetadata(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	return server.URL
}

func newOwnTransport(t *testing.T) *auth.Transport {
	t.Helper()
	transport, err := auth.NewTransport(auth.Config{
		Scopes: driveAndSheets, Logger: slog.New(slog.DiscardHandler), Endpoint: "http://" + os.Getenv("GCE_METADATA_HOST"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

func TestTokensForTwoClients(t *testing.T) {
	tests := []struct {
		name    string
		options func(t *testing.T) []option.ClientOption
		want    int
	}{
		{"the library", func(*testing.T) []option.ClientOption {
			return []option.ClientOption{option.WithScopes(driveAndSheets...)}
		}, 2},
		{"auth", func(t *testing.T) []option.ClientOption {
			return []option.ClientOption{option.WithHTTPClient(newOwnTransport(t).Client())}
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{})
			id := google.Create(emulator.Spreadsheet{})
			url := useMetadata(t, google)
			options := tt.options(t)
			sheetsClient, err := sheets.NewService(t.Context(), slices.Concat(options, []option.ClientOption{option.WithEndpoint(url)})...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sheetsClient.Spreadsheets.Get(id).Do(); err != nil {
				t.Fatal(err)
			}
			driveClient, err := drive.NewService(t.Context(), slices.Concat(options, []option.ClientOption{option.WithEndpoint(url + "/drive/v3/")})...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := driveClient.Files.Get(id).Do(); err != nil {
				t.Fatal(err)
			}
			if got := countCalls(google, "metadata.token"); got != tt.want {
				t.Errorf("%d requests for tokens, want %d", got, tt.want)
			}
		})
	}
}

func countCalls(google *emulator.Server, call string) int {
	n := 0
	for _, r := range google.Requests() {
		if r.Call == call {
			n++
		}
	}
	return n
}

// TestCallersThatGiveUp has five callers leave while the metadata server responds.
func TestCallersThatGiveUp(t *testing.T) {
	tests := []struct {
		name string
		get  func(t *testing.T, api string) func(context.Context) error
		want int32 // requests, with that of a call that follows
	}{
		{"the library", func(t *testing.T, _ string) func(context.Context) error {
			creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: driveAndSheets})
			if err != nil {
				t.Fatal(err)
			}
			return func(ctx context.Context) error { _, err := creds.Token(ctx); return err }
		}, 2},
		{"auth", func(t *testing.T, api string) func(context.Context) error {
			client := newOwnTransport(t).Client()
			return func(ctx context.Context) error {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, api, nil)
				if err != nil {
					return err
				}
				resp, err := client.Do(req)
				if err == nil {
					resp.Body.Close()
				}
				return err
			}
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var requests atomic.Int32
			arrived, release := make(chan struct{}), make(chan struct{})
			url := useMetadata(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/computeMetadata/") {
					return
				}
				if requests.Add(1) == 1 {
					close(arrived)
				}
				select {
				case <-release:
				case <-r.Context().Done():
				}
				w.Header().Set("Metadata-Flavor", "Google")
				fmt.Fprint(w, `{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}`)
			}))
			get := tt.get(t, url)
			ctx, cancel := context.WithCancel(t.Context())
			var callers sync.WaitGroup
			for range 5 {
				callers.Go(func() {
					if get(ctx) == nil {
						t.Error("a caller that gave up got a token")
					}
				})
			}
			<-arrived
			cancel()
			callers.Wait()
			close(release)
			if err := get(t.Context()); err != nil {
				t.Error(err)
			}
			if got := requests.Load(); got != tt.want {
				t.Errorf("%d requests, want %d", got, tt.want)
			}
		})
	}
}

func TestLibraryOnAPlatform(t *testing.T) {
	google := emulator.New(emulator.Options{})
	useMetadata(t, google)

	// A subject is ignored without an error.
	creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: driveAndSheets, Subject: delegatedUser})
	if err != nil {
		t.Fatal(err)
	}
	token, err := creds.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(fmt.Sprint(token), token.Value) {
		t.Error("the library does not print its token")
	}

	// A misspelt scope is sent, and sent again.
	google.Inject(emulator.Fault{Call: "metadata.token", Status: 500})
	before := countCalls(google, "metadata.token")
	creds, err = credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{"spreadsheet"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := creds.Token(t.Context()); err == nil {
		t.Error("a token for a misspelt scope")
	}
	if got := countCalls(google, "metadata.token") - before; got != 6 {
		t.Errorf("%d requests for a misspelt scope, want 6", got)
	}
	if _, err := auth.ParseScopes("spreadsheet"); err == nil {
		t.Error("ParseScopes accepts a misspelt scope")
	}
}

// TestScopesThatTheLibrarySends holds what the page says about options in Go.
func TestScopesThatTheLibrarySends(t *testing.T) {
	withScopes := option.WithScopes(sheets.SpreadsheetsScope)
	tests := []struct {
		name    string
		options func(t *testing.T) []option.ClientOption
		want    []string // requested from the metadata server; the emulator has the default where there are none
	}{
		{"no options", func(*testing.T) []option.ClientOption { return nil },
			scopeList("drive", "drive.file", "drive.readonly", "spreadsheets", "spreadsheets.readonly")},
		{"WithScopes", func(*testing.T) []option.ClientOption { return []option.ClientOption{withScopes} }, scopeList("spreadsheets")},
		{"WithScopes beside WithAuthCredentials", func(t *testing.T) []option.ClientOption {
			creds, err := credentials.DetectDefault(&credentials.DetectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return []option.ClientOption{option.WithAuthCredentials(creds), withScopes}
		}, scopeList("cloud-platform")},
		{"WithScopes beside WithHTTPClient", func(*testing.T) []option.ClientOption {
			return []option.ClientOption{option.WithHTTPClient(http.DefaultClient), withScopes}
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{})
			url := useMetadata(t, google)
			service, err := sheets.NewService(t.Context(), append(tt.options(t), option.WithEndpoint(url))...)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = service.Spreadsheets.Get("x").Do()
			var got []string
			for _, r := range google.Requests() {
				if r.Call == "metadata.token" {
					got = append(got, r.Scopes...)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("scopes requested (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLibraryWithALogin shows that a person's login with gcloud's client fails at the
// first call; auth refuses it at the start.
func TestLibraryWithALogin(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{})
	url := useMetadata(t, google)
	file := loginFile("764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com", google.RefreshToken(delegatedUser, scopeRoot+"cloud-platform"))
	google.Share(id, delegatedUser, "writer")

	creds, err := credentials.NewCredentialsFromJSON(credentials.AuthorizedUser, []byte(file), &credentials.DetectOptions{Scopes: driveAndSheets, TokenURL: url + "/token"})
	if err != nil {
		t.Fatal(err)
	}
	service, err := sheets.NewService(t.Context(), option.WithAuthCredentials(creds), option.WithEndpoint(url))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Spreadsheets.Get(id).Do(); err == nil || !strings.Contains(err.Error(), "insufficient authentication scopes") {
		t.Errorf("the library's call = %v, want the 403", err)
	}

	useDoctorFile(func(*doctorWorld) string { return file })(t, nil)
	if _, err := auth.NewTransport(auth.Config{Scopes: driveAndSheets}); err == nil || !strings.Contains(err.Error(), "gcloud's own client") {
		t.Errorf("NewTransport() = %v, want an error that names gcloud's own client", err)
	}
}
