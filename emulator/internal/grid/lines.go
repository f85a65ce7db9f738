package grid

import "slices"

// Lines records, for rows or columns in their present order, which ones they were at
// first: a row that was third and is now fifth, or one that was inserted since. The zero
// value is that nothing has been inserted, deleted or moved. It is never changed in place,
// so that copies can share it.
type Lines []LineRun

// LineRun is a run of lines that follow each other now and did at first.
type LineRun struct {
	N     int // how many
	First int // what the first of them was at first, or Inserted
	// Model is the line, as it was at first, whose format inserted lines took on; or
	// Inserted for none.
	Model int
}

// Inserted is the former index of a line that was not there at first.
const Inserted = -1

// everyLine is more than the lines of any sheet.
const everyLine = 1 << 40

// Insert returns the lines after n were inserted before at.
func (l Lines) Insert(at, n int) Lines {
	i, l := l.split(at)
	return slices.Insert(l, i, LineRun{n, Inserted, Inserted}).joined()
}

// Delete returns the lines after those from up to to-1 were deleted.
func (l Lines) Delete(from, to int) Lines {
	_, l = l.split(to)
	start, l := l.split(from)
	end, _ := l.split(to)
	return slices.Delete(l, start, end).joined()
}

// Move returns the lines after those from start up to end-1 were moved before the one that
// was at dest.
func (l Lines) Move(start, end, dest int) Lines {
	if dest >= start && dest <= end {
		return l
	}
	_, l = l.split(start)
	_, l = l.split(end)
	to, l := l.split(dest)
	from, _ := l.split(start)
	until, _ := l.split(end)
	moved := slices.Clone(l[from:until])
	if to > from {
		return slices.Delete(slices.Insert(l, to, moved...), from, until).joined()
	}
	return slices.Insert(slices.Delete(l, from, until), to, moved...).joined()
}

// Take returns the lines after those from start up to end-1, which were inserted, took on
// the format of the line that is now at model.
func (l Lines) Take(start, end, model int) Lines {
	if model = l.model(model); model == Inserted {
		return l
	}
	_, l = l.split(end)
	i, l := l.split(start)
	for ; i < len(l) && start < end; i++ {
		if l[i].First == Inserted {
			l[i].Model = model
		}
		start += l[i].N
	}
	return l.joined()
}

// First returns what the line at i was at first, or Inserted.
func (l Lines) First(i int) int {
	if len(l) == 0 {
		return i
	}
	for _, run := range l {
		if i < run.N {
			if run.First == Inserted {
				return Inserted
			}
			return run.First + i
		}
		i -= run.N
	}
	return Inserted
}

// Firsts returns what the first n lines were at first; see [Lines.First].
func (l Lines) Firsts(n int) []int {
	out := make([]int, 0, n)
	for _, run := range l.Runs() {
		for i := 0; i < run.N && len(out) < n; i++ {
			if run.First == Inserted {
				out = append(out, Inserted)
			} else {
				out = append(out, run.First+i)
			}
		}
	}
	return out
}

// model returns the line at i as it was at first, or the one whose format it took on.
func (l Lines) model(i int) int {
	if first := l.First(i); first != Inserted {
		return first
	}
	for _, run := range l {
		if i < run.N {
			return run.Model
		}
		i -= run.N
	}
	return Inserted
}

// Runs returns the runs in their present order. The last one has no end.
func (l Lines) Runs() []LineRun {
	if len(l) == 0 {
		return []LineRun{{everyLine, 0, Inserted}}
	}
	return slices.Clone(l)
}

// split returns a copy in which a run begins at a line, and the index of that run.
func (l Lines) split(at int) (int, Lines) {
	runs := Lines(l.Runs())
	for i, run := range runs {
		switch {
		case at == 0:
			return i, runs
		case at < run.N:
			rest := run
			if rest.N -= at; run.First != Inserted {
				rest.First += at
			}
			runs[i].N = at
			return i + 1, slices.Insert(runs, i+1, rest)
		}
		at -= run.N
	}
	return len(runs), runs
}

// joined returns the runs with those put together that follow each other.
func (l Lines) joined() Lines {
	var out Lines
	for _, run := range l {
		if run.N == 0 {
			continue
		}
		if n := len(out) - 1; n >= 0 {
			last := out[n]
			inserted := run.First == Inserted && last.First == Inserted && run.Model == last.Model
			if inserted || run.First != Inserted && last.First != Inserted && last.First+last.N == run.First {
				out[n].N += run.N
				continue
			}
		}
		out = append(out, run)
	}
	return out
}
