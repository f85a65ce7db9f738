package files

import (
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Store holds all files. Its lock is held by who calls its other methods or uses
// a file, as calls do for as long as they are served.
type Store struct {
	sync.Mutex
	files map[string]*File
	now   func() time.Time
}

// NewStore returns a store without any file.
func NewStore(now func() time.Time) *Store {
	return &Store{files: map[string]*File{}, now: now}
}

// Locking returns the routes with calls that hold the lock while they are served.
func (s *Store) Locking(routes []rest.Route) []rest.Route {
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

// Get returns the file with the ID, or nil.
func (s *Store) Get(id string) *File { return s.files[id] }

// List returns all files, ordered by ID.
func (s *Store) List() []*File {
	list := make([]*File, 0, len(s.files))
	for _, id := range rest.SortedKeys(s.files) {
		list = append(list, s.files[id])
	}
	return list
}

// Add makes a file without content; it replaces one that has the ID.
func (s *Store) Add(id, mimeType, by string) *File {
	now := s.now()
	f := &File{Id: id, MimeType: mimeType, Created: now, Modified: now, Roles: map[string]Role{by: Owner}}
	s.files[id] = f
	return f
}

// AddDrive makes a shared drive, which is stored as its own top level folder:
// the roles of its members hold for the files in it.
func (s *Store) AddDrive(id, name, organizer string) *File {
	f := s.Add(id, FolderType, organizer)
	f.Name, f.Drive = name, id
	return f
}

// EnsureRoot makes the "My Drive" folder of a user, unless there is one.
func (s *Store) EnsureRoot(email string) {
	if id := RootOf(email); s.files[id] == nil {
		s.Add(id, FolderType, email).Name = "My Drive"
	}
}

// Remove deletes a file, and with a folder what is in it.
func (s *Store) Remove(f *File) {
	delete(s.files, f.Id)
	for _, other := range s.files {
		if other.Parent == f.Id && s.files[other.Id] != nil {
			s.Remove(other)
		}
	}
}

// Role returns the greatest role that a user has on a file, by whatever grant.
func (s *Store) Role(f *File, email string) Role {
	_, domain, _ := strings.Cut(email, "@")
	best := max(f.Roles[email], f.Roles[anyoneGrantee], f.Roles[domainGrantee+domain])
	if drive := s.files[f.Drive]; drive != nil && drive != f {
		best = max(best, s.Role(drive, email))
	}
	return best
}

// Listed reports whether lists of a user's files have the file: what anyone may
// open by its link is not in them.
func (s *Store) Listed(f *File, email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	drive := s.files[f.Drive]
	return max(f.Roles[email], f.Roles[domainGrantee+domain]) >= Reader || drive != nil && drive != f && s.Listed(drive, email)
}

// Trashed reports whether a file, or a folder that it is in, is in the trash.
func (s *Store) Trashed(f *File) bool {
	for depth := 0; f != nil && depth < 100; depth++ {
		if f.Trashed {
			return true
		}
		f = s.files[f.Parent]
	}
	return false
}
