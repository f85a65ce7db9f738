package auth

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
)

// The examples are in package auth, not auth_test, so that they do not import it:
// every module that this folder is copied to gives it another path.

// A client whose requests carry a token for Drive and Sheets.
func ExampleNewTransport() {
	// A stand-in for Google's metadata server and an API. On Cloud Run neither
	// environment variable is set.
	google := httptest.NewServer(&fakeGoogle{owner: ownAccount})
	defer google.Close()
	os.Unsetenv("GOOGLE_APPLICATION_CREDENTIALS")
	os.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(google.URL, "http://"))
	defer os.Unsetenv("GCE_METADATA_HOST")

	scopes, err := ParseScopes("drive,spreadsheets")
	if err != nil {
		fmt.Println(err)
		return
	}
	transport, err := NewTransport(Config{
		Scopes: scopes, Logger: slog.New(slog.DiscardHandler),
		Endpoint: google.URL, // without it, tokens are sent to Google only
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The client also fits option.WithHTTPClient of google.golang.org/api.
	resp, err := transport.Client().Get(google.URL + "/v4/spreadsheets/x")
	var noToken *Error
	if errors.As(err, &noToken) {
		fmt.Println(noToken) // what fixes it is part of the text
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s", resp.Status, body)

	email, err := transport.Email(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("share spreadsheets with", email)

	// Output:
	// 200 OK: {"spreadsheetId":"x"}
	// share spreadsheets with sheets-function@demo-project.iam.gserviceaccount.com
}

// A handler that only one account may call.
func ExampleVerifier_Check() {
	// A stand-in for Google's public keys.
	keys := httptest.NewServer(&keyServer{keys: map[string]*rsa.PrivateKey{"first": testKeys()["first"]}})
	defer keys.Close()

	var callers Callers
	if err := callers.UnmarshalText([]byte("ada@example.com")); err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := NewVerifier(callers, "https://sheets.example.com", keys.URL, nil) // "" instead of keys.URL is Google
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		err := verifier.Check(r)
		var refused *CallerError
		switch {
		case errors.Is(err, ErrForbidden):
			http.Error(w, err.Error(), http.StatusForbidden)
		case errors.Is(err, ErrKeysUnavailable):
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		case errors.As(err, &refused):
			http.Error(w, refused.Detail, http.StatusUnauthorized)
		default:
			fmt.Fprintln(w, "hello")
		}
	}

	for _, claims := range []map[string]any{
		{"email": "ada@example.com", "aud": "https://sheets.example.com"},
		{"email": "ada@example.com", "aud": "https://other.example.com"},
		{"email": "eve@example.com", "aud": "https://sheets.example.com"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+validToken(claims))
		w := httptest.NewRecorder()
		handler(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}

	// Output:
	// 200 hello
	// 401 the ID token is for another audience than this function's
	// 403 the account of this ID token may not call
}
