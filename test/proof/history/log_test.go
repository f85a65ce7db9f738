package history

import (
	"os"
	"slices"
	"testing"
	"time"
)

// correct is a history in which everything happens that may happen.
func correct() []Operation {
	at := func(s int) time.Duration { return time.Duration(s) * time.Second }
	return []Operation{
		{Client: 0, Call: at(0), Return: at(2), Name: "a", Count: 2, Outcome: Stored, Row: 0},
		{Client: 1, Call: at(1), Return: at(4), Name: "b", Count: 1, Outcome: Stored, Row: 2},
		{Client: 2, Call: at(1), Return: at(3), Name: "c", Count: 1, Outcome: Unknown},
		{Client: 2, Call: at(5), Return: at(6), Name: "c", Count: 1, Outcome: Replayed, Row: 3},
		{Client: 3, Call: at(2), Return: at(4), Name: "d", Count: 1, Outcome: NotStored},
		{Client: 3, Call: at(5), Return: at(7), Name: "d", Count: 1, Outcome: Stored, Row: 4},
		{Client: 4, Call: at(1), Return: at(2), Name: "e", Count: 1, Outcome: Unknown},
		{Client: 5, Call: at(8), Return: at(8), Log: []string{"a.0", "a.1", "b.0", "c.0", "d.0"}},
	}
}

func TestCheck(t *testing.T) {
	last := len(correct()) - 1
	tests := []struct {
		name   string
		doctor func([]Operation)
		want   bool
	}{
		{"a correct history", func([]Operation) {}, true},
		{"an unknown outcome that was stored late", func(h []Operation) { h[last].Log = append(h[last].Log, "e.0") }, true},
		{"a row is doubled", func(h []Operation) { h[last].Log = append(h[last].Log, "b.0") }, false},
		{"an acknowledged row is lost", func(h []Operation) { h[last].Log = slices.Delete(h[last].Log, 2, 3) }, false},
		{"half of a request is lost", func(h []Operation) { h[last].Log = slices.Delete(h[last].Log, 1, 2) }, false},
		{"a request is torn apart", func(h []Operation) { h[last].Log[1], h[last].Log[2] = "b.0", "a.1" }, false},
		{"a row that was reported as not stored", func(h []Operation) { h[5].Outcome = NotStored }, false},
		{"a row that nobody sent", func(h []Operation) { h[last].Log = append(h[last].Log, "f.0") }, false},
		{"a replay names another row", func(h []Operation) { h[3].Row = 2 }, false},
		{"a replay before the first request", func(h []Operation) { h[3].Call, h[3].Return = 0, time.Second/2 }, false},
		{"a key is stored a second time", func(h []Operation) { h[3].Outcome, h[2].Outcome = Stored, Stored }, false},
		{"later requests are stored before earlier ones", func(h []Operation) {
			h[0].Row, h[5].Row = 3, 0
			h[last].Log = []string{"d.0", "b.0", "c.0", "a.0", "a.1"}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			history := correct()
			tt.doctor(history)
			ok, page, err := Check(history)
			if ok != tt.want || err != nil {
				t.Errorf("Check(…) = %v, %v, want %v", ok, err, tt.want)
			}
			if tt.want {
				return
			}
			if html, err := os.ReadFile(page); err != nil || len(html) == 0 {
				t.Errorf("the page of the history: %d bytes, %v", len(html), err)
			}
			_ = os.Remove(page)
		})
	}
}
