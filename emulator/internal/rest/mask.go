package rest

import (
	"fmt"
	"reflect"
	"strings"
)

// Mask is a parsed field mask: the names at one level. A nil Mask, and one
// without names, selects all fields.
type Mask struct {
	whole bool // named without a field below it, or by '*'
	sub   map[string]*Mask
}

// All reports whether the mask selects all fields.
func (m *Mask) All() bool { return m == nil || m.whole || len(m.sub) == 0 }

// at returns the mask below a name, and whether the name is selected at all.
func (m *Mask) at(name string) (*Mask, bool) {
	if m.All() {
		return nil, true
	}
	sub, ok := m.sub[name]
	return sub, ok
}

// ParseMask parses both syntaxes that Google takes: paths joined by '.' or '/',
// and selectors in parentheses, as in "sheets(properties/title,data.rowData)".
func ParseMask(text string) (*Mask, error) {
	p := maskParser{rest: text}
	m := &Mask{}
	if err := p.list(m, 0); err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("unexpected %q", p.rest)
	}
	return m, nil
}

type maskParser struct{ rest string }

// MaxDepth limits how deep masks and queries nest, so that none exhausts the
// stack.
const MaxDepth = 50

func (p *maskParser) list(m *Mask, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("nested too deeply")
	}
	for {
		if err := p.item(m, depth); err != nil {
			return err
		}
		if !p.accept(',') {
			return nil
		}
	}
}

func (p *maskParser) item(m *Mask, depth int) error {
	to := m
	for {
		name := p.name()
		if name == "" {
			return fmt.Errorf("a name is missing before %q", p.rest)
		}
		if name != "*" {
			to = to.child(name)
		}
		if !p.accept('.') && !p.accept('/') {
			break
		}
	}
	if p.accept('(') {
		if err := p.list(to, depth+1); err != nil {
			return err
		}
		if !p.accept(')') {
			return fmt.Errorf("a parenthesis is not closed")
		}
		return nil
	}
	to.whole = true // a name alone selects all below it, whatever else is listed
	return nil
}

func (m *Mask) child(name string) *Mask {
	if strings.Contains(name, "_") {
		name = camelCase(name)
	}
	if m.sub == nil {
		m.sub = map[string]*Mask{}
	}
	if m.sub[name] == nil {
		m.sub[name] = &Mask{}
	}
	return m.sub[name]
}

func (p *maskParser) accept(c byte) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *maskParser) name() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	end := strings.IndexAny(p.rest, ",./() ")
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	return name
}

// Check returns an [UnknownFieldError] with the first path of the mask that type
// t does not have.
func (m *Mask) Check(t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || m == nil {
		return nil
	}
	for name, sub := range m.sub {
		f, ok := FieldsOf(t).ByName[name]
		if !ok {
			return UnknownFieldError(joinPath(path, name))
		}
		if err := sub.Check(t.Field(f.Index).Type, joinPath(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// UnknownFieldError is the path of a field that a type does not have.
type UnknownFieldError string

func (u UnknownFieldError) Error() string { return fmt.Sprintf("no field %q", string(u)) }

// HasAny reports whether any field that the mask selects is set in the struct
// that v points to.
func (m *Mask) HasAny(v any) bool { return m.hasAny(reflect.ValueOf(v).Elem()) }

func (m *Mask) hasAny(v reflect.Value) bool {
	for _, f := range FieldsOf(v.Type()).List {
		sub, ok := m.at(f.Name)
		if !ok || IsOmitted(v.Field(f.Index)) {
			continue
		}
		of := v.Field(f.Index)
		if of.Kind() != reflect.Pointer || of.Type().Elem().Kind() != reflect.Struct || sub.hasAny(of.Elem()) {
			return true
		}
	}
	return false
}

// MaskOf returns a mask that selects the fields which are set in the struct that
// v points to.
func MaskOf(v any) *Mask {
	m := &Mask{}
	of := reflect.ValueOf(v).Elem()
	for _, f := range FieldsOf(of.Type()).List {
		if !IsOmitted(of.Field(f.Index)) {
			m.child(f.Name).whole = true
		}
	}
	return m
}

// Selects reports whether the mask selects anything at a path.
func (m *Mask) Selects(path ...string) bool {
	for _, name := range path {
		sub, ok := m.at(name)
		if !ok {
			return false
		}
		m = sub
	}
	return true
}

// Sub returns the mask below a path that the mask selects.
func (m *Mask) Sub(path ...string) *Mask {
	for _, name := range path {
		m, _ = m.at(name)
	}
	return m
}
