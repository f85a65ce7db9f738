package rest

import (
	"reflect"
	"strings"
	"sync"
)

// Field is one JSON field of a generated type.
type Field struct {
	Name   string // in JSON
	goName string // in ForceSendFields
	Index  int
	quoted bool // an int64 that is a string in JSON
}

// FieldSet holds the JSON fields of a generated type, in order and by name.
type FieldSet struct {
	List   []Field
	ByName map[string]Field

	forceSend int // index of ForceSendFields; -1 = none
}

var fieldSets sync.Map // reflect.Type → *FieldSet

// FieldsOf returns the JSON fields of the struct type t.
func FieldsOf(t reflect.Type) *FieldSet {
	if cached, ok := fieldSets.Load(t); ok {
		return cached.(*FieldSet)
	}
	set := &FieldSet{ByName: map[string]Field{}, forceSend: -1}
	if f, ok := t.FieldByName("ForceSendFields"); ok && f.Type == reflect.TypeFor[[]string]() {
		set.forceSend = f.Index[0]
	}
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if name == "" || name == "-" {
			continue
		}
		f := Field{Name: name, goName: t.Field(i).Name, Index: i, quoted: strings.Contains(options, "string")}
		set.List = append(set.List, f)
		set.ByName[name] = f
	}
	fieldSets.Store(t, set)
	return set
}

// find returns the field with a JSON name, which may also be written in
// snake_case, as on Google.
func (s *FieldSet) find(name string) (Field, bool) {
	f, ok := s.ByName[name]
	if !ok && strings.Contains(name, "_") {
		f, ok = s.ByName[camelCase(name)]
	}
	return f, ok
}

func camelCase(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// forceSendFields returns a pointer to the ForceSendFields of a generated
// struct, nil if it has none. They are the fields whose zero values were sent,
// or are to be sent.
func forceSendFields(v reflect.Value) *[]string {
	f := v.FieldByName("ForceSendFields")
	if !f.IsValid() || !f.CanAddr() {
		return nil
	}
	list, _ := f.Addr().Interface().(*[]string)
	return list
}

// WasSent reports whether ForceSendFields has a field, which means that a
// request carried its zero value: sheetId 0 is not the same as no sheetId.
func WasSent(list []string, goName string) bool {
	for _, name := range list {
		if name == goName {
			return true
		}
	}
	return false
}
