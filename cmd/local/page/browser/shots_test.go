package browser

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// scheme makes the browser prefer light or dark pages.
func (b *tab) scheme(name string) {
	b.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.Fatal(err)
	}
}

// TestScreenshots checks that nothing is wider than the page, in two widths and both
// schemes, and writes what is seen to the folder in SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	l := startLocal(t)
	for _, width := range []int64{1600, 400} {
		for _, scheme := range []string{"light", "dark"} {
			b := open(t, l, width, 1000)
			b.scheme(scheme)
			b.click(`[data-failure="scope"] header button`)
			b.waitText(`[data-result="scope"]`, "scope-insufficient")
			b.full(fmt.Sprintf("broken-%d-%s", width, scheme))
			b.click("#fix")
			b.waitText("#health", "Everything works")
			b.waitText("#why-title", "served")
			b.full(fmt.Sprintf("works-%d-%s", width, scheme))
			if wide := eval[int](b, "document.documentElement.scrollWidth"); int64(wide) > width {
				t.Errorf("at a width of %d the page is %d wide", width, wide)
			}
		}
	}
}

// TestPicture makes the picture of the README, and checks the one that is there.
func TestPicture(t *testing.T) {
	b := open(t, startLocal(t), 1180, 700)
	b.scheme("light")
	b.click(`[data-failure="scope"] header button`)
	b.waitText(`[data-result="scope"]`, "scope-insufficient")
	b.waitText("#why-body", "502")
	eval[any](b, "scrollTo(0, 0)")
	b.screenshot("page")
	const limit = 200_000
	switch picture, err := os.Stat("../../../../docs/page.png"); {
	case err != nil:
		t.Error(err)
	case picture.Size() > limit:
		t.Errorf("docs/page.png has %d bytes, want at most %d", picture.Size(), limit)
	}
}
