package rest

import (
	"reflect"
	"slices"
)

// Merge sets in dst what the mask selects to the values of src. Both are
// pointers to the same generated type. Structs below dst are copied before they
// change, as stored ones are shared between cells and between versions of a
// spreadsheet.
func Merge(dst, src any, m *Mask) {
	mergeStruct(reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem(), m)
}

func mergeStruct(dst, src reflect.Value, m *Mask) {
	if m.All() {
		dst.Set(src)
		return
	}
	for name, sub := range m.sub {
		f, ok := FieldsOf(dst.Type()).ByName[name]
		if !ok {
			continue
		}
		from, to := src.Field(f.Index), dst.Field(f.Index)
		if style, ok := FieldsOf(dst.Type()).ByName[name+"Style"]; ok && m.sub[style.Name] == nil {
			dst.Field(style.Index).SetZero() // a colour that is written replaces the newer field for it
		}
		if sub.All() || to.Kind() != reflect.Pointer || to.Type().Elem().Kind() != reflect.Struct {
			to.Set(from)
			mergeForceSend(dst, src, f.goName)
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

// mergeForceSend copies whether a zero value was sent.
func mergeForceSend(dst, src reflect.Value, goName string) {
	to, from := forceSendFields(dst), forceSendFields(src)
	if to == nil || from == nil {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(*to), func(name string) bool { return name == goName })
	if WasSent(*from, goName) {
		kept = append(kept, goName)
	}
	*to = kept
}
