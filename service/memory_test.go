package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/semaphore"

	"example.com/sheets-function/service/table"
)

// rowsOfSize returns all rows of a new set that takes about this many bytes.
func rowsOfSize(t *testing.T, size int) table.Rows {
	t.Helper()
	b := table.NewRowsBuilder("T", 1, table.Typed)
	defer b.Release()
	cell := jsontext.Value(`"` + strings.Repeat("x", 10_000) + `"`)
	for b.Add([]jsontext.Value{jsontext.Value(`"a"`)}, nil); b.Size() < size; {
		if err := b.Add([]jsontext.Value{cell}, nil); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := b.RowSet().Rows(table.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestHold checks the memory of responses: those that share a row set count it once, and
// one that is alone is never refused.
func TestHold(t *testing.T) {
	third, large := rowsOfSize(t, maxHeldBytes/3), rowsOfSize(t, maxHeldBytes+1)
	another := rowsOfSize(t, maxHeldBytes/3)
	tests := []struct {
		name string
		held []table.Rows
		more table.Rows
		ok   bool
	}{
		{"the first", nil, third, true},
		{"100 that share a row set", repeat(third, 100), third, true},
		{"two row sets", []table.Rows{third}, another, true},
		{"three row sets", []table.Rows{third, another}, rowsOfSize(t, maxHeldBytes/3), false},
		{"a large one alone", nil, large, true},
		{"a large one beside another", []table.Rows{third}, large, false},
		{"another beside a large one", []table.Rows{large}, third, false},
		{"what is held already, beside it", []table.Rows{large}, large, false}, // its encoder is memory too
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Service{held: newHeldRows()}
			for range 2 { // all memory is given back
				var releases []func()
				for _, rows := range tt.held {
					release, err := s.Hold(rows)
					if err != nil {
						t.Fatal(err)
					}
					releases = append(releases, release)
				}
				release, err := s.Hold(tt.more)
				if e, ok := errors.AsType[*table.Error](err); (err == nil) != tt.ok || err != nil && (!ok || e.Code != table.Overloaded || e.RetryAfter == 0) {
					t.Fatalf("Hold() = %v, want nil: %v", err, tt.ok)
				}
				if err == nil {
					release()
				}
				for _, release := range releases {
					release()
				}
				if s.held.used != 0 || len(s.held.sets) != 0 {
					t.Fatalf("%d bytes of %d sets are held after all were released", s.held.used, len(s.held.sets))
				}
			}
		})
	}
}

func repeat(rows table.Rows, n int) (list []table.Rows) {
	for range n {
		list = append(list, rows)
	}
	return list
}

// TestSlowSelectionsWait checks that a selection which takes long waits for others that do,
// for a limited time, and that what takes a moment does not wait.
func TestSlowSelectionsWait(t *testing.T) {
	set := rowsOfSize(t, 1<<20).Set()
	query := func(op table.Operator, values ...string) table.Query {
		c := table.Condition{Column: "a", Op: op, Values: values}
		if len(values) > 1 {
			c.Quantifier = table.Any
		}
		return table.Query{Filter: table.Filter{Conditions: []table.Condition{c}}}
	}
	slow := query(table.OpMatch, "(a|b){2}c")
	synctest.Test(t, func(t *testing.T) {
		w := largeWork{semaphore.NewWeighted(workBytes), semaphore.NewWeighted(1)}
		_ = w.slow.Acquire(t.Context(), 1) // another one takes long
		tests := []struct {
			name  string
			query table.Query
			slow  bool
		}{
			{"all rows", table.Query{}, false},
			{"one value", query(table.OpGt, "3"), false},
			{"a few values", query(table.OpGt, "3", "4"), false},
			{"the beginning of a text", query(table.OpLike, "a*"), false},
			{"a regular expression", slow, true},
			{"one in a group", table.Query{Filter: table.Filter{Conditions: []table.Condition{{Op: table.OpOr, Conditions: slow.Filter.Conditions}}}}, true},
			{"many characters that may be any", query(table.OpLike, "*"+strings.Repeat("_", 100)+"*"), true},
		}
		for _, tt := range tests {
			began := time.Now()
			_, err := w.rows(t.Context(), set, tt.query)
			e, _ := errors.AsType[*table.Error](err)
			if refused := e != nil && e.Code == table.Overloaded && e.RetryAfter > 0; refused != tt.slow || refused != (time.Since(began) == maxSlowWait) || err != nil && !refused {
				t.Errorf("%s: %v after %v, want overloaded after %v: %t", tt.name, err, time.Since(began), maxSlowWait, tt.slow)
			}
		}
		began := time.Now()
		left, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.rows(left, set, slow); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("a caller that leaves: %v after %v", err, time.Since(began))
		}
		w.slow.Release(1)
		for range 2 { // it is released each time
			if _, err := w.rows(t.Context(), set, slow); err != nil {
				t.Errorf("alone: %v", err)
			}
		}
	})
}

// TestSheetTooLarge checks that a sheet which takes too much memory is not read to its
// end, and that others are read after it.
func TestSheetTooLarge(t *testing.T) {
	var body bytes.Buffer
	row := func(text string) string {
		return `{"values":[{"effectiveValue":{"stringValue":"` + text + `"}}]}`
	}
	fmt.Fprint(&body, `{"sheets":[{"data":[{"rowData":[`, row("a"))
	next := "," + row(strings.Repeat("x", 40_000))
	for range maxSheetBytes/len(next) + 4 {
		body.WriteString(next)
	}
	body.WriteString("]}]}]}")
	for name, answer := range map[string][]byte{"whole": body.Bytes(), "cut after what is read": body.Bytes()[:body.Len()-100]} {
		t.Run(name, func(t *testing.T) {
			s, err := New(t.Context(), Config{Client: &http.Client{Transport: recorded(answer)}, SpreadsheetID: "x", ReadsPerMinute: 1000})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				_, err = s.ListRows(t.Context(), "Orders", table.Query{})
				if e, ok := errors.AsType[*table.Error](err); !ok || e.Code != table.TooLarge {
					t.Fatalf("ListRows() = %v, want too-large", err)
				}
			}
		})
	}
}
