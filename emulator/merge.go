package emulator

import (
	"reflect"
	"slices"
)

// merge sets in dst what m names, to the values of src. Both are pointers to the
// same generated type. Structures below dst are copied before they change, as
// stored ones are shared between cells and between versions of a spreadsheet.
func merge(dst, src any, m *mask) {
	mergeStruct(reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem(), m)
}

func mergeStruct(dst, src reflect.Value, m *mask) {
	if m.all() {
		dst.Set(src)
		return
	}
	for name, sub := range m.sub {
		f, ok := fieldsOf(dst.Type()).byName[name]
		if !ok {
			continue
		}
		from, to := src.Field(f.index), dst.Field(f.index)
		if twin, ok := fieldsOf(dst.Type()).byName[name+"Style"]; ok && m.sub[twin.name] == nil {
			dst.Field(twin.index).SetZero() // a colour that is written wins over its newer twin
		}
		if sub.all() || to.Kind() != reflect.Pointer || to.Type().Elem().Kind() != reflect.Struct {
			to.Set(from)
			mergePresence(dst, src, f.goName)
			continue
		}
		fresh := reflect.New(to.Type().Elem())
		if !to.IsNil() {
			fresh.Elem().Set(to.Elem())
		}
		if from.IsNil() {
			from = reflect.New(to.Type().Elem())
		}
		mergeStruct(fresh.Elem(), from.Elem(), sub)
		to.Set(fresh)
	}
}

// mergePresence carries over whether a zero value was sent.
func mergePresence(dst, src reflect.Value, goName string) {
	to, from := forced(dst), forced(src)
	if to == nil || from == nil {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(*to), func(name string) bool { return name == goName })
	if sent(*from, goName) {
		kept = append(kept, goName)
	}
	*to = kept
}
