package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"example.com/sheets-function/emulator"
)

// save writes what has changed to a file, and returns a report for people: what was kept,
// and where.
func (b *book) save(google *emulator.Server) (string, error) {
	o, err := google.Overview(b.id)
	unchanged := err == nil && o.Version == b.version
	switch {
	case b.path == "" && (unchanged || reflect.DeepEqual(b.values, allValues(google, b.id))):
		return "Nothing was changed.", nil
	case b.path == "":
		return "The changes are gone with the demo; -file orders.xlsx keeps them in a file.", nil
	case b.original == nil:
		return b.saveNew(google, b.path, "Kept in %s, which is new.")
	case unchanged:
		return fmt.Sprintf("Nothing was changed: %s is as it was.", b.path), nil
	}
	var out bytes.Buffer
	edit, err := google.EditXLSX(b.id, &out)
	if err != nil {
		reason := strings.ReplaceAll(err.Error(), "%", "%%")
		return b.saveNew(google, freeName(b.path, "edited"), "Kept in %s, with values and number formats only: the original cannot be rewritten ("+reason+"), and is as it was.")
	}
	return b.saveEdited(edit, out.Bytes())
}

// saveNew writes a file with values and number formats only.
func (b *book) saveNew(google *emulator.Server, path, report string) (string, error) {
	var out bytes.Buffer
	err := google.WriteXLSX(b.id, &out)
	if err == nil {
		err = writeFile(path, out.Bytes(), b.mode())
	}
	if err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return fmt.Sprintf(report, absolute(path)), nil
}

// saveEdited writes the edited file: beside the original, or over it.
func (b *book) saveEdited(edit emulator.XLSXEdit, content []byte) (string, error) {
	var report []string
	if len(edit.Changes) > 0 {
		path, notes, err := b.target(len(edit.Lost) > 0)
		if err == nil {
			err = writeFile(path, content, b.mode())
		}
		if err != nil {
			return "", fmt.Errorf("write %s: %w", path, err)
		}
		report = append(report, "Kept in "+absolute(path)+":")
		for _, change := range edit.Changes {
			report = append(report, "  "+change)
		}
		report = append(report, notes...)
	} else {
		report = append(report, fmt.Sprintf("No cell was changed: %s is as it was.", b.path))
	}
	for _, lost := range edit.Lost {
		report = append(report, "Not kept: "+lost)
	}
	return strings.Join(report, "\n"), nil
}

// target returns the file to write, with notes for people. The original is copied before it
// is overwritten if that loses something, and not overwritten if another program changed it.
func (b *book) target(loses bool) (path string, notes []string, err error) {
	beside := freeName(b.path, "edited")
	if !b.write {
		return beside, []string{b.path + " is as it was; -write writes over it"}, nil
	}
	now, err := os.ReadFile(b.path)
	if err != nil || !bytes.Equal(now, b.original) {
		return beside, []string{b.path + " was changed by something else meanwhile, and not written over"}, nil
	}
	if loses {
		backup := freeName(b.path, "original")
		notes = append(notes, "The original, which has more, is copied to "+absolute(backup))
		err = writeFile(backup, b.original, b.mode())
	} else {
		err = nil
	}
	return b.path, notes, err
}

// edited matches what freeName has added to a name.
var edited = regexp.MustCompile(`\.(edited|original)(\.\d+)?$`)

// freeName returns the name of a file beside another one that is not there yet:
// book.edited.xlsx, book.edited.2.xlsx and so on.
func freeName(path, word string) string {
	ext := filepath.Ext(path)
	base := edited.ReplaceAllString(strings.TrimSuffix(path, ext), "")
	name := base + "." + word + ext
	for n := 2; exists(name); n++ {
		name = fmt.Sprintf("%s.%s.%d%s", base, word, n, ext)
	}
	return name
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// absolute returns a path that is right from any folder.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// writeFile writes a file in one step: there is never half a file.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".local-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails after the rename, when it is gone
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Chmod(mode)
	}
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// mode returns the permissions of the file; of a missing one, those of a new file.
func (b *book) mode() fs.FileMode {
	if old, err := os.Stat(b.path); err == nil {
		return old.Mode().Perm()
	}
	return 0o644
}
