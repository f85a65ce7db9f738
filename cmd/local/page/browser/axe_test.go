package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestAccessibility checks the page by axe-core, whose file AXE names, in both schemes
// and two widths, working and broken.
func TestAccessibility(t *testing.T) {
	path := os.Getenv("AXE")
	if path == "" {
		t.Skip("AXE does not name axe.min.js of npm's axe-core")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l := startLocal(t)
	for _, width := range []int64{1600, 400} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				b := open(t, l, width, 1000)
				b.scheme(scheme)
				// The policy of the page does not concern what the protocol evaluates.
				if _, err := chromedp.Call(b.ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
					t.Fatal(err)
				}
				b.do(chromedp.Reload())
				b.waitText("#health", "Everything works")
				eval[any](b, string(axe)+"; undefined")
				b.check("at the beginning")
				b.click(`[data-failure="scope"] header button`)
				b.waitText(`[data-result="scope"]`, "scope-insufficient")
				b.click("#exchanges .calls button[data-call]")
				b.waitText("#exchanges .detail", "Response")
				b.check("broken")
				b.click("#fix")
				b.waitText("#health", "Everything works")
			})
		}
	}
}

// check reports what axe-core finds.
func (b *tab) check(when string) {
	b.Helper()
	found := eval[string](b, `axe.run().then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? ''))}))))`)
	var violations []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.Fatal(err)
	}
	for _, v := range violations {
		b.Errorf("%s: %s (%s): %s\n%q", when, v.ID, v.Impact, v.Help, v.Nodes)
	}
}
