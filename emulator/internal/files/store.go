package files

import (
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Store holds all files. Callers hold its lock while they call its other methods
// or use a file, except where the doc of a method differs; see [rest.Locking].
type Store struct {
	sync.Mutex
	KeepBefore bool // set [File.Before] at each change
	files      map[string]*File
	now        func() time.Time
}

// NewStore returns a store without any file.
func NewStore(now func() time.Time) *Store {
	return &Store{files: map[string]*File{}, now: now}
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

// NewFile returns a file of a media type without content, with a new ID, that is
// not in the store until [Store.Put].
func (s *Store) NewFile(mimeType, owner string) *File {
	now := s.now()
	return &File{
		ID: NewID(), MimeType: mimeType, Created: now, Modified: now, Roles: map[string]Role{owner: Owner},
		editing: make(lock, 1), calculating: make(lock, 1),
	}
}

// Put stores a file; it replaces one that has the ID.
func (s *Store) Put(f *File) { s.files[f.ID] = f }

// Add adds a file of a media type without content; it replaces one that has the ID.
func (s *Store) Add(id, mimeType, owner string) *File {
	f := s.NewFile(mimeType, owner)
	f.ID = id
	s.Put(f)
	return f
}

// AddDrive adds a shared drive. The roles of its members hold for the files in it.
func (s *Store) AddDrive(id, name, organizer string) *File {
	f := s.Add(id, FolderType, organizer)
	f.Name, f.Drive = name, id
	return f
}

// EnsureRoot adds the "My Drive" folder of a user, unless there is one.
func (s *Store) EnsureRoot(email string) {
	if id := RootID(email); s.files[id] == nil {
		s.Add(id, FolderType, email).Name = "My Drive"
	}
}

// Delete deletes a file, and with a folder all files in it.
func (s *Store) Delete(f *File) {
	delete(s.files, f.ID)
	for _, other := range s.files {
		if other.Parent == f.ID && s.files[other.ID] != nil {
			s.Delete(other)
		}
	}
}

// Role returns the greatest role that a user has on a file: as a user, by the
// domain, as anyone, or as a member of the shared drive.
func (s *Store) Role(f *File, email string) Role {
	_, domain, _ := strings.Cut(email, "@")
	best := max(f.Roles[email], f.Roles[anyoneGrantee], f.Roles[domainGrantee+domain])
	if drive := s.files[f.Drive]; drive != nil && drive != f {
		best = max(best, s.Role(drive, email))
	}
	return best
}

// Permits reports whether the owner of a call's token has a role on a file, and notes
// it in the decision of the call.
func (s *Store) Permits(c *rest.Call, f *File, need Role) bool {
	have := s.Role(f, c.Principal)
	d := &c.Decision
	d.File, d.Role, d.NeededRole = f.ID, have.String(), need.String()
	if have < need {
		d.Refused = rest.CheckSharing
	}
	return have >= need
}

// IsListed reports whether lists of a user's files have the file: what anyone may
// open by its link is not in them.
func (s *Store) IsListed(f *File, email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	drive := s.files[f.Drive]
	return max(f.Roles[email], f.Roles[domainGrantee+domain]) >= Reader || drive != nil && drive != f && s.IsListed(drive, email)
}

// IsTrashed reports whether a file, or a folder that it is in, is in the trash.
func (s *Store) IsTrashed(f *File) bool {
	for depth := 0; f != nil && depth < 100; depth++ {
		if f.Trashed {
			return true
		}
		f = s.files[f.Parent]
	}
	return false
}
