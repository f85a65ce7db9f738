package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// maxPart bounds what is unpacked of one part.
const maxPart = 1 << 30

// book is a file being edited.
type book struct {
	files   []*zip.File
	byName  map[string]*zip.File
	changed map[string][]byte // parts by name; nil = removed
	added   []string          // parts that the file does not have, in order
	lost    []string
}

// openBook reads the list of parts.
func openBook(content []byte) (*book, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	b := &book{files: archive.File, byName: map[string]*zip.File{}, changed: map[string][]byte{}}
	for _, f := range archive.File {
		b.byName[f.Name] = f
	}
	return b, nil
}

// part returns a part as it is now; nil where there is none.
func (b *book) part(name string) ([]byte, error) {
	if now, ok := b.changed[name]; ok {
		return now, nil
	}
	f := b.byName[name]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err == nil && len(content) > maxPart {
		err = fmt.Errorf("part %s is larger than %d bytes", name, maxPart)
	}
	return content, err
}

// set changes a part or adds it.
func (b *book) set(name string, content []byte) {
	if _, again := b.changed[name]; b.byName[name] == nil && !again {
		b.added = append(b.added, name)
	}
	b.changed[name] = content
}

// remove removes a part, its relations, and its content type.
func (b *book) remove(name string) error {
	b.changed[name], b.changed[relationsOf(name)] = nil, nil
	return b.rewrite("[Content_Types].xml", rewriter{element: func(e *xml.StartElement) verdict {
		if part, _ := attr(*e, "PartName"); part == "/"+name {
			return drop
		}
		return keep
	}})
}

// rewrite rewrites a part, if there is one.
func (b *book) rewrite(name string, r rewriter) error {
	old, err := b.part(name)
	if err != nil || old == nil {
		return err
	}
	now, err := r.rewrite(old)
	if err != nil {
		return fmt.Errorf("part %s: %w", name, err)
	}
	if !bytes.Equal(now, old) {
		b.set(name, now)
	}
	return nil
}

// write writes the file. Parts that nothing has changed are copied as they are packed.
func (b *book) write(w io.Writer) error {
	out := zip.NewWriter(w)
	for _, f := range b.files {
		now, isChanged := b.changed[f.Name]
		if !isChanged {
			if err := out.Copy(f); err != nil {
				return err
			}
			continue
		}
		if now != nil {
			if err := writePart(out, f.Name, now); err != nil {
				return err
			}
		}
	}
	for _, name := range b.added {
		if b.changed[name] == nil {
			continue
		}
		if err := writePart(out, name, b.changed[name]); err != nil {
			return err
		}
	}
	return out.Close()
}

func writePart(out *zip.Writer, name string, content []byte) error {
	w, err := out.Create(name)
	if err == nil {
		_, err = w.Write(content)
	}
	return err
}

// relation is a reference from one part to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// is reports whether the relation is of a kind, by the end of its type: transitional and
// strict files have different beginnings.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.Type, "/"+kind) }

// relationsOf returns the name of the part that has the relations of another.
func relationsOf(name string) string {
	folder, file := path.Split(name)
	return folder + "_rels/" + file + ".rels"
}

// relations returns the relations of a part to parts in the file, with their names as
// targets.
func (b *book) relations(name string) ([]relation, error) {
	content, err := b.part(relationsOf(name))
	if err != nil || content == nil {
		return nil, err
	}
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := xml.Unmarshal(content, &list); err != nil {
		return nil, fmt.Errorf("part %s: %w", relationsOf(name), err)
	}
	inside := slices.DeleteFunc(list.Relations, func(r relation) bool { return r.Mode == "External" })
	for i, r := range inside {
		if target, absolute := strings.CutPrefix(r.Target, "/"); absolute {
			inside[i].Target = target
		} else {
			inside[i].Target = path.Join(path.Dir(name), r.Target)
		}
	}
	return inside, nil
}

// target returns the first part to which another one has a relation of a kind; "" if there
// is none.
func (b *book) target(name, kind string) (string, error) {
	list, err := b.relations(name)
	i := slices.IndexFunc(list, func(r relation) bool { return r.is(kind) })
	if err != nil || i < 0 {
		return "", err
	}
	return list[i].Target, nil
}

// removeRelation removes a relation of a part.
func (b *book) removeRelation(name, id string) error {
	return b.rewrite(relationsOf(name), rewriter{element: func(e *xml.StartElement) verdict {
		if own, _ := attr(*e, "Id"); own == id {
			return drop
		}
		return keep
	}})
}

// workbookPart returns the name of the main part.
func (b *book) workbookPart() (string, error) {
	name, err := b.target("", "officeDocument")
	if err == nil && (name == "" || b.byName[name] == nil) {
		err = errors.New("the file has no workbook")
	}
	return name, err
}
