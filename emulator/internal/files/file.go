package files

import (
	"maps"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// The media types of Drive files that Google makes itself.
const (
	SpreadsheetType = "application/vnd.google-apps.spreadsheet"
	FolderType      = "application/vnd.google-apps.folder"
)

// File is a file of Drive: a spreadsheet, a folder, or a shared drive, which is
// its own top level folder.
type File struct {
	ID                string
	Name              string // see [File.Title]
	MimeType          string
	Created, Modified time.Time
	Trashed, Starred  bool
	Roles             map[string]Role // by grantee; see [Grantee]
	Parent            string          // ID of the folder that has the file; empty = none
	Drive             string          // ID of the shared drive that has the file; empty = none
	Description       string
	ModifiedBy        string // address of the user who changed it last; empty = not changed yet
	Properties        map[string]string
	AppProperties     map[string]string // all callers count as one app

	OnlyOwnerShares        bool                     // writers may not share the file
	CopyRequiresPermission bool                     // readers may not copy it
	Spreadsheet            *spreadsheet.Spreadsheet // nil = not a spreadsheet; it is never changed, but replaced
	Before                 *spreadsheet.Spreadsheet // the last change, if the store keeps it

	editing, calculating lock // held while a draft is changed, and while formulas are calculated
}

// Clone returns a copy to be changed, which replaces the file when it is given to
// [Store.Put]. So a call that fails half way changes nothing.
func (f *File) Clone() *File {
	d := *f
	d.Roles, d.Properties, d.AppProperties = maps.Clone(f.Roles), maps.Clone(f.Properties), maps.Clone(f.AppProperties)
	return &d
}

// Title returns the name of the file, which a spreadsheet stores itself.
func (f *File) Title() string {
	if f.Spreadsheet != nil {
		return f.Spreadsheet.Title()
	}
	return f.Name
}

// SetTitle names the file.
func (f *File) SetTitle(name string) {
	if f.Name = name; f.Spreadsheet != nil {
		f.Spreadsheet = f.Spreadsheet.WithTitle(name)
	}
}

// MoveTo puts a new file into a folder. Files of a shared drive have no owner.
func (f *File) MoveTo(parent, drive string) {
	f.Parent, f.Drive = parent, drive
	if drive != "" {
		clear(f.Roles)
	}
}

// NewID returns a random ID like Google's: 44 characters, the first a 1.
func NewID() string { return "1" + rest.RandomText(43) }
