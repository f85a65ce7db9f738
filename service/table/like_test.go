package table

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLike(t *testing.T) {
	tests := []struct {
		pattern, text string
		like, ilike   bool
	}{
		{"", "", true, true}, {"", "a", false, false}, {"*", "", true, true}, {"%", "x\ny", true, true},
		{"a", "a", true, true}, {"a", "A", false, true}, {"Ä_", "äö", false, true}, {"a", "ab", false, false},
		{"a*", "abc", true, true}, {"*c", "abc", true, true}, {"*b*", "abc", true, true}, {"a*c", "abc", true, true}, {"a*c", "acb", false, false},
		{"a*a", "a", false, false}, {"ab*ba", "aba", false, false}, {"*a*b*", "xaxbx", true, true}, {"*b*a*", "xaxbx", false, false},
		{"_", "ä", true, true}, {"_", "", false, false}, {"__", "a", false, false}, {"*_", "", false, false}, {"*_c", "abc", true, true}, {"a_*", "ab", true, true},
		{"*a_c*", "xaabcx", true, true}, {"*_a", "ba", true, true}, {"_*_", "a", false, false},
		{`\*`, "*", true, true}, {`\*`, "a", false, false}, {`\%\_\\`, `%_\`, true, true}, {`a\b`, "ab", true, true}, {`\_`, "a", false, false},
	}
	for _, tt := range tests {
		for fold, want := range map[bool]bool{false: tt.like, true: tt.ilike} {
			p, ok := newLikePattern(tt.pattern, fold)
			if got := ok && p.match(tt.text); got != want {
				t.Errorf("%q matches %q = %v, want %v (without regard to case: %v)", tt.text, tt.pattern, got, want, fold)
			}
		}
	}
}

// FuzzLike compares patterns with the same as regular expressions.
func FuzzLike(f *testing.F) {
	for _, seed := range [][2]string{{"a*b", "aab"}, {"*_a_*", "xxaxa"}, {`\*%`, "*a"}, {"a%a", "a"}, {"ä_", "ää"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, ok := newLikePattern(pattern, false)
		if !ok || !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 50 {
			return
		}
		var b strings.Builder
		b.WriteString("(?s)^")
		escaped := false
		for _, c := range pattern {
			switch {
			case escaped || !strings.ContainsRune(`\_*%`, c):
				b.WriteString(regexp.QuoteMeta(string(c)))
				escaped = false
			case c == '\\':
				escaped = true
			case c == '_':
				b.WriteString(".")
			default:
				b.WriteString(".*")
			}
		}
		want := regexp.MustCompile(b.String() + "$").MatchString(text)
		if got := p.match(text); got != want {
			t.Errorf("%q matches %q = %v, want %v", text, pattern, got, want)
		}
	})
}
