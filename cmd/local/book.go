package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/sheets-function/emulator"
)

// book is the spreadsheet that is served, and the file that it comes from.
type book struct {
	path     string // "": the demo, kept nowhere
	original []byte // content of the file; nil = there is none yet
	write    bool   // write over the file
	content  emulator.Spreadsheet
	id       string
	version  uint64 // of the spreadsheet, before any change
	values   map[string][][]any
}

// openBook reads the .xlsx file. If it does not exist, the book is the demo, which save
// writes to it. A folder that cannot be written to is an error now, not only at the end.
func openBook(path string, write bool) (*book, error) {
	b := &book{path: path, write: write, content: demo}
	if path == "" {
		return b, nil
	}
	b.content.Title = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path, b.path = target, target // what is written replaces the file, not the link
	}
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.EqualFold(filepath.Ext(path), ".xlsx"):
		return nil, fmt.Errorf("%s does not exist, and a new file is an .xlsx file: -file %s.xlsx", path, strings.TrimSuffix(path, filepath.Ext(path)))
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, syscall.EISDIR):
		return nil, fmt.Errorf("%s is a folder: name an .xlsx file in it", path)
	case err != nil:
		return nil, err
	default:
		read, err := emulator.ReadXLSX(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("%s is not an .xlsx file: %s: %w\nTo make one of it, open it in Google Sheets, and choose File > Download > Microsoft Excel (.xlsx)", path, describeContent(content), err)
		}
		b.original, b.content.Sheets, b.content.File = content, read.Sheets, read.File
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".local-*")
	if err != nil {
		return nil, fmt.Errorf("create a file beside %s: %w", path, err)
	}
	_ = probe.Close()
	return b, os.Remove(probe.Name())
}

// describeContent says what a file is that is not an .xlsx file.
func describeContent(content []byte) string {
	switch head := content[:min(len(content), 200)]; {
	case len(content) == 0:
		return "it is empty"
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}): // a compound file, https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb
		return "it is an .xls file of an older Excel, or has a password"
	case bytes.Contains(head, []byte("opendocument")):
		return "it is an OpenDocument file"
	case bytes.HasPrefix(head, []byte("PK")):
		return "it is a damaged one, or another kind of zip file"
	}
	return "it has another format"
}

// create creates the spreadsheet in the emulator.
func (b *book) create(google *emulator.Server) {
	b.id = google.Create(b.content)
	if o, err := google.Overview(b.id); err == nil {
		b.version = o.Version
	}
	if b.path == "" {
		b.values = allValues(google, b.id)
	}
}

// allValues returns the values of all sheets by title.
func allValues(google *emulator.Server, id string) map[string][][]any {
	values := map[string][][]any{}
	if o, err := google.Overview(id); err == nil {
		for _, sheet := range o.Sheets {
			values[sheet.Title] = google.Values(id, sheet.Title)
		}
	}
	return values
}

var demo = emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{demoSheet}}

var demoSheet = emulator.Sheet{Title: "Orders", Values: [][]any{
	{"id", "item", "qty", "price", "ordered"},
	{1, "apple", 12, 0.35, day(2)},
	{2, "bread", 2, 2.8, day(2)},
	{3, "coffee", 1, 7.95, day(3)}}}

func day(n int) emulator.Date {
	return emulator.Date(time.Date(2026, time.March, n, 0, 0, 0, 0, time.UTC))
}
