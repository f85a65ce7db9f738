package emulator

import (
	"fmt"
	"reflect"
	"strings"
)

// mask is a parsed field mask: the names under one level. A nil mask, and one
// without names, takes everything.
type mask struct {
	every bool // named as a whole, or by '*'
	sub   map[string]*mask
}

func (m *mask) all() bool { return m == nil || m.every || len(m.sub) == 0 }

// at returns the mask below name, and whether name is taken at all.
func (m *mask) at(name string) (*mask, bool) {
	if m.all() {
		return nil, true
	}
	sub, ok := m.sub[name]
	return sub, ok
}

// parseMask reads both syntaxes that Google takes: paths joined by '.' or '/',
// and selectors in parentheses, as in "sheets(properties/title,data.rowData)".
func parseMask(text string) (*mask, error) {
	p := maskParser{rest: text}
	m := &mask{}
	if err := p.list(m, 0); err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("unexpected %q", p.rest)
	}
	return m, nil
}

type maskParser struct{ rest string }

// maxMaskDepth keeps a hostile mask from exhausting the stack.
const maxMaskDepth = 50

func (p *maskParser) list(m *mask, depth int) error {
	if depth > maxMaskDepth {
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

func (p *maskParser) item(m *mask, depth int) error {
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

func (m *mask) child(name string) *mask {
	if strings.Contains(name, "_") {
		name = camelCase(name)
	}
	if m.sub == nil {
		m.sub = map[string]*mask{}
	}
	if m.sub[name] == nil {
		m.sub[name] = &mask{}
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

// check returns the first path of m that type t does not have.
func (m *mask) check(t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || m == nil {
		return nil
	}
	for name, sub := range m.sub {
		f, ok := fieldsOf(t).byName[name]
		if !ok {
			return unknownPath(join(path, name))
		}
		if err := sub.check(t.Field(f.index).Type, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

type unknownPath string

func (u unknownPath) Error() string { return fmt.Sprintf("no field %q", string(u)) }

// names tells whether anything that m takes is set in the struct v points to.
func (m *mask) names(v any) bool { return m.namesIn(reflect.ValueOf(v).Elem()) }

func (m *mask) namesIn(v reflect.Value) bool {
	for _, f := range fieldsOf(v.Type()).list {
		sub, ok := m.at(f.name)
		if !ok || absent(v.Field(f.index)) {
			continue
		}
		of := v.Field(f.index)
		if of.Kind() != reflect.Pointer || of.Type().Elem().Kind() != reflect.Struct || sub.namesIn(of.Elem()) {
			return true
		}
	}
	return false
}

// maskOf returns a mask of what is set in the struct v points to.
func maskOf(v any) *mask {
	m := &mask{}
	of := reflect.ValueOf(v).Elem()
	for _, f := range fieldsOf(of.Type()).list {
		if !absent(of.Field(f.index)) {
			m.child(f.name).every = true
		}
	}
	return m
}

// takes tells whether m takes anything at the path.
func (m *mask) takes(path ...string) bool {
	for _, name := range path {
		sub, ok := m.at(name)
		if !ok {
			return false
		}
		m = sub
	}
	return true
}

// below returns the mask at the path.
func (m *mask) below(path ...string) *mask {
	for _, name := range path {
		m, _ = m.at(name)
	}
	return m
}
