package rest

import (
	"encoding/json"
	"io"
	"iter"
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Encode encodes a generated type as Google's JSON: indented by two spaces when
// pretty, without zero values unless ForceSendFields names them, and with the
// fields that the mask selects only. It makes one pass, as a response may hold a
// million cells.
func Encode(v any, m *Mask, pretty bool) []byte {
	e := encoder{pretty: pretty}
	e.value(reflect.ValueOf(v), m)
	return append(e.buf, '\n')
}

// Lazy is a generated type with lists that are made while they are encoded,
// because all of them would take too much memory.
type Lazy struct {
	Value any
	Lists Lists
}

// Lists are lists that are made while they are encoded.
type Lists map[ListField]iter.Seq[any]

// ListField is a list in a generated type.
type ListField struct {
	Of   any    // pointer to the struct that has the list
	Name string // in JSON
}

// Encode is the function [Encode] for a lazy value; it writes to w as it goes.
func (l Lazy) Encode(w io.Writer, m *Mask, pretty bool) error {
	e := encoder{pretty: pretty, lists: l.Lists, to: w, lazy: map[reflect.Type]bool{}}
	for f := range l.Lists {
		e.lazy[reflect.TypeOf(f.Of).Elem()] = true
	}
	e.value(reflect.ValueOf(l.Value), m)
	e.buf = append(e.buf, '\n')
	e.flush(0)
	return e.err
}

type encoder struct {
	buf    []byte
	depth  int
	pretty bool

	known []knownType
	lists Lists
	lazy  map[reflect.Type]bool // types that have such lists
	to    io.Writer
	err   error // of the first write that failed
}

// fieldsOf is [FieldsOf], which remembers the types of a response.
func (e *encoder) fieldsOf(t reflect.Type) *FieldSet {
	for _, k := range e.known {
		if k.of == t {
			return k.fields
		}
	}
	set := FieldsOf(t)
	if len(e.known) < maxKnown {
		e.known = append(e.known, knownType{t, set})
	}
	return set
}

// knownType is a type with its fields.
type knownType struct {
	of     reflect.Type
	fields *FieldSet
}

// maxKnown is the number of types for which a list is faster than a map.
const maxKnown = 16

// flushSize is the number of bytes after which a lazy value is written.
const flushSize = 1 << 16

// flush writes what is encoded if it is longer than some size.
func (e *encoder) flush(over int) {
	if e.to == nil || len(e.buf) <= over {
		return
	}
	if e.err == nil {
		_, e.err = e.to.Write(e.buf)
	}
	e.buf = e.buf[:0]
}

// lazyList encodes a lazy list, and reports whether it did: an empty one is omitted.
func (e *encoder) lazyList(v reflect.Value, name string, m *Mask, some bool) bool {
	list := e.lists[ListField{v.Addr().Interface(), name}]
	if list == nil {
		return false
	}
	begun := false
	for item := range list {
		if !begun {
			e.separate(some)
			e.key(name)
			e.open('[')
		}
		if begun {
			e.buf = append(e.buf, ',')
		}
		e.newline()
		e.value(reflect.ValueOf(item), m)
		begun = true
		if e.flush(flushSize); e.err != nil {
			break
		}
	}
	if begun {
		e.close(']', true)
	}
	return begun
}

func (e *encoder) value(v reflect.Value, m *Mask) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.buf = append(e.buf, "null"...)
			return
		}
		e.value(v.Elem(), m)
	case reflect.Struct:
		e.object(v, m)
	case reflect.Slice:
		e.list(v, m)
	case reflect.Map:
		e.dictionary(v)
	case reflect.String:
		e.string(v.String())
	case reflect.Bool:
		e.buf = strconv.AppendBool(e.buf, v.Bool())
	case reflect.Int, reflect.Int64:
		e.buf = strconv.AppendInt(e.buf, v.Int(), 10)
	case reflect.Float64:
		e.buf = appendNumber(e.buf, v.Float())
	default:
		e.buf = append(e.buf, "null"...)
	}
}

func (e *encoder) object(v reflect.Value, m *Mask) {
	var zeros []string
	fields := e.fieldsOf(v.Type())
	if fields.forceSend >= 0 && v.Field(fields.forceSend).Len() > 0 {
		zeros, _ = v.Field(fields.forceSend).Interface().([]string)
	}
	e.open('{')
	some, lazy := false, e.lazy[v.Type()]
	for _, f := range fields.List {
		sub, ok := m.at(f.Name)
		if ok && lazy && e.lazyList(v, f.Name, sub, some) {
			some = true
			continue
		}
		if !ok || IsOmitted(v.Field(f.Index)) && !WasSent(zeros, f.goName) {
			continue
		}
		e.separate(some)
		some = true
		e.key(f.Name)
		e.member(v.Field(f.Index), f, sub)
	}
	e.close('}', some)
}

func (e *encoder) member(v reflect.Value, f Field, sub *Mask) {
	switch {
	case f.quoted:
		e.string(strconv.FormatInt(v.Int(), 10))
	case v.Kind() == reflect.Slice && v.Len() == 0:
		e.buf = append(e.buf, "[]"...)
	default:
		e.value(v, sub)
	}
}

// IsOmitted reports whether proto3's JSON omits the value because it is zero.
func IsOmitted(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func (e *encoder) list(v reflect.Value, m *Mask) {
	if cells, ok := v.Interface().([]any); ok {
		e.cells(cells)
		return
	}
	e.open('[')
	for i := range v.Len() {
		e.separate(i > 0)
		e.value(v.Index(i), m)
	}
	e.close(']', v.Len() > 0)
}

// cells encodes a row of values. Most of the time of large responses is spent
// here.
func (e *encoder) cells(cells []any) {
	e.open('[')
	for i, c := range cells {
		e.separate(i > 0)
		switch c := c.(type) {
		case string:
			e.string(c)
		case float64:
			e.buf = appendNumber(e.buf, c)
		case bool:
			e.buf = strconv.AppendBool(e.buf, c)
		default:
			e.value(reflect.ValueOf(&c).Elem(), nil)
		}
	}
	e.close(']', len(cells) > 0)
}

func (e *encoder) dictionary(v reflect.Value) {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	e.open('{')
	for i, k := range keys {
		e.separate(i > 0)
		e.key(k)
		e.value(v.MapIndex(reflect.ValueOf(k)), nil)
	}
	e.close('}', len(keys) > 0)
}

func (e *encoder) open(bracket byte) {
	e.buf = append(e.buf, bracket)
	e.depth++
}

func (e *encoder) close(bracket byte, some bool) {
	e.depth--
	if some {
		e.newline()
	}
	e.buf = append(e.buf, bracket)
}

func (e *encoder) separate(comma bool) {
	if comma {
		e.buf = append(e.buf, ',')
	}
	e.newline()
}

func (e *encoder) newline() {
	if !e.pretty {
		return
	}
	e.buf = append(e.buf, '\n')
	for n := 2 * e.depth; n > 0; n -= len(blanks) {
		e.buf = append(e.buf, blanks[:min(n, len(blanks))]...)
	}
}

const blanks = "                                "

func (e *encoder) key(name string) {
	e.string(name)
	e.buf = append(e.buf, ':')
	if e.pretty {
		e.buf = append(e.buf, ' ')
	}
}

func (e *encoder) string(s string) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' || s[i] >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s)
			e.buf = append(e.buf, quoted...)
			return
		}
	}
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, s...)
	e.buf = append(e.buf, '"')
}

func appendNumber(buf []byte, n float64) []byte {
	if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return strconv.AppendInt(buf, int64(n), 10)
	}
	text, err := json.Marshal(n)
	if err != nil { // JSON has no number for NaN and infinities
		return append(buf, `"NaN"`...)
	}
	return append(buf, text...)
}
