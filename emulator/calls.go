package emulator

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Calls returns the names of all calls, sorted: those that [Fault.Call] can have, and
// those that [Request.Call] has. They include calls that the emulator answers with 501,
// and the entries of the metadata servers of all platforms.
func Calls() []string { return slices.Clone(calls()) }

var calls = sync.OnceValue(func() []string {
	names := identity.MetadataCalls()
	for _, rt := range rest.AllRoutes("") {
		names = append(names, rt.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
})

// checkCall returns an error for a name that no call has, with the name that is
// closest to it. The empty name is that of all calls.
func checkCall(name string) error {
	if name == "" || slices.Contains(calls(), name) {
		return nil
	}
	rank := func(call string) int { // a part that was left out is a smaller mistake than another last word
		if abbreviates(name, call) {
			return len(call) - len(name) - maxName
		}
		if lastWord(call) == lastWord(name) {
			return distance(name, call) / 4
		}
		return distance(name, call)
	}
	closest := slices.MinFunc(calls(), func(a, b string) int { return rank(a) - rank(b) })
	return fmt.Errorf("no call is named %q; the closest name is %q", name, closest)
}

// maxName is more than the length of any name.
const maxName = 1000

// abbreviates reports whether a name has words of a call in their order, and no others.
func abbreviates(name, call string) bool {
	words := strings.Split(call, ".")
	for word := range strings.SplitSeq(name, ".") {
		i := slices.Index(words, word)
		if i < 0 {
			return false
		}
		words = words[i+1:]
	}
	return true
}

// lastWord returns the part of the name of a call after the last dot.
func lastWord(call string) string { return call[strings.LastIndexByte(call, '.')+1:] }

// distance returns the number of bytes to insert, delete or replace that makes one
// text of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
