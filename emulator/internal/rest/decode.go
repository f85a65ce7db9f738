package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Decode decodes a JSON body into a generated type as Google's front end does:
// unknown names and values of a wrong type are errors that name the field, null
// is the same as absent, numbers may be strings, one object is a list of one,
// and the names of zero values that were sent are added to ForceSendFields. The
// path of the body in the call is "data" for values.update and "" for most
// calls. An empty body leaves the type as it is.
func Decode(body []byte, into any, path string) error {
	return decodeWith(&decoder{}, body, into, path)
}

// DecodeLenient is [Decode] for Drive, which ignores unknown names: clients have
// sent fields of v2 to v3 for years.
func DecodeLenient(body []byte, into any) error {
	return decodeWith(&decoder{lenient: true}, body, into, "")
}

func decodeWith(d *decoder, body []byte, into any, path string) error {
	if len(strings.TrimSpace(string(body))) == 0 {
		return nil
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		return invalidFields(violation{Description: "Invalid JSON payload received. " + syntaxError(body, err)})
	}
	if tree == nil {
		return nil
	}
	d.fill(reflect.ValueOf(into).Elem(), tree, path)
	if d.violations != nil {
		return invalidFields(d.violations...)
	}
	return nil
}

func syntaxError(body []byte, err error) string {
	if strings.Contains(err.Error(), "unexpected end") {
		return "Unexpected end of string. Expected a value.\n\n^"
	}
	near := string(body)
	if len(near) > 40 {
		near = near[:40]
	}
	return fmt.Sprintf("Unexpected token.\n%s\n^", strings.ToValidUTF8(near, ""))
}

type decoder struct {
	violations []violation
	lenient    bool // unknown names are ignored
}

// reject adds the error of a value that the type at path cannot hold.
func (d *decoder) reject(path, typeName string, got any) {
	shown, _ := json.Marshal(got)
	text := fmt.Sprintf("Invalid value at '%s' (%s), %s", path, typeName, shown)
	d.violations = append(d.violations, violation{Field: path, Description: text})
}

// notRepeating adds the error of a list as the value of a field that is not a list.
func (d *decoder) notRepeating(path, name string) {
	text := fmt.Sprintf("Invalid JSON payload received. Unknown name %q at '%s': Proto field is not repeating, cannot start list.", name, path)
	if path == "" {
		text = fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Proto field is not repeating, cannot start list.", name)
	}
	d.violations = append(d.violations, violation{Field: path, Description: text})
}

// unknown adds the error of a name that the type at path does not have.
func (d *decoder) unknown(path, name string) {
	text := fmt.Sprintf("Invalid JSON payload received. Unknown name %q at '%s': Cannot find field.", name, path)
	if path == "" {
		text = fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot find field.", name)
	}
	d.violations = append(d.violations, violation{Field: path, Description: text})
}

func (d *decoder) fill(dst reflect.Value, src any, path string) {
	if src == nil {
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		d.fill(dst.Elem(), src, path)
	case reflect.Struct:
		d.object(dst, src, path)
	case reflect.Slice:
		d.list(dst, src, path)
	case reflect.Map:
		d.dictionary(dst, src, path)
	case reflect.Interface:
		dst.Set(reflect.ValueOf(src))
	default:
		d.scalar(dst, src, path)
	}
}

func (d *decoder) object(dst reflect.Value, src any, path string) {
	members, ok := src.(map[string]any)
	if !ok {
		d.reject(path, "type.googleapis.com/google.apps.sheets.v4."+dst.Type().Name(), src)
		return
	}
	fields, zeros := FieldsOf(dst.Type()), forceSendFields(dst)
	for _, name := range SortedKeys(members) {
		f, ok := fields.find(name)
		if !ok {
			if !d.lenient {
				d.unknown(path, name)
			}
			continue
		}
		to := dst.Field(f.Index)
		if _, list := members[name].([]any); list && to.Kind() != reflect.Slice && to.Kind() != reflect.Interface {
			d.notRepeating(path, name)
			continue
		}
		d.fill(to, members[name], join(path, name))
		d.enum(dst.Type(), f.Name, to, join(path, name))
		if to.Kind() == reflect.Map {
			noteNulls(dst, f.goName, members[name])
		}
		if members[name] != nil && zeros != nil && to.IsZero() {
			*zeros = append(*zeros, f.goName)
		}
	}
}

// noteNulls removes the members of a map that were sent as null, and adds their
// names to NullFields, as the client library writes them.
func noteNulls(dst reflect.Value, goName string, src any) {
	nulls := dst.FieldByName("NullFields")
	members, _ := src.(map[string]any)
	if !nulls.IsValid() {
		return
	}
	list, _ := nulls.Interface().([]string)
	for key, member := range members {
		if member == nil {
			dst.FieldByName(goName).SetMapIndex(reflect.ValueOf(key), reflect.Value{})
			list = append(list, goName+"."+key)
		}
	}
	nulls.Set(reflect.ValueOf(list))
}

// SortedKeys returns the keys of a map in order.
func SortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// join appends a field to a path. Errors have names in snake_case.
func join(path, name string) string { return joinPath(path, snakeCase(name)) }

// joinPath appends a name to a path.
func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func snakeCase(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (d *decoder) list(dst reflect.Value, src any, path string) {
	items, ok := src.([]any)
	if !ok {
		if _, single := src.(map[string]any); !single {
			d.reject(path, listType(dst.Type()), src)
			return
		}
		items = []any{src}
	}
	if plain, ok := dst.Addr().Interface().(*[]any); ok {
		*plain = items
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		d.fill(dst.Index(i), item, fmt.Sprintf("%s[%d]", path, i))
	}
}

// listType returns the name of a list's type in the error of a value that is not
// a list.
func listType(t reflect.Type) string {
	for t.Elem().Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Elem().Kind() == reflect.Interface {
		return "type.googleapis.com/google.protobuf.ListValue" // recorded for values
	}
	if t.Elem().Kind() == reflect.String {
		return "TYPE_STRING"
	}
	return "type.googleapis.com/google.apps.sheets.v4." + strings.TrimPrefix(t.Elem().String(), "*sheets.")
}

func (d *decoder) dictionary(dst reflect.Value, src any, path string) {
	members, ok := src.(map[string]any)
	if !ok || dst.Type().Key().Kind() != reflect.String {
		d.reject(path, "TYPE_MESSAGE", src)
		return
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	for name, member := range members {
		value := reflect.New(dst.Type().Elem()).Elem()
		d.fill(value, member, joinPath(path, name))
		dst.SetMapIndex(reflect.ValueOf(name), value)
	}
}

func (d *decoder) scalar(dst reflect.Value, src any, path string) {
	switch dst.Kind() {
	case reflect.String:
		if s, ok := src.(string); ok {
			dst.SetString(s)
			return
		}
		d.reject(path, "TYPE_STRING", src)
	case reflect.Bool:
		if b, ok := boolean(src); ok {
			dst.SetBool(b)
			return
		}
		d.reject(path, "TYPE_BOOL", src)
	case reflect.Int64:
		if n, ok := numeric(src); ok && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32 {
			dst.SetInt(int64(n))
			return
		}
		d.reject(path, "TYPE_INT32", src)
	case reflect.Float64:
		if n, ok := numeric(src); ok {
			dst.SetFloat(n)
			return
		}
		d.reject(path, "TYPE_DOUBLE", src)
	default:
		d.reject(path, "TYPE_MESSAGE", src)
	}
}

func boolean(src any) (value, ok bool) {
	switch v := src.(type) {
	case bool:
		return v, true
	case string:
		return strings.EqualFold(v, "true"), strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	}
	return false, false
}

func numeric(src any) (float64, bool) {
	switch v := src.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}
