package files

import (
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// The media types of Drive files that Google makes itself.
const (
	SpreadsheetType = "application/vnd.google-apps.spreadsheet"
	FolderType      = "application/vnd.google-apps.folder"
)

// File is a Drive file. A spreadsheet has contents.
type File struct {
	Id, Name, MimeType string
	Created, Modified  time.Time
	Trashed, Starred   bool
	Roles              map[string]Role // by grantee; see grants.go
	Parent, Drive      string          // ids of the folder and of the shared drive it lies in; "" = none
	Description, By    string          // by: who changed it last
	Properties         map[string]string
	Contents           *spreadsheet.Spreadsheet
}

// Role is what somebody may do with a file; the greater may all that the
// smaller may.
type Role int

const (
	NoRole Role = iota
	Reader
	Commenter
	Writer
	Owner
)

var Roles = map[string]Role{"": NoRole, "reader": Reader, "commenter": Commenter, "writer": Writer, "owner": Owner}

// Title is the file's name, which a spreadsheet keeps itself.
func (f *File) Title() string {
	if f.Contents != nil {
		return f.Contents.Title()
	}
	return f.Name
}

// Edit changes a copy of the contents, which takes their place only if change
// succeeds: a batch is done whole or not at all.
func (f *File) Edit(now time.Time, change func(*spreadsheet.Spreadsheet) error) error {
	draft := f.Contents.Draft()
	if err := change(draft); err != nil {
		return err
	}
	f.Contents, f.Modified = draft, now
	return nil
}

// NewFileID makes up an id like Google's: 44 characters, the first a 1.
func NewFileID() string { return "1" + rest.RandomText(43) }

// Settle puts a new file into a folder; in a shared drive nobody owns it.
func (f *File) Settle(parent, drive string) {
	f.Parent, f.Drive = parent, drive
	if drive != "" {
		clear(f.Roles)
	}
}

// Rename gives a file a name, which a spreadsheet keeps itself.
func (f *File) Rename(name string) {
	if f.Name = name; f.Contents != nil {
		f.Contents = f.Contents.WithTitle(name)
	}
}
