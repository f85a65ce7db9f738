package service

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
)

const (
	// missingTTL is how long a title that no sheet has is remembered: a caller with a
	// mistyped title must not use up the quota of reads.
	missingTTL = 30 * time.Second
	// listInterval is how old the list of sheets may be for a title that is not remembered:
	// requests for many titles list the sheets twelve times a minute at most.
	listInterval = 5 * time.Second
	// maxAbsent is how many titles are remembered.
	maxAbsent = 1000
)

// absentTitles are titles that no sheet had when the sheets were listed, with that time.
type absentTitles map[string]time.Time

// hold reports whether a list of sheets that was made at this time, and does not have the
// title, is recent enough to refuse a request for it.
func (a absentTitles) hold(title string, listed time.Time) bool {
	since, ok := a[foldTitle(title)]
	return ok && time.Since(since) < missingTTL || time.Since(listed) < listInterval
}

// add notes that a title is not in the list of this time.
func (a absentTitles) add(title string, listed time.Time) {
	title = foldTitle(title)
	if since, ok := a[title]; ok && time.Since(since) < missingTTL {
		return
	}
	if len(a) >= maxAbsent {
		clear(a)
	}
	a[title] = listed
}

// sheetTitles caches the titles of the sheets, so that requests for a title that no sheet
// has cost one call in missingTTL, however many they are. A title that was read once is
// not checked again. It is safe for concurrent use.
type sheetTitles struct {
	list func(context.Context) ([]*sheets.SheetProperties, error)

	group singleflight.Group

	mu      sync.Mutex // guards what follows
	known   map[string]bool
	absent  absentTitles
	visible []string  // those that an error may name
	listed  time.Time // when; zero is never
	trying  string    // the title that is being read without a list; "" is none
}

func newSheetTitles(list func(context.Context) ([]*sheets.SheetProperties, error)) *sheetTitles {
	return &sheetTitles{list: list, known: map[string]bool{}, absent: absentTitles{}}
}

// foldTitle returns the same text for all titles that Google compares as equal.
func foldTitle(title string) string { return strings.ToLower(strings.ToUpper(title)) }

// check returns an error with the code [table.SheetNotFound] if no sheet has the title.
// Before the first list it lets one title pass, because a process mostly starts with a
// read of a sheet that exists.
func (t *sheetTitles) check(ctx context.Context, title string) error {
	done, err := t.checkList(title)
	if done {
		return err
	}
	if err := t.refresh(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.findLocked(title)
}

// checkList is check without a call; it reports false where one is needed.
func (t *sheetTitles) checkList(title string) (done bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.findLocked(title); err == nil || t.absent.hold(title, t.listed) {
		return true, err
	}
	if t.listed.IsZero() && (t.trying == "" || t.trying == foldTitle(title)) && !commit.IsKeysSheet(title) {
		t.trying = foldTitle(title)
		return true, nil
	}
	return false, nil
}

func (t *sheetTitles) findLocked(title string) error {
	if commit.IsKeysSheet(title) || !t.known[foldTitle(title)] {
		t.absent.add(title, t.listed)
		return sheetNotFound(title, t.visible)
	}
	return nil
}

// has reports whether a sheet was found by the title.
func (t *sheetTitles) has(title string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.known[foldTitle(title)]
}

// add notes that a sheet has the title.
func (t *sheetTitles) add(title string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known[foldTitle(title)] = true
	if t.trying == foldTitle(title) {
		t.trying = ""
	}
}

// refresh lists the sheets with one call, which concurrent callers share and which goes
// on when they have left.
func (t *sheetTitles) refresh(ctx context.Context) error {
	listed := t.group.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		tabs, err := t.list(ctx)
		if err == nil {
			t.set(tabs)
		}
		return nil, err
	})
	select {
	case result := <-listed:
		return result.Err
	case <-ctx.Done():
		return timedOut(ctx, "list the sheets")
	}
}

func (t *sheetTitles) set(tabs []*sheets.SheetProperties) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.listed, t.trying, t.visible = time.Now(), "", visibleTitles(tabs)
	clear(t.known)
	for _, tab := range tabs {
		t.known[foldTitle(tab.Title)] = true
	}
}
