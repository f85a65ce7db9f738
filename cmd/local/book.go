package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"example.com/sheets-function/emulator"
)

// book is the spreadsheet that is served, and the file that it comes from.
type book struct {
	path    string // "": the demo, kept nowhere
	content emulator.Spreadsheet
	id      string
	changed atomic.Bool
}

// openBook reads the .xlsx file. A missing one is the demo, to be made at the
// end; a path that cannot be written to is refused now rather than then.
func openBook(path string) (*book, error) {
	b := &book{path: path, content: demo}
	if path == "" {
		return b, nil
	}
	b.content.Title = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.changed.Store(true)
	case err != nil:
		return nil, err
	default:
		read, err := emulator.ReadXLSX(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("%s is no .xlsx file: %w", path, err)
		}
		b.content.Sheets = read.Sheets
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".local-*")
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written back: %w", path, err)
	}
	_ = probe.Close()
	return b, os.Remove(probe.Name())
}

// watch notes whether anything may have been written.
func (b *book) watch(google http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && (strings.HasPrefix(r.URL.Path, "/v4/") || strings.Contains(r.URL.Path, "/drive/")) {
			b.changed.Store(true)
		}
		google.ServeHTTP(w, r)
	})
}

// save writes the file back if anything was written. It takes the file's place
// in one step: there is never half a file.
func (b *book) save(google *emulator.Server) error {
	if b.path == "" || !b.changed.Load() {
		return nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(b.path), ".local-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // gone already where all went well
	err = google.WriteXLSX(b.id, temporary)
	if err == nil {
		err = temporary.Chmod(b.mode())
	}
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), b.path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", b.path, err)
	}
	return nil
}

// mode is the file's own, or that of a new one.
func (b *book) mode() fs.FileMode {
	if old, err := os.Stat(b.path); err == nil {
		return old.Mode().Perm()
	}
	return 0o644
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
