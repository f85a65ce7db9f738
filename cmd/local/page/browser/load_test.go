package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// frames measures the times between frames in milliseconds, in the order of their length,
// while a function of the page runs before each.
func (b *tab) frames(count int, step string) []float64 {
	b.Helper()
	times := eval[[]float64](b, fmt.Sprintf(`new Promise((done) => {
		const times = [], step = %s;
		let last = performance.now();
		const frame = (now) => {
			times.push(now - last);
			last = now;
			step(times.length);
			if (times.length < %d) requestAnimationFrame(frame); else done(times.slice(5));
		};
		requestAnimationFrame(frame);
	})`, step, count))
	slices.Sort(times)
	return times
}

func quantile(sorted []float64, q float64) float64 { return sorted[int(q*float64(len(sorted)-1))] }

// processorTime returns how long the processor has worked for the page, in milliseconds.
// Other programs on the machine do not count.
func (b *tab) processorTime() float64 {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		b.Fatal(err)
	}
	result, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range result.Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	b.Fatal("there is no TaskDuration")
	return 0
}

// slowFrame is the limit of half of the frames, in milliseconds: a screen has one in 17.
// Of the other half a busy machine decides; the log has their figures.
const slowFrame = 50

// TestScroll scrolls through 10,000 rows of 20 columns.
func TestScroll(t *testing.T) {
	l := startLocal(t)
	b := open(t, l, 1600, 1000)
	b.waitText(cell(2, 2), "apple")
	const columns = 20
	for c := 6; c <= columns; c++ {
		body := fmt.Sprintf(`{"sheet":"Orders","cell":"%c1","text":"c%d"}`, 'A'+c-1, c)
		if ok := eval[bool](b, fmt.Sprintf(`fetch('/_page/api/edit', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: %q}).then((r) => r.ok)`, body)); !ok {
			t.Fatalf("edit %s is refused", body)
		}
	}
	rows := make([]map[string]any, 10_000)
	for i := range rows {
		rows[i] = map[string]any{"id": i + 4, "item": "item " + strconv.Itoa(i), "qty": i % 50, "price": float64(i) / 4}
		for c := 6; c <= columns; c++ {
			rows[i]["c"+strconv.Itoa(c)] = i * c
		}
	}
	for half := range slices.Chunk(rows, len(rows)/2) {
		body, _ := json.Marshal(half)
		l.send(t, "POST", "/sheets/Orders", string(body))
	}
	b.waitText("#tabs", "10,004")
	before := b.processorTime()
	times := b.frames(300, `(n) => { document.querySelector('#grid').scrollTop += 260; }`)
	spent := (b.processorTime() - before) / 300
	t.Logf("scrolling 260 px a frame: median %.1f ms, 95 %% %.1f ms, longest %.1f ms; %.1f ms of the processor a frame", quantile(times, .5), quantile(times, .95), times[len(times)-1], spent)
	if spent > 1000./60 {
		t.Errorf("a frame takes %.1f ms of the processor, want 16.7 ms at most: 60 frames a second", spent)
	}
	if n := eval[int](b, "document.querySelectorAll('#grid .grid-row').length"); n > 60 {
		t.Errorf("%d rows have elements, want only those in sight", n)
	}
	eval[any](b, "document.querySelector('#grid').scrollTop = 10000 * 26")
	b.waitText(cell(10_004, 2), "item 9999")
}

// TestLoad sends 200 rows a second while an answer is lost, and uses the page meanwhile.
func TestLoad(t *testing.T) {
	b := open(t, startLocal(t), 1600, 1000)
	b.click(`#load input[value="200"]`)
	b.waitText(`#tabs`, "Load")
	count := func(name string) int {
		text := b.text(fmt.Sprintf("[data-counter=%s] b", name))
		n, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
		if err != nil {
			t.Fatalf("counter %s shows %q", name, text)
		}
		return n
	}
	wait := func(what string, until func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !until(); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				b.screenshot("failed")
				t.Fatalf("waiting in vain for %s", what)
			}
		}
	}
	wait("1,000 rows", func() bool { return count("acknowledged") >= 1000 })
	b.click(`[data-failure="lost"] header button`)
	b.waitText(`[data-result="lost"]`, "201")
	times := b.frames(120, `() => {}`)
	t.Logf("frames at 200 rows a second: median %.1f ms, 95 %% %.1f ms, longest %.1f ms", quantile(times, .5), quantile(times, .95), times[len(times)-1])
	if quantile(times, .5) > slowFrame {
		t.Errorf("half of the frames take %.1f ms and longer", quantile(times, .5))
	}
	began := time.Now()
	b.click(`[data-sheet="Load"]`)
	b.waitText(cell(1, 1), "row")
	b.do(chromedp.Click("#show-load"))
	b.waitText("#exchanges", "POST /sheets/Load")
	t.Logf("another sheet and the load's requests are shown after %v", time.Since(began).Round(time.Millisecond))
	b.screenshot("load")
	b.click(`#load input[value="0"]`)
	wait("all rows to be stored", func() bool {
		return count("sent") > 0 && count("sent") == count("acknowledged") && count("acknowledged") == count("stored")
	})
	if doubled, missing := count("doubled"), count("missing"); doubled != 0 || missing != 0 {
		t.Errorf("%d rows are doubled, %d are missing, want none", doubled, missing)
	}
}
