package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPolicy checks that the browser refuses what the page's policy does not allow, and
// that such violations are noticed, as all tests rely on.
func TestPolicy(t *testing.T) {
	b := open(t, startLocal(t), 1600, 1000)
	tests := []struct{ name, script, want string }{
		{"a request to another host", `fetch('http://127.0.0.2:1/').then(() => 'sent', () => 'refused')`, "connect-src"},
		{"an inline style", `document.body.setAttribute('style', 'color: red'), getComputedStyle(document.body).color === 'rgb(255, 0, 0)' ? 'applied' : 'refused'`, "style-src"},
		{"an inline script", `(() => { try { document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'})); } catch {} return window.ran ? 'ran' : 'refused'; })()`, "TrustedScript"},
	}
	for _, tt := range tests {
		if got := eval[string](b, tt.script); got != "refused" {
			t.Errorf("%s is %s, want refused", tt.name, got)
		}
		found := func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return strings.Contains(strings.Join(b.problems, "\n"), tt.want)
		}
		for deadline := time.Now().Add(10 * time.Second); !found(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s is not noticed", tt.name)
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = nil // they were provoked
}

// TestManyPages checks that a page that is one too many says so.
func TestManyPages(t *testing.T) {
	l := startLocal(t)
	b := open(t, l, 1000, 800)
	b.do(chromedp.Navigate("about:blank"))
	for full := false; !full; {
		response, err := http.Get(l.page + "/_page/api/events")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		full = response.StatusCode == http.StatusServiceUnavailable
	}
	b.do(chromedp.Navigate(l.page + "/"))
	b.waitText("#health", "close one")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = nil // the console has an error for the 503
}
