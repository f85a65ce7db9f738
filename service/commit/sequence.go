package commit

import "slices"

// window is how many markers are kept; see the package doc. Tests lower it.
var window int64 = 1000

// content is one batch as it was sent.
type content struct {
	value string // of its marker
	plan  *Plan
	keys  keyRows
	open  bool // an answer was lost, so that it may be stored, or still land
}

func (c *content) holds(w *Work) bool { return slices.Contains(c.plan.Works, w) }

// sequence is what an instance knows of the order of batches. It decides and
// does not act, so that a test can drive it through every order of events.
// Its zero value has to see the markers first.
type sequence struct {
	next     int64               // the number of the next batch; 0 before the first look
	ours     map[int64]bool      // markers that were there when we last looked, or that we made
	contents map[string]*content // sent under next, by value
}

// send notes that the content goes out under next.
func (s *sequence) send(c *content) {
	if s.contents == nil {
		s.contents = map[string]*content{}
	}
	s.contents[c.value] = c
}

// prune is the marker to delete with the next batch, if it is there.
func (s *sequence) prune() (id int64, ok bool) {
	id = s.next - window
	return id, s.ours[id]
}

// stored notes that a batch under next was stored by us.
func (s *sequence) stored() {
	s.ours[s.next] = true
	delete(s.ours, s.next-window)
	s.next++
	s.contents = nil
}

// verdict is what the markers say about the contents under next.
type verdict int

const (
	free    verdict = iota // nothing is stored under next: what was refused was refused for itself
	landed                 // one of our contents is stored
	taken                  // next is somebody else's; nothing of ours is stored under it, or will be
	unknown                // contents in doubt cannot be told any more
)

// look compares the markers there are (number → value) and, where marker next
// is missing, whether metadata of a stranger holds its number. It moves on to
// the number that is next now. It returns the contents that the verdict is
// about: the one that landed, or those that are unknown.
func (s *sequence) look(markers map[int64]string, stranger bool) (verdict, []*content) {
	next, last := s.next, int64(0)
	for id := range markers {
		last = max(last, id)
	}
	value, there := markers[next]
	known, doubt := s.contents[value], s.inDoubt()
	// The marker before next is there unless somebody deleted it, or the
	// sequence has gone on by so much that it was pruned.
	broken := !there && (last > next || s.ours[next-1] && last < next-1)

	s.ours = make(map[int64]bool, len(markers))
	for id := range markers {
		s.ours[id] = true
	}
	if next != 0 && !there && !stranger && !broken {
		return free, nil
	}
	s.next, s.contents = last+1, nil
	if stranger {
		s.next = max(s.next, next+1)
	}
	switch {
	case there && known != nil:
		return landed, []*content{known}
	case !there && len(doubt) > 0:
		return unknown, doubt
	}
	return taken, nil
}

// inDoubt returns what was sent under next and may be stored or still land.
func (s *sequence) inDoubt() []*content {
	var doubt []*content
	for _, c := range s.contents {
		if c.open {
			doubt = append(doubt, c)
		}
	}
	return doubt
}

// mayLand reports whether a content under next that holds the write may be
// stored or still land.
func (s *sequence) mayLand(w *Work) bool {
	return slices.ContainsFunc(s.inDoubt(), func(c *content) bool { return c.holds(w) })
}
