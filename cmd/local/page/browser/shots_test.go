package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestScreenshots writes what a person sees, in two widths and both schemes, to the
// folder in SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	l := startLocal(t)
	for _, width := range []int64{1600, 400} {
		for _, scheme := range []string{"light", "dark"} {
			b := open(t, l, width, 1000)
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			b.click(`[data-failure="scope"] button`)
			b.waitText(`[data-result="scope"]`, "scope-insufficient")
			b.full(fmt.Sprintf("broken-%d-%s", width, scheme))
			b.click("#fix")
			b.waitText("#health", "Everything works")
			b.waitText("#why-title", "served")
			b.full(fmt.Sprintf("fixed-%d-%s", width, scheme))
		}
	}
}
