package browser

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// cell returns the selector of a cell, with the row and the column counted from 1.
func cell(row, column int) string {
	return fmt.Sprintf(`#grid [aria-rowindex="%d"] [aria-colindex="%d"]`, row+1, column+1)
}

// send sends a request to the function and returns the body of its answer.
func (l local) send(t *testing.T, method, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, l.function+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cache-Control", "no-cache")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %s %s, %v", method, path, response.Status, answer, err)
	}
	return string(answer)
}

// TestSheets checks that the grid shows what is stored, also what a program stores while
// it is open, and that what a person types is stored.
func TestSheets(t *testing.T) {
	l := startLocal(t)
	b := open(t, l, 1600, 1000)
	b.waitText(cell(2, 2), "apple")
	b.waitText(cell(2, 5), "2026-03-02") // a date, as Sheets shows it

	l.send(t, "POST", "/sheets/Orders", `{"id": 4, "item": "dates", "qty": 3, "price": 4.5}`)
	b.waitText(cell(5, 2), "dates")
	if fresh := eval[bool](b, fmt.Sprintf("document.querySelector(%q).classList.contains('fresh')", cell(5, 2))); !fresh {
		t.Errorf("the cell that the last batch wrote is not highlighted")
	}
	b.waitText("#edited", "by the function")

	// A double click, and the keys of Sheets.
	b.do(chromedp.DoubleClick(cell(3, 3)), chromedp.KeyEvent("7"+kb.Enter))
	b.waitText(cell(3, 3), "7")
	b.waitText("#edited", "by owner@example.com")
	if rows := l.send(t, "GET", "/sheets/Orders?id=eq.2&select=qty", ""); !strings.Contains(rows, `"qty":7}`) {
		t.Errorf("after typing 7 the API returns %s", rows)
	}
	b.do(chromedp.KeyEvent(kb.ArrowUp+kb.ArrowRight+"=C3*2"+kb.Tab), chromedp.KeyEvent(kb.Escape))
	b.waitText(cell(3, 4), "14")
	b.do(chromedp.Click(cell(3, 4)))
	if formula := eval[string](b, "document.querySelector('#input').value"); formula != "=C3*2" {
		t.Errorf("the formula bar shows %q", formula)
	}
	b.do(chromedp.Click(cell(2, 2)))
	b.click("#delete")
	b.waitText(cell(2, 2), "bread")
	b.click("#insert")
	b.waitText(cell(3, 2), "bread")

	// The sheet of keys and the markers are folded.
	r, _ := http.NewRequestWithContext(t.Context(), "POST", l.function+"/sheets/Orders", strings.NewReader(`{"id": 5}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "a-key")
	if response, err := http.DefaultClient.Do(r); err != nil || response.StatusCode != http.StatusCreated {
		t.Fatalf("POST with a key: %v, %v", response, err)
	}
	b.waitText("#kept summary", "_keys", "marker")
	b.click("#kept summary")
	b.waitText("#marker-table", "Number")
	b.click(`[data-sheet="_keys"]`)
	b.waitText(cell(1, 1), "a-key")
}

// TestRequests checks that a request is shown with the calls that it caused, and that the
// commands that repeat them do so.
func TestRequests(t *testing.T) {
	l := startLocal(t)
	b := open(t, l, 1600, 1000)
	l.send(t, "POST", "/sheets/Orders", `{"id": 4, "item": "it's"}`)
	first := `#exchanges li[data-request="1"]`
	b.waitText(first, "POST /sheets/Orders", "201", "metadata.token", "batchUpdate")
	b.waitText("#why-title", "Why Google served this call")
	b.click(first + " .request button")
	b.waitText(first+" .detail", "it's", `"appended"`)
	if out := b.runCopied(first + " > .detail button"); !strings.Contains(out, `"appended"`) {
		t.Errorf("the copied command answers %s", out)
	}
	call := first + " .calls button:last-of-type"
	b.click(call)
	b.waitText(first+" .calls .detail", "updatedSpreadsheet")
	b.waitText("#why-body", "batchUpdate", "token has", "spreadsheets", "Editor")
	get := `#exchanges [data-request="1"] .calls button[data-call]`
	b.waitText(get, "metadata.token")
}

// runCopied clicks on a button that copies a command, and returns what the command prints.
func (b *tab) runCopied(button string) string {
	b.Helper()
	b.waitText(button, "Copy as curl")
	command := ""
	for command == "" {
		command = eval[string](b, fmt.Sprintf("document.querySelector(%q).dataset.command ?? ''", button))
	}
	return shell(b.T, command)
}
