package commit

import "slices"

// attempt is one batch as it was sent.
type attempt[R, S any] struct {
	value string // of its marker
	plan  *Plan[R, S]
	// results are those of the plan's writes: a later plan sets others.
	results []string
	keys    keyRows
	offset  int  // index of the plan's first request in the batch
	open    bool // the answer was lost, so that it may be stored, or still be on its way
}

// sequence holds what an instance has read about the order of batches. It decides and
// makes no calls, so that a test can drive it through every order of events. It has to
// look at the markers before it is used.
type sequence[R, S any] struct {
	window   int64                     // how many markers are kept
	next     int64                     // the number of the next batch; 0 before the first look
	known    map[int64]bool            // markers that were read, or that this instance has made
	attempts map[string]*attempt[R, S] // sent under next, by value
}

// send records that the attempt is sent under next.
func (s *sequence[R, S]) send(a *attempt[R, S]) {
	if s.attempts == nil {
		s.attempts = map[string]*attempt[R, S]{}
	}
	s.attempts[a.value] = a
}

// prune returns the marker to delete with the next batch, if it is there.
func (s *sequence[R, S]) prune() (id int64, ok bool) {
	id = s.next - s.window
	return id, s.known[id]
}

// stored records that this instance has stored a batch under next.
func (s *sequence[R, S]) stored() {
	s.known[s.next] = true
	delete(s.known, s.next-s.window)
	s.skip()
}

// skip goes on to the next number.
func (s *sequence[R, S]) skip() {
	s.next++
	s.attempts = nil
}

// verdict is what the markers show about the attempts under next.
type verdict int

const (
	verdictFree    verdict = iota // nothing is stored under next
	verdictStored                 // one of the attempts is stored
	verdictTaken                  // another batch has next, so that no attempt under it is or will be stored
	verdictUnknown                // the markers do not show any more what became of the open attempts
)

// look compares the markers that exist (number → value) and, where marker next does not,
// whether foreign metadata has its number. It goes on to the number that is next now. It
// returns the attempts that the verdict is about: the one stored, or those unknown.
func (s *sequence[R, S]) look(markers map[int64]string, foreign bool) (verdict, []*attempt[R, S]) {
	next, last := s.next, int64(0)
	for id := range markers {
		last = max(last, id)
	}
	value, exists := markers[next]
	ours, open := s.attempts[value], s.inDoubt()
	// The marker before next exists unless somebody deleted it, or the sequence has
	// gone on so far that it was pruned.
	broken := !exists && (last > next || s.known[next-1] && last < next-1)

	s.known = make(map[int64]bool, len(markers))
	for id := range markers {
		s.known[id] = true
	}
	if next != 0 && !exists && !foreign && !broken {
		return verdictFree, nil
	}
	s.next, s.attempts = last+1, nil
	if foreign {
		s.next = max(s.next, next+1)
	}
	switch {
	case exists && ours != nil:
		return verdictStored, []*attempt[R, S]{ours}
	case !exists && len(open) > 0:
		return verdictUnknown, open
	}
	return verdictTaken, nil
}

// inDoubt returns the open attempts under next.
func (s *sequence[R, S]) inDoubt() []*attempt[R, S] {
	var open []*attempt[R, S]
	for _, a := range s.attempts {
		if a.open {
			open = append(open, a)
		}
	}
	return open
}

// mayLand reports whether an open attempt holds the write.
func (s *sequence[R, S]) mayLand(w *Write[R]) bool {
	return slices.ContainsFunc(s.inDoubt(), func(a *attempt[R, S]) bool { return slices.Contains(a.plan.Writes, w) })
}
