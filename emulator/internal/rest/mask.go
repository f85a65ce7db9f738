package rest

import (
	"fmt"
	"reflect"
	"strings"
)

// Mask is a parsed field mask: the names under one level. A nil mask, and one
// without names, takes everything.
type Mask struct {
	every bool // named as a whole, or by '*'
	sub   map[string]*Mask
}

func (m *Mask) All() bool { return m == nil || m.every || len(m.sub) == 0 }

// at returns the mask below name, and whether name is taken at all.
func (m *Mask) at(name string) (*Mask, bool) {
	if m.All() {
		return nil, true
	}
	sub, ok := m.sub[name]
	return sub, ok
}

// ParseMask reads both syntaxes that Google takes: paths joined by '.' or '/',
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

// MaxMaskDepth keeps a hostile mask from exhausting the stack.
const MaxMaskDepth = 50

func (p *maskParser) list(m *Mask, depth int) error {
	if depth > MaxMaskDepth {
		return fmt.Errorf("nested too deeply")
	}
	for {
		if err := p.item(m, depth); err != nil {
			return err
		}
		if !p.take(',') {
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
		if !p.take('.') && !p.take('/') {
			break
		}
	}
	if p.take('(') {
		if err := p.list(to, depth+1); err != nil {
			return err
		}
		if !p.take(')') {
			return fmt.Errorf("a parenthesis is not closed")
		}
		return nil
	}
	to.every = true // a name alone takes all below it, whatever else is listed
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

func (p *maskParser) take(c byte) bool {
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

// Check returns the first path of m that type t does not have.
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
			return UnknownPath(join(path, name))
		}
		if err := sub.Check(t.Field(f.Index).Type, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

type UnknownPath string

func (u UnknownPath) Error() string { return fmt.Sprintf("no field %q", string(u)) }

// Names tells whether anything that m takes is set in the struct v points to.
func (m *Mask) Names(v any) bool { return m.namesIn(reflect.ValueOf(v).Elem()) }

func (m *Mask) namesIn(v reflect.Value) bool {
	for _, f := range FieldsOf(v.Type()).List {
		sub, ok := m.at(f.Name)
		if !ok || Absent(v.Field(f.Index)) {
			continue
		}
		of := v.Field(f.Index)
		if of.Kind() != reflect.Pointer || of.Type().Elem().Kind() != reflect.Struct || sub.namesIn(of.Elem()) {
			return true
		}
	}
	return false
}

// MaskOf returns a mask of what is set in the struct v points to.
func MaskOf(v any) *Mask {
	m := &Mask{}
	of := reflect.ValueOf(v).Elem()
	for _, f := range FieldsOf(of.Type()).List {
		if !Absent(of.Field(f.Index)) {
			m.child(f.Name).every = true
		}
	}
	return m
}

// Takes tells whether m takes anything at the path.
func (m *Mask) Takes(path ...string) bool {
	for _, name := range path {
		sub, ok := m.at(name)
		if !ok {
			return false
		}
		m = sub
	}
	return true
}

// Below returns the mask at the path.
func (m *Mask) Below(path ...string) *Mask {
	for _, name := range path {
		m, _ = m.at(name)
	}
	return m
}
