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
		v, server := newTestVerifier(t, listed)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := server.asked.Load(); got != 1 {
			t.Errorf("%d fetches, want 1", got)
		}
	})
	inBubble(t, "1,000 unknown key IDs in a second do not flood the key server", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		for i := range 1000 {
			token := sign(testKeys()["stranger"], fmt.Sprintf(`{"alg":"RS256","kid":"k%d"}`, i), goodClaims(nil))
			if err := check(v, "Authorization", "Bearer "+token); !errors.Is(err, ErrUnauthenticated) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if got := server.asked.Load(); got > 2 {
			t.Errorf("%d fetches, want at most 2", got)
		}
	})
	inBubble(t, "an unknown key ID stops nobody else while keys are fetched", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		time.Sleep(time.Minute)
		done := make(chan error)
		go func() {
			token := sign(testKeys()["stranger"], `{"alg":"RS256","kid":"stranger"}`, goodClaims(nil))
			done <- check(v, "Authorization", "Bearer "+token)
		}()
		synctest.Wait()
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil || time.Since(start) != 0 {
			t.Errorf("Check() = %v after %v, want nil at once", err, time.Since(start))
		}
		if err := <-done; !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("unknown key ID: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "keys rotate while serving", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		server.keys = map[string]*rsa.PrivateKey{"second": testKeys()["second"]}
		server.age = "3000" // so that the new keys are fresh for a shorter time than the old ones
		token := sign(testKeys()["second"], `{"alg":"RS256","kid":"second"}`, goodClaims(nil))
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key again: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("the retired key: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "key server down: warm keys serve, and are renewed when it is back", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		good := func() error { return check(v, "Authorization", "Bearer "+goodToken(nil)) }
		if err := good(); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		for range 20 {
			time.Sleep(30 * time.Minute)
			if err := good(); err != nil {
				t.Fatalf("Check() with warm keys = %v", err)
			}
		}
		server.down.Store(false)
		asked := server.asked.Load()
		time.Sleep(2 * maxRefreshPause)
		if err := good(); err != nil || server.asked.Load() == asked {
			t.Errorf("Check() = %v after %d more fetches, want a renewal", err, server.asked.Load()-asked)
		}
		time.Sleep(time.Second)
	})
	inBubble(t, "key server down and no keys: not checked, so not let in", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		server.down.Store(true)
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); !errors.Is(err, ErrKeysUnavailable) || time.Since(start) > fetchTimeout {
			t.Errorf("Check() = %v after %v, want %v within %v", err, time.Since(start), ErrKeysUnavailable, fetchTimeout)
		}
	})
}

func TestFreshness(t *testing.T) {
	for _, tt := range []struct {
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
	} {
		if got := freshness(http.Header{"Cache-Control": {tt.cacheControl}, "Age": {tt.age}}); got != tt.want {
			t.Errorf("freshness(%q, Age %q) = %v, want %v", tt.cacheControl, tt.age, got, tt.want)
		}
	}
}
