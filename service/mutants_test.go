package service_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutants are faults that the writer had, or would have without one of its rules, each with
// the tests that find it.
var mutants = []struct {
	name, file, old, new string
	pkg, run             string
}{
	{"memory has no age: an idle instance doubles a key", "commit/metadata.go",
		"return !at.IsZero() && now.Sub(at) < age && wall < age && wall >= 0", "return !at.IsZero() || wall == 0",
		"./commit", "TestExplore/one_idles"},
	{"memory has no age: an append after a person's edit", "commit/metadata.go",
		"return !at.IsZero() && now.Sub(at) < age && wall < age && wall >= 0", "return !at.IsZero() || wall == 0",
		".", "TestAppendAfterAnEdit"},
	{"time in which the process was suspended does not count", "commit/metadata.go",
		"wall < age && wall >= 0", "wall == wall",
		"./commit", "TestYounger"},
	{"after a lost answer the plan is made from memory", "commit/read.go",
		"len(w.sequence.inDoubt()) == 0 && Fresh(w.Now(), w.knownAt)", "Fresh(w.Now(), w.knownAt)", // planned from memory
		".", "TestPlannedAgainAfterALostAnswer"},
	{"callers that leave get the refusal of others", "commit/send.go",
		"result == resultInvalid || ", "result < 0 || ",
		".", "TestRefusalIsNotHandedOut"},
	{"a refused batch is not split", "commit/suspects.go",
		"rest := &suspects{bad: len(named) == 0}", "rest := &suspects{}",
		".", "TestBadWrites/one_refused$"},
	{"a batch that Google fails on is not split", "commit/suspects.go",
		"	case n%4 == 2, n == 1 && p.Writes[0].suspects != nil:\n", "	case n < 0:\n",
		".", "TestBadWrites/one_answered_500$"},
	{"writes that Google names are sent apart, whatever came of the others", "commit/suspects.go",
		"	if now := time.Now(); now.Before(w.misnamed) || !first && !now.Before(w.namedWell) {\n", "	if now := time.Now(); now.IsZero() || first && !first {\n",
		".", "TestBadWrites/one_refused,_another_named"},
	{"what is left of a refused batch waits", "commit/suspects.go",
		"	case rest != nil:\n", "	case rest != nil && len(plain) == 0:\n",
		".", "TestBadWrites/one_refused_every_2_s$"},
	{"no lane is held", "commit/queue.go",
		"if write.submitted.Before(w.held[write.Lane]) {", "if false {",
		".", "TestBadWrites/one_refused_every_2_s,_of_another_sheet"},
	{"409 and 412 fail a whole batch", "commit/result.go",
		" || code == http.StatusConflict || code == http.StatusPreconditionFailed", "",
		".", "TestStatusesOfOthers"},
	{"413 fails a whole batch", "commit/result.go",
		" || code == http.StatusRequestEntityTooLarge", "",
		".", "TestBadWrites/one_answered_413"},
	{"a sheet renamed between two reads fails a whole batch", "commit/read.go",
		"statusOf(err) == http.StatusBadRequest && w.renamed < maxUnsent", "w.renamed < 0",
		".", "TestRenamedBetweenTwoReads"},
	{"instances take no turns", "commit/turns.go",
		"	if n < 2 {\n", "	if n < 1000 {\n",
		".", "TestInstances/3"},
	{"a write has no burst", "ratelimit.go",
		"newLimiter(w, w/4)", "newLimiter(w, 1)",
		".", "TestLoneWrites"},
	{"Google's refusal is taken for granted", "commit/read.go",
		" || w.once.verdict == verdictOnce:\n", " || w.once.verdict != \"\":\n",
		".", "TestGoogleWithoutRefusal"},
	{"new rows that were moved are acknowledged", "sheeteffect.go",
		"	if blank(rows[above]) {\n		return true\n", "	if blank(rows[above]) {\n		return false\n",
		".", "TestEditInTheMoment/a_row_deleted"},
	{"new rows between others are acknowledged", "sheeteffect.go",
		"	return below && !", "	return false && !",
		".", "TestEditInTheMoment/a_row_inserted"},
	{"what may be stored is said to have failed", "commit/queue.go",
		"		if w.sequence.mayLand(write) {\n", "		if false {\n",
		"./commit", "TestExplore"},
	{"a caller takes back what is sent", "commit/queue.go",
		"	if write.inAttempt {\n", "	if false {\n",
		"./commit", "TestExplore"},
	{"an attempt whose marker was pruned is not in doubt", "commit/sequence.go",
		"	case !exists && len(open) > 0:\n", "	case false:\n",
		"./commit", "TestExplore"},
	{"another instance's marker is taken for ours", "commit/sequence.go",
		"	ours, open := s.attempts[value], s.inDoubt()\n", "	ours, open := s.attempts[value], s.inDoubt()\n	for _, a := range s.attempts {\n		ours = a\n	}\n",
		"./commit", "TestExplore"},
	{"instances whose clocks differ by a slot refuse each other's batches", "commit/turns.go",
		"t.random.IntN(2) == 0", "t.random == nil",
		".", "TestClocksDifferByASlot"},
	{"a clock that is set back stops an instance", "commit/turns.go",
		" || slot == t.used ||", " || slot <= t.used ||",
		".", "TestClockIsSet/back"},
	{"a write's own key is taken for that of an earlier one", "commit/read.go",
		"keysTab != nil && (w.keys.asOf != w.sequence.next-1 || ", "keysTab != nil && (true || ",
		".", "TestOwnKeyIsNoReplay"},
	{"rows that were moved after they were stored are a conflict", "planner.go",
		"(later || sheet == nil) &&", "sheet == nil &&",
		".", "TestEditInTheMoment"},
	{"keys that others have added are not read", "commit/keys_added.go",
		"	for _, cells := range added {\n		k.add(cells)\n	}\n", "",
		".", "TestIdleInstanceReplaysAKey"},
}

// TestMutants makes each of the faults and checks that its tests fail:
//
//	MUTANTS=1 go test -run TestMutants -v ./service
//
// Otherwise it only checks that the code still has the place.
func TestMutants(t *testing.T) {
	for _, tt := range mutants {
		t.Run(tt.name, func(t *testing.T) {
			path, err := filepath.Abs(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), tt.old); n != 1 {
				t.Fatalf("%s has %q %d times, want once", tt.file, tt.old, n)
			}
			if os.Getenv("MUTANTS") == "" {
				return
			}
			dir := t.TempDir()
			changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
			write(t, changed, []byte(strings.Replace(string(source), tt.old, tt.new, 1)))
			text, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
			if err != nil {
				t.Fatal(err)
			}
			write(t, overlay, text)
			output, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout", "1m", "-overlay", overlay, "-run", tt.run, tt.pkg).CombinedOutput()
			if err == nil || !strings.Contains(string(output), "FAIL") || strings.Contains(string(output), "build failed") {
				t.Errorf("%s passes with the fault: %.2000s", tt.run, output)
			}
		})
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
