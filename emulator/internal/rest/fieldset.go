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
	quoted bool // an int64 that travels as a string
}

// FieldSet are the fields of a generated type, in order and by JSON name.
type FieldSet struct {
	List   []Field
	ByName map[string]Field
}

var fieldSets sync.Map // reflect.Type -> *fieldSet

// FieldsOf returns the fields of struct type t.
func FieldsOf(t reflect.Type) *FieldSet {
	if known, ok := fieldSets.Load(t); ok {
		return known.(*FieldSet)
	}
	set := &FieldSet{ByName: map[string]Field{}}
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

// find looks a field up by its JSON name; Google takes snake_case as well.
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

// forceSendFields returns the list that tells which zero values of a generated struct
// were sent, or are to be sent. It is nil for a struct without one.
func forceSendFields(v reflect.Value) *[]string {
	f := v.FieldByName("ForceSendFields")
	if !f.IsValid() || !f.CanAddr() {
		return nil
	}
	list, _ := f.Addr().Interface().(*[]string)
	return list
}

// WasSent tells whether a request carried the named field (as in ForceSendFields)
// although its value is zero: sheetId 0 is not the same as no sheetId.
func WasSent(list []string, goName string) bool {
	for _, name := range list {
		if name == goName {
			return true
		}
	}
	return false
}
