package grid

import (
	"testing"
	"time"
	"unsafe"
)

func TestCellIsCompact(t *testing.T) {
	if size := unsafe.Sizeof(Cell{}); size > 40 {
		t.Errorf("a cell takes %d bytes, want 40 at most", size)
	}
}

// TestUserEnteredNotations: what a text becomes when it is typed, and how it is
// shown.
func TestUserEnteredNotations(t *testing.T) {
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		text  string
		value any
		shown string
	}{
		{"2-Jan-26", 46024.0, "2-Jan-26"}, {"January 2026", 46023.0, "January 2026"}, {"Jan 2026", 46023.0, "Jan 2026"},
		{"10pm", 22.0 / 24, "10 PM"}, {"10 PM", 22.0 / 24, "10 PM"}, {"10:30pm", 22.5 / 24, "10:30 PM"}, {"10:30:15.5", (10*3600 + 30*60 + 15.5) / 86400, "10:30:15.5"},
		{"(100)", -100.0, "-100"}, {"($1,000.50)", -1000.5, "-$1,000.50"}, {"(-1)", "(-1)", "(-1)"}, {"()", "()", "()"}, {"(5%)", "(5%)", "(5%)"},
		{"€5", 5.0, "€5"}, {"-£1,234.50", -1234.5, "-£1,234.50"}, {"¥-3", -3.0, "-¥3"}, {"5€", "5€", "5€"},
		{"1 1/2", "1 1/2", "1 1/2"}, {"#N/A", "#N/A", "#N/A"}, {"+x", "+x", "+x"}, {"+5", 5.0, "5"},
	}
	for _, tt := range tests {
		c, err := ParseUserEntered(tt.text, now)
		if err != nil || c.Unformatted() != tt.value || c.Formatted() != tt.shown {
			t.Errorf("%q becomes %v, shown %q (%v), want %v, %q", tt.text, c.Unformatted(), c.Formatted(), err, tt.value, tt.shown)
		}
	}
	for _, text := range []string{"+A1", "+$B$2*3"} {
		if c, _ := ParseUserEntered(text, now); c.Formula() != "="+text {
			t.Errorf("%q becomes the formula %q, want =%s", text, c.Formula(), text)
		}
	}
}
