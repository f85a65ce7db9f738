package files

import (
	"testing"
	"time"
)

func TestRole(t *testing.T) {
	store := NewStore(time.Now)
	store.AddDrive("D", "Team", "boss@example.com")
	inDrive := store.Add("in-drive", SpreadsheetType, "boss@example.com")
	inDrive.MoveTo("D", "D")
	inDrive.Roles["guest@other.com"] = Reader
	mine := store.Add("mine", SpreadsheetType, "me@example.com")
	mine.Roles[Grantee("domain", "", "example.com")] = Commenter
	mine.Roles["friend@example.com"] = Writer
	linked := store.Add("linked", SpreadsheetType, "me@example.com")
	linked.Roles[Grantee("anyone", "", "")] = Reader
	tests := []struct {
		name   string
		file   *File
		email  string
		want   Role
		listed bool
	}{
		{"owner", mine, "me@example.com", Owner, true},
		{"the greatest role counts", mine, "friend@example.com", Writer, true},
		{"domain", mine, "other@example.com", Commenter, true},
		{"other domain", mine, "me@other.com", NoRole, false},
		{"anyone with the link does not list the file", linked, "me@other.com", Reader, false},
		{"member of the shared drive", inDrive, "boss@example.com", Owner, true},
		{"guest in a shared drive", inDrive, "guest@other.com", Reader, true},
		{"not a member", inDrive, "me@example.com", NoRole, false},
	}
	for _, tt := range tests {
		if got := store.Role(tt.file, tt.email); got != tt.want {
			t.Errorf("%s: Role = %d, want %d", tt.name, got, tt.want)
		}
		if got := store.IsListed(tt.file, tt.email); got != tt.listed {
			t.Errorf("%s: IsListed = %t, want %t", tt.name, got, tt.listed)
		}
	}
}

func TestFolders(t *testing.T) {
	store := NewStore(time.Now)
	folder := store.Add("folder", FolderType, "me@example.com")
	below := store.Add("below", FolderType, "me@example.com")
	below.MoveTo("folder", "")
	file := store.Add("file", SpreadsheetType, "me@example.com")
	file.MoveTo("below", "")
	store.Add("other", SpreadsheetType, "me@example.com")

	folder.Trashed = true
	if !store.IsTrashed(file) || store.IsTrashed(store.Get("other")) {
		t.Errorf("IsTrashed = %t in a trashed folder, %t beside it, want true and false", store.IsTrashed(file), store.IsTrashed(store.Get("other")))
	}
	store.Delete(folder)
	if left := store.List(); len(left) != 1 || left[0].ID != "other" {
		t.Errorf("%d files are left after their folder was deleted, want only the other one", len(left))
	}
}

func TestGrantee(t *testing.T) {
	tests := []struct{ kind, email, domain string }{
		{"user", "me@example.com", ""}, {"group", "us@example.com", ""}, {"domain", "", "example.com"}, {"anyone", "", ""},
	}
	ids := map[string]bool{}
	for _, tt := range tests {
		name := Grantee(tt.kind, tt.email, tt.domain)
		kind, email, domain := GranteeType(name)
		if kind != tt.kind || email != tt.email || domain != tt.domain {
			t.Errorf("GranteeType(%q) = %q, %q, %q, want %+v", name, kind, email, domain, tt)
		}
		ids[PermissionID(name)] = true
	}
	if len(ids) != len(tests) {
		t.Errorf("%d permission IDs of %d grantees", len(ids), len(tests))
	}
}
