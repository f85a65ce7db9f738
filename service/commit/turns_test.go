package commit

import (
	"fmt"
	"testing"
	"time"
)

func TestMarkerValue(t *testing.T) {
	turns := newTurns(60)
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	values := map[string]bool{}
	for range 1000 {
		value := turns.markerValue(now, verdictOnce)
		made, ok := markerTime(value, now.Add(time.Hour))
		if !ok || !made.Equal(now) || len(value) != markerLength || value[:nameLength] != turns.self {
			t.Fatalf("markerTime(%q) = %v, %v, want %v", value, made, ok, now)
		}
		values[value] = true
	}
	if len(values) != 1000 {
		t.Errorf("%d values of one second, want 1000", len(values))
	}
	for _, old := range []string{"", "ABCDEFGHIJKL", "ABCDEFGHIJ1", "ABCD1!!!!AB1"} {
		if _, ok := markerTime(old, now); ok {
			t.Errorf("markerTime(%q) is taken for a time", old)
		}
	}
}

func TestYounger(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		name string
		at   time.Time
		want bool
	}{
		{"now", now, true},
		{"a second ago", now.Add(-time.Second), true},
		{"two seconds ago", now.Add(-2 * time.Second), false},
		{"never", time.Time{}, false},
		{"suspended for three seconds", now.Round(0).Add(-3 * time.Second), false},
		{"the clock was set back by an hour", now.Round(0).Add(time.Hour), false},
		{"the clock was set forward by an hour", now.Round(0).Add(-time.Hour), false},
	} {
		if got := Fresh(now, tt.at); got != tt.want {
			t.Errorf("%s: Fresh = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWindowOf(t *testing.T) {
	for _, tt := range []struct {
		perMinute int
		want      int64
	}{{10, 1000}, {60, 1450}, {100, 2000}, {1000, 2000}} {
		if got := windowOf(tt.perMinute); got != tt.want {
			t.Errorf("windowOf(%d) = %d, want %d", tt.perMinute, got, tt.want)
		}
	}
	if characters := maxWindow * (markerLength + len(markerKey)); characters >= metadataRoom {
		t.Errorf("%d markers have %d characters, and a spreadsheet has room for %d", maxWindow, characters, metadataRoom)
	}
}

// TestTurns lets instances with different clocks see each other's markers, and checks that
// each slot of a round is that of one of them.
func TestTurns(t *testing.T) {
	for _, tt := range []struct {
		name   string
		clocks []time.Duration // ahead of the right time
	}{
		{"alone", []time.Duration{0}},
		{"two", []time.Duration{0, 0}},
		{"three", []time.Duration{0, 100 * time.Millisecond, -100 * time.Millisecond}},
		{"one clock an hour ahead", []time.Duration{0, time.Hour, 0}},
		{"one clock an hour behind", []time.Duration{0, -time.Hour, 0}},
		{"ten", make([]time.Duration, 10)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
			all := make([]turns, len(tt.clocks))
			m := markers{values: map[int64]string{}}
			number := int64(0)
			for i := range all {
				all[i] = newTurns(60)
				all[i].self = base32Text(uint64(i), nameLength)
			}
			// Three rounds in which each writes and reads, as after they have come.
			now := began
			for range 3 {
				for i := range all {
					now = now.Add(all[i].slot)
					own := now.Add(tt.clocks[i])
					all[i].observe(m, own)
					number++
					m.values[number] = all[i].markerValue(own, verdictOnce)
					all[i].observe(m, own)
				}
			}
			for i := range all {
				all[i].observe(m, now.Add(tt.clocks[i]))
			}
			if len(all) == 1 {
				if wait := all[0].next(now); wait != 0 || !all[0].alone(now) {
					t.Errorf("alone: wait %v", wait)
				}
				return
			}
			sends := map[int64]string{}
			for i := range all {
				own := now.Add(tt.clocks[i])
				if n := len(all[i].ring(own)); n != len(all) {
					t.Fatalf("instance %d sees %d members, want %d", i, n, len(all))
				}
				wait := all[i].next(own)
				if round := time.Duration(len(all)+1) * all[i].slot; wait > round {
					t.Errorf("instance %d waits %v, more than a round of %v", i, wait, round)
				}
				slot := now.Add(wait).UnixNano() / int64(250*time.Millisecond)
				if other, taken := sends[slot]; taken && tt.clocks[i] == 0 {
					t.Errorf("instances %s and %d send at once", other, i)
				}
				sends[slot] = fmt.Sprint(i)
			}
			// Those that do not write any more are forgotten.
			if n := len(all[0].ring(now.Add(2 * time.Minute))); n != 0 {
				t.Errorf("after two minutes %d are members", n)
			}
		})
	}
}
