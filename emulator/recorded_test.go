package emulator_test

import (
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// What the emulator reaches, except for set-up and tear-down: all of the recordings
// that it was held to, and most of others of the same APIs.
const (
	recordedAll   = 472
	recordedShare = 0.95
)

// TestRecorded replays recorded traffic of the real APIs with the tool in the
// same folder, which the variable RECORDED names.
func TestRecorded(t *testing.T) {
	folder := os.Getenv("RECORDED")
	if folder == "" {
		t.Skip("RECORDED is not set: no recorded traffic to replay")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: it runs the replay tool")
	}
	google := emulator.New(emulator.Options{})
	// The recordings need a file of another user; that the spreadsheet "test"
	// does not exist needs nothing.
	google.Create(emulator.Spreadsheet{ID: "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc", Owner: "stranger@example.com"})
	server := httptest.NewServer(google)
	defer server.Close()
	token := google.Token("somebody@example.com", "https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/spreadsheets")

	tool := exec.CommandContext(t.Context(), python, filepath.Join(folder, "replay.py"), folder, "-v", "--sheets", server.URL, "--token", token)
	out, err := tool.Output()
	if out == nil && err != nil {
		t.Fatalf("replay: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	t.Log(strings.Join(lines[max(0, len(lines)-2):], "\n"))
	found := regexp.MustCompile(`without set-up and tear-down: (\d+) of (\d+)`).FindStringSubmatch(string(out))
	if found == nil {
		t.Fatalf("replay said nothing of interactions that match:\n%s", out)
	}
	matched, _ := strconv.Atoi(found[1])
	all, _ := strconv.Atoi(found[2])
	want := int(math.Ceil(recordedShare * float64(all)))
	if all == recordedAll {
		want = all
	}
	if matched < want {
		t.Errorf("%d of %d interactions match, want at least %d:\n%s", matched, all, want, out)
	} else if matched < all {
		t.Logf("what differs:\n%s", out)
	}
}
