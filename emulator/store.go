package emulator

import (
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// store holds all files. Its lock is held by who calls its other methods or uses
// a file, as calls do for as long as they are served.
type store struct {
	sync.Mutex
	files map[string]*file
	now   func() time.Time
}

// newStore returns a store without any file.
func newStore(now func() time.Time) *store {
	return &store{files: map[string]*file{}, now: now}
}

// locking returns the routes with calls that hold the lock while they are served.
func (s *store) locking(routes []rest.Route) []rest.Route {
	for i := range routes {
		serve := routes[i].Serve
		if serve == nil {
			continue
		}
		routes[i].Serve = func(c *rest.Call) (any, error) {
			s.Lock()
			defer s.Unlock()
			return serve(c)
		}
	}
	return routes
}

// get returns the file with the ID, or nil.
func (s *store) get(id string) *file { return s.files[id] }

// list returns all files, ordered by ID.
func (s *store) list() []*file {
	list := make([]*file, 0, len(s.files))
	for _, id := range rest.SortedKeys(s.files) {
		list = append(list, s.files[id])
	}
	return list
}

// add makes a file without content; it replaces one that has the ID.
func (s *store) add(id, mimeType, by string) *file {
	now := s.now()
	f := &file{id: id, mimeType: mimeType, created: now, modified: now, roles: map[string]role{by: owner}}
	s.files[id] = f
	return f
}

// addDrive makes a shared drive, which is stored as its own top level folder:
// the roles of its members hold for the files in it.
func (s *store) addDrive(id, name, organizer string) *file {
	f := s.add(id, folderType, organizer)
	f.name, f.drive = name, id
	return f
}

// ensureRoot makes the "My Drive" folder of a user, unless there is one.
func (s *store) ensureRoot(email string) {
	if id := rootOf(email); s.files[id] == nil {
		s.add(id, folderType, email).name = "My Drive"
	}
}

// remove deletes a file, and with a folder what is in it.
func (s *store) remove(f *file) {
	delete(s.files, f.id)
	for _, other := range s.files {
		if other.parent == f.id && s.files[other.id] != nil {
			s.remove(other)
		}
	}
}

// role returns the greatest role that a user has on a file, by whatever grant.
func (s *store) role(f *file, email string) role {
	_, domain, _ := strings.Cut(email, "@")
	best := max(f.roles[email], f.roles[anyoneGrantee], f.roles[domainGrantee+domain])
	if drive := s.files[f.drive]; drive != nil && drive != f {
		best = max(best, s.role(drive, email))
	}
	return best
}

// listed reports whether lists of a user's files have the file: what anyone may
// open by its link is not in them.
func (s *store) listed(f *file, email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	drive := s.files[f.drive]
	return max(f.roles[email], f.roles[domainGrantee+domain]) >= reader || drive != nil && drive != f && s.listed(drive, email)
}

// trashed reports whether a file, or a folder that it is in, is in the trash.
func (s *store) trashed(f *file) bool {
	for depth := 0; f != nil && depth < 100; depth++ {
		if f.trashed {
			return true
		}
		f = s.files[f.parent]
	}
	return false
}
