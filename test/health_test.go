package test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

func TestHealth(t *testing.T) {
	answer := newWorld(t, nil).do("GET", "/health", "")
	if want := "{\n  \"status\": \"ready\"\n}\n"; answer.Code != 200 || answer.Body.String() != want {
		t.Errorf("GET /health = %d %s, want 200 %s", answer.Code, answer.Body, want)
	}
}

func TestHealthWithoutToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.google.Inject(emulator.Fault{Call: "metadata.token", Status: 403})
		if got := w.do("GET", "/health", ""); got.Code != 200 {
			t.Errorf("GET /health at first = %d, want 200", got.Code)
		}
		synctest.Wait()
		answer := w.do("GET", "/health", "")
		checkProblem(t, "GET /health after the token was refused", answer, 503, "token", "")
		for _, secret := range []string{"127.0.0.1", "gserviceaccount", "metadata"} {
			if strings.Contains(answer.Body.String(), secret) {
				t.Errorf("GET /health shows %q: %s", secret, answer.Body)
			}
		}
		w.google.ClearFaults()
		time.Sleep(5 * time.Second)
		w.do("GET", "/health", "")
		synctest.Wait()
		if got := w.do("GET", "/health", ""); got.Code != 200 {
			t.Errorf("GET /health after a token was fetched = %d, want 200", got.Code)
		}
	})
}

// TestHealthAfterShutdown checks that a probe, which has no token, sees that the
// instance serves no more requests.
func TestHealthAfterShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCallers(t, "iam"))
		w.shutdown()
		checkProblem(t, "GET /health", w.do("GET", "/health", ""), 503, "overloaded", "")
	})
}

func TestHealthMethods(t *testing.T) {
	w := newWorld(t, nil)
	checkHead(t, w, "/health", noRoute)
	if got := w.do("OPTIONS", "/health", "").Header().Get("Allow"); got != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS /health: Allow = %q, want GET, HEAD, OPTIONS", got)
	}
	testHostile(t, "POST", []hostileRequest{{name: "a body", target: "/health", body: "x", code: "method-not-allowed"}})
	testHostile(t, "GET", []hostileRequest{{name: "a parameter", target: "/health?x=1", code: "bad-request"}})
}
