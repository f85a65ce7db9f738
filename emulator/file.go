package emulator

import (
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// The media types of Drive files that Google makes itself.
const (
	spreadsheetType = "application/vnd.google-apps.spreadsheet"
	folderType      = "application/vnd.google-apps.folder"
)

// file is a Drive file. A spreadsheet has contents.
type file struct {
	id, name, mimeType string
	created, modified  time.Time
	trashed, starred   bool
	roles              map[string]role // by grantee; see grants.go
	parent, drive      string          // ids of the folder and of the shared drive it lies in; "" = none
	description, by    string          // by: who changed it last
	properties         map[string]string
	contents           *spreadsheet.Spreadsheet
}

// role is what somebody may do with a file; the greater may all that the
// smaller may.
type role int

const (
	noRole role = iota
	reader
	commenter
	writer
	owner
)

var roles = map[string]role{"": noRole, "reader": reader, "commenter": commenter, "writer": writer, "owner": owner}

// title is the file's name, which a spreadsheet keeps itself.
func (f *file) title() string {
	if f.contents != nil {
		return f.contents.Title()
	}
	return f.name
}

// edit changes a copy of the contents, which takes their place only if change
// succeeds: a batch is done whole or not at all.
func (f *file) edit(now time.Time, change func(*spreadsheet.Spreadsheet) error) error {
	draft := f.contents.Draft()
	if err := change(draft); err != nil {
		return err
	}
	f.contents, f.modified = draft, now
	return nil
}

// newFileID makes up an id like Google's: 44 characters, the first a 1.
func newFileID() string { return "1" + rest.RandomText(43) }

// settle puts a new file into a folder; in a shared drive nobody owns it.
func (f *file) settle(parent, drive string) {
	f.parent, f.drive = parent, drive
	if drive != "" {
		clear(f.roles)
	}
}

// rename gives a file a name, which a spreadsheet keeps itself.
func (f *file) rename(name string) {
	if f.name = name; f.contents != nil {
		f.contents = f.contents.WithTitle(name)
	}
}
