package auth

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeys(t *testing.T) {
	inBubble(t, "50 cold callers fetch the keys once", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := server.requests.Load(); got != 1 {
			t.Errorf("%d fetches, want 1", got)
		}
	})
	inBubble(t, "1,000 unknown key IDs in a second do not flood the key server", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		for i := range 1000 {
			token := sign(testKeys()["unknown"], fmt.Sprintf(`{"alg":"RS256","kid":"k%d"}`, i), validClaims(nil))
			if err := check(v, "Authorization", "Bearer "+token); !errors.Is(err, ErrUnauthenticated) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if got := server.requests.Load(); got > 2 {
			t.Errorf("%d fetches, want at most 2", got)
		}
	})
	inBubble(t, "an unknown key ID delays no other caller while keys are fetched", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		time.Sleep(time.Minute)
		done := make(chan error)
		go func() {
			token := sign(testKeys()["unknown"], `{"alg":"RS256","kid":"unknown"}`, validClaims(nil))
			done <- check(v, "Authorization", "Bearer "+token)
		}()
		synctest.Wait()
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil || time.Since(start) != 0 {
			t.Errorf("Check() = %v after %v, want nil at once", err, time.Since(start))
		}
		if err := <-done; !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("unknown key ID: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "keys rotate while serving", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		server.keys = map[string]*rsa.PrivateKey{"second": testKeys()["second"]}
		server.age = "3000" // so that the new keys are fresh for a shorter time than the old ones
		token := sign(testKeys()["second"], `{"alg":"RS256","kid":"second"}`, validClaims(nil))
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key again: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("the retired key: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "key server down: cached keys are used, and refreshed when it is back", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		good := func() error { return check(v, "Authorization", "Bearer "+validToken(nil)) }
		if err := good(); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		for range 20 {
			time.Sleep(30 * time.Minute)
			if err := good(); err != nil {
				t.Fatalf("Check() with cached keys = %v", err)
			}
		}
		server.down.Store(false)
		before := server.requests.Load()
		time.Sleep(2 * maxRefreshPause)
		if err := good(); err != nil || server.requests.Load() == before {
			t.Errorf("Check() = %v after %d more fetches, want a refresh", err, server.requests.Load()-before)
		}
		time.Sleep(time.Second)
	})
	inBubble(t, "key server down and no keys: callers are refused", func(t *testing.T) {
		v, server := newTestVerifier(t, allowedEmail)
		server.down.Store(true)
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); !errors.Is(err, ErrKeysUnavailable) || time.Since(start) > fetchTimeout {
			t.Errorf("Check() = %v after %v, want %v within %v", err, time.Since(start), ErrKeysUnavailable, fetchTimeout)
		}
	})
}

func TestFreshness(t *testing.T) {
	tests := []struct {
		cacheControl, age string
		want              time.Duration
	}{
		{"public, max-age=20000, must-revalidate", "", 20000 * time.Second},
		{"max-age=20000", "5000", 15000 * time.Second},
		{"max-age=10", "", time.Minute},
		{"max-age=99999999", "", 24 * time.Hour},
		{"max-age=-1", "x", time.Minute},
		{"no-store", "", time.Minute},
		{"", "", time.Minute},
	}
	for _, tt := range tests {
		if got := freshness(http.Header{"Cache-Control": {tt.cacheControl}, "Age": {tt.age}}); got != tt.want {
			t.Errorf("freshness(%q, Age %q) = %v, want %v", tt.cacheControl, tt.age, got, tt.want)
		}
	}
}
