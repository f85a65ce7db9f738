package commit

import (
	"encoding/base32"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A marker's value has 12 characters: the name of the instance (4), the second in which
// it was sent (5, so that it repeats after a year), a counter (2) and a verdict (1).
const (
	markerLength  = 12
	nameLength    = 4
	timeLength    = 5
	counterLength = 2
	timePeriod    = 1 << (5 * timeLength) // seconds
)

const (
	// minSlot is the shortest slot: a read and a write of 150 ms each fit in its first
	// half.
	minSlot = 500 * time.Millisecond
	// slotShare is the part of the quota that turns use. The rest is left to reads of
	// rows, to instances that join, and to conflicts.
	slotShare = .8
	// quotaMinute is the period of the quota, and some seconds.
	quotaMinute = 70 * time.Second
)

// base32Text encodes the lower 5·n bits of v as n characters.
func base32Text(v uint64, n int) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v<<(64-5*n))
	return base32.StdEncoding.EncodeToString(b[:])[:n]
}

// parseMarker returns the seconds in a marker's value, modulo timePeriod, and its verdict.
func parseMarker(value string) (seconds int64, verdict string, ok bool) {
	if len(value) != markerLength || !strings.Contains(verdictNone+verdictOnce+verdictTwice, value[markerLength-1:]) {
		return 0, "", false // of an earlier version
	}
	b, err := base32.StdEncoding.DecodeString(value[nameLength:nameLength+timeLength] + "AAA")
	if err != nil {
		return 0, "", false
	}
	return int64(binary.BigEndian.Uint64(append(b, 0, 0, 0)) >> (64 - 5*timeLength)), value[markerLength-1:], true
}

// markerTime returns the time in a marker's value that is next to now.
func markerTime(value string, now time.Time) (t time.Time, ok bool) {
	seconds, _, ok := parseMarker(value)
	age := (now.Unix() - seconds) % timePeriod
	if age > timePeriod/2 {
		age -= timePeriod
	}
	return now.Add(-time.Duration(age) * time.Second), ok
}

// turns decides when an instance may try to send a batch, so that the batches of instances
// which write at the same time rarely have the same number. If a clock or a ring is wrong,
// that costs time only: what is stored depends on the sequence.
type turns struct {
	random      *rand.Rand
	self        string
	slot        time.Duration
	counter     uint64
	seen        map[string]time.Time // when the last marker of each instance was made, about
	last        int64                // the highest number seen
	announced   []string             // announcements seen
	announcedAt time.Time            // when the last of them was seen first
	looked      time.Time            // when
	refused     int                  // how often in a row another instance was first
	used        int64                // the slot that was waited for last
	late        bool                 // use the second half of slots
	missed      bool                 // the last slot was almost over before the batch was ready
}

func newTurns(perMinute int) turns {
	slot := time.Duration(float64(time.Minute) / (slotShare * float64(perMinute)))
	return turns{
		random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), counter: rand.Uint64(),
		self: base32Text(rand.Uint64(), nameLength), slot: max(slot, minSlot), seen: map[string]time.Time{},
	}
}

// markerValue returns the value of a new attempt's marker. It does not repeat within a
// year: the counter differs between attempts of one second, and the name between instances.
func (t *turns) markerValue(now time.Time, verdict string) string {
	t.counter++
	return t.self + base32Text(uint64(now.Unix()), timeLength) + base32Text(t.counter, counterLength) + verdict
}

// observe takes over which instances have written, or have announced themselves. The time
// in a marker that is new is used only if it is between this read and the one before,
// because the clocks of instances may differ. After the clock was set back all markers are
// new.
func (t *turns) observe(m markers, at time.Time) {
	if at.Before(t.looked) {
		t.seen, t.last, t.looked = map[string]time.Time{}, 0, time.Time{}
	}
	note := func(value string) {
		made, ok := markerTime(value, at)
		if !ok {
			return
		}
		if made.After(at) || made.Before(t.looked) {
			made = at
		}
		if name := value[:nameLength]; made.After(t.seen[name]) {
			t.seen[name] = made
		}
	}
	last := t.last
	for id, value := range m.values {
		if id > t.last {
			last = max(last, id)
			note(value)
		}
	}
	for _, value := range m.announced {
		if !slices.Contains(t.announced, value) {
			t.announcedAt = at
			note(value)
		}
	}
	t.last, t.announced, t.looked = last, m.announced, at
}

// ring returns the names of the instances that write, sorted: those that wrote at most four
// rounds and some seconds before the last batch of all. Without batches it stays as it is
// for quotaMinute, because the quota may be why there are none.
func (t *turns) ring(now time.Time) (names []string) {
	maps.DeleteFunc(t.seen, func(_ string, seen time.Time) bool { return now.Sub(seen) > 2*time.Minute })
	names = slices.Collect(maps.Keys(t.seen))
	slices.SortFunc(names, func(a, b string) int { return t.seen[b].Compare(t.seen[a]) })
	for i, name := range names {
		last := t.seen[names[0]]
		if now.Sub(last) > quotaMinute || last.Sub(t.seen[name]) > time.Duration(4*(i+1))*t.slot+6*time.Second {
			names = names[:i]
			break
		}
	}
	slices.Sort(names)
	return names
}

// alone reports whether no other instance writes.
func (t *turns) alone(now time.Time) bool {
	ring := t.ring(now)
	return len(ring) == 0 || len(ring) == 1 && ring[0] == t.self
}

// joining reports whether the instance has to announce itself: others write, and it was
// refused because one of them was first.
func (t *turns) joining(now time.Time) bool {
	_, member := slices.BinarySearch(t.ring(now), t.self)
	return !member && !t.alone(now) && t.refused > 0
}

// next returns how long to wait for the turn. An instance that is alone, or that has just
// come, waits for nothing.
func (t *turns) next(now time.Time) time.Duration {
	i, n := t.place(now)
	if n < 2 {
		return 0
	}
	slot := now.UnixNano() / int64(t.slot)
	for int(slot%int64(n)) != i || slot == t.used || t.wait(now, slot, t.late) < -t.slot/3 {
		slot++
	}
	t.used = slot
	return max(0, t.wait(now, slot, t.late))
}

// place returns the place of this instance in the ring, and the number of members; 0 where
// it is alone or not a member.
func (t *turns) place(now time.Time) (i, n int) {
	ring := t.ring(now)
	i, member := slices.BinarySearch(ring, t.self)
	if !member || len(ring) == 1 {
		return 0, 0
	}
	return i, len(ring)
}

// mine reports, after a read of the markers, whether the slot that was waited for still
// belongs to this instance, and is not almost over, when the next instance may have read
// the markers already. After a slot was missed for that reason, the next one is used
// however late it is, so that an instance whose reads are slow can write.
func (t *turns) mine(now time.Time) bool {
	i, n := t.place(now)
	if n == 0 {
		return true
	}
	late := t.wait(now, t.used, t.late) < -t.slot/2
	if int(t.used%int64(n)) != i || late && !t.missed {
		t.missed = late
		return false
	}
	t.missed = false
	return true
}

// wait returns the time until a slot, or its second half.
func (t *turns) wait(now time.Time, slot int64, late bool) time.Duration {
	start := time.Duration(slot * int64(t.slot))
	if late {
		start += t.slot * 11 / 20
	}
	return start - time.Duration(now.UnixNano())
}

// conflict notes that another instance was first. If their clocks differ by a slot, it
// would be first each time. So each of them chooses by chance which half of its slots it
// uses.
func (t *turns) conflict() {
	t.refused++
	t.late = t.random.IntN(2) == 0
}

// stored notes that a batch of this instance was stored.
func (t *turns) stored() { t.refused = 0 }
