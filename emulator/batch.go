package emulator

import (
	"fmt"
	"reflect"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/sheets/v4"
)

// batch is one batch of requests on a draft of the contents.
type batch struct {
	*spreadsheet.Spreadsheet
	principal string
	now       time.Time
}

// kindOf adapts a method to the table of kinds.
func kindOf[T any](apply func(batch, *T) (*sheets.Response, error)) func(batch, any) (*sheets.Response, error) {
	return func(b batch, request any) (*sheets.Response, error) { return apply(b, request.(*T)) }
}

func (b batch) apply(i int, r *sheets.Request) (*sheets.Response, error) {
	name, request, err := requestKind(i, r)
	if err != nil {
		return nil, err
	}
	apply, ok := kinds[name]
	if !ok {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with " + name)
	}
	b.Stale = true
	reply, err := apply(b, request)
	if err == nil {
		err = b.CheckSize()
	}
	if err != nil {
		return nil, rest.WithPrefix(fmt.Sprintf("Invalid requests[%d].%s: ", i, name), err)
	}
	if reply == nil {
		reply = &sheets.Response{}
	}
	return reply, nil
}

// requestKind finds the one kind that a request has set.
func requestKind(i int, r *sheets.Request) (name string, request any, err error) {
	if r == nil {
		r = &sheets.Request{}
	}
	v := reflect.ValueOf(r).Elem()
	for _, f := range rest.FieldsOf(v.Type()).List {
		of := v.Field(f.Index)
		if of.IsNil() {
			continue
		}
		if name != "" {
			at := fmt.Sprintf("requests[%d]", i)
			text := fmt.Sprintf("Invalid value at '%s' (oneof), oneof field 'kind' is already set. Cannot set '%s'", at, f.Name)
			return "", nil, rest.Invalid(at, text)
		}
		name, request = f.Name, of.Interface()
	}
	if name == "" {
		return "", nil, rest.BadRequest("Invalid requests[%d]: No request set.", i)
	}
	return name, request, nil
}
