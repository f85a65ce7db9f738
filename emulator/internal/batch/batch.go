package batch

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// batch is a draft of a spreadsheet while requests are applied to it.
type batch struct {
	*spreadsheet.Spreadsheet
	ctx       context.Context
	principal string
	now       time.Time
	appended  map[string]bool // IDs of tables that appendCells has written to
}

// maxRequests is the number of requests that a batch may hold.
const maxRequests = 100_000

// Apply applies requests in order to a draft, on behalf of the principal who
// sent them, and returns a reply for each. After an error the draft must be
// dropped: requests before it have been applied.
func Apply(ctx context.Context, draft *spreadsheet.Spreadsheet, requests []*sheets.Request, principal string, now time.Time) ([]*sheets.Response, error) {
	switch n := len(requests); {
	case n == 0:
		return nil, rest.BadRequest("Must specify at least one request.")
	case n > maxRequests:
		return nil, rest.BadRequest("Cannot exceed %d requests in a single batch.", maxRequests)
	}
	b := batch{draft, ctx, principal, now, map[string]bool{}}
	var replies []*sheets.Response
	for i, r := range requests {
		reply, err := b.apply(i, r)
		if err != nil {
			return nil, err
		}
		replies = append(replies, reply)
	}
	return replies, nil
}

// calculate calculates the formulas of the draft, for a request that uses values
// of an area. It returns an error if one of them is not emulated.
func (b batch) calculate(s *spreadsheet.Sheet, a grid.Area) error {
	if err := b.Calculate(b.ctx, b.now); err != nil {
		return err
	}
	return s.CheckValues(a)
}

// kindOf returns a method as a function for the table of kinds.
func kindOf[T any](apply func(batch, *T) (*sheets.Response, error)) func(batch, any) (*sheets.Response, error) {
	return func(b batch, request any) (*sheets.Response, error) { return apply(b, request.(*T)) }
}

// apply applies request i.
func (b batch) apply(i int, r *sheets.Request) (*sheets.Response, error) {
	name, request, err := requestKind(i, r)
	if err != nil {
		return nil, err
	}
	apply, ok := kinds[name]
	if !ok {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with " + name)
	}
	reply, err := apply(b, request)
	if err == nil {
		err = b.CheckSize()
	}
	if err == nil {
		err = b.SyncTables()
	}
	if err != nil {
		return nil, rest.WithPrefix(fmt.Sprintf("Invalid requests[%d].%s: ", i, name), err)
	}
	if reply == nil {
		reply = &sheets.Response{}
	}
	return reply, nil
}

// requestKind returns the one field of a request that is set, and its name.
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
