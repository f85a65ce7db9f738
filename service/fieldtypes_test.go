package service_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

// newService returns a service for a spreadsheet on an emulator of its own, which
// has one sheet, "T". The values function returns the sheet's cells.
func newService(t *testing.T, cells [][]any) (s *service.Service, values func() [][]any) {
	t.Helper()
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "T", Values: cells}}})
	token := google.Token(google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")
	s, err := service.New(t.Context(), service.Config{
		Client:        &http.Client{Transport: bearer{token, emulator.Transport(google)}},
		SpreadsheetID: id, ReadsPerMinute: 100_000, WritesPerMinute: 100_000,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, func() [][]any { return google.Values(id, "T") }
}

type bearer struct {
	token string
	base  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.base.RoundTrip(r)
}

type (
	named    string
	stringer struct{ text string }
)

func (s stringer) String() string { return s.text }

// writers call each method that takes records with a value for column v of the
// row whose id is 1.
var writers = map[string]func(*testing.T, *service.Service, any) error{
	"AppendRows": func(t *testing.T, s *service.Service, v any) error {
		_, err := s.AppendRows(t.Context(), "T", table.WriteOptions{}, []table.Record{recordOf("id", "new", "v", v)})
		return err
	},
	"UpsertRows": func(t *testing.T, s *service.Service, v any) error {
		_, err := s.UpsertRows(t.Context(), "T", table.WriteOptions{OnConflict: []string{"id"}}, []table.Record{recordOf("id", 1, "v", v)})
		return err
	},
	"UpdateRows": func(t *testing.T, s *service.Service, v any) error {
		_, err := s.UpdateRows(t.Context(), "T", table.WriteOptions{Filter: idOne}, recordOf("v", v))
		return err
	},
	"EnterRows": func(t *testing.T, s *service.Service, v any) error {
		_, err := s.EnterRows(t.Context(), "T", 1, []table.Record{recordOf("id", "new", "v", v)})
		return err
	},
}

func recordOf(namesAndValues ...any) (r table.Record) {
	for i := 0; i < len(namesAndValues); i += 2 {
		r.Fields = append(r.Fields, table.Field{Column: namesAndValues[i].(string), Value: namesAndValues[i+1]})
	}
	return r
}

// TestFieldTypes passes a value of every type to every method: it is stored as it
// is, or refused with the column and the reason, and then nothing is stored.
func TestFieldTypes(t *testing.T) {
	text, number := "pointed to", 7
	moment := time.Date(2026, time.March, 2, 10, 30, 0, 500_000_000, time.FixedZone("CET", 3600))
	tests := []struct {
		name  string
		value any
		want  any    // in the cell; nil is empty
		fault string // of the column, instead
	}{
		{"nil", nil, nil, ""},
		{"string", "x", "x", ""},
		{"empty string", "", nil, ""},
		{"longest string", strings.Repeat("x", 50_000), strings.Repeat("x", 50_000), ""},
		{"true", true, true, ""},
		{"false", false, false, ""},
		{"int", 7, 7.0, ""},
		{"zero", 0, 0.0, ""},
		{"int8", int8(-128), -128.0, ""},
		{"int16", int16(-32768), -32768.0, ""},
		{"int32", int32(-7), -7.0, ""},
		{"int64", int64(7), 7.0, ""},
		{"uint", uint(7), 7.0, ""},
		{"uint8", uint8(255), 255.0, ""},
		{"uint16", uint16(7), 7.0, ""},
		{"uint32", uint32(7), 7.0, ""},
		{"uint64", uint64(7), 7.0, ""},
		{"float32", float32(0.1), 0.1, ""},
		{"float64", 0.35, 0.35, ""},
		{"largest exact integer", int64(1 << 53), float64(1 << 53), ""},
		{"json.Number", json.Number("1.50"), 1.5, ""},
		{"time.Time", moment, "2026-03-02T10:30:00.5+01:00", ""},

		{"inexact int64", int64(1<<53 + 1), nil, "a number that a cell does not keep exactly"},
		{"largest int64", int64(math.MaxInt64), nil, "a number that a cell does not keep exactly"},
		{"largest uint64", uint64(math.MaxUint64), nil, "a number that a cell does not keep exactly"},
		{"json.Number that is none", json.Number("0x7"), nil, "a number that a cell does not keep exactly"},
		{"NaN", math.NaN(), nil, "NaN, which no cell can hold"},
		{"infinity", math.Inf(1), nil, "+Inf, which no cell can hold"},
		{"float32 infinity", float32(math.Inf(-1)), nil, "-Inf, which no cell can hold"},
		{"year 10000", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), nil, "a time that RFC 3339 cannot express"},
		{"string too long", strings.Repeat("x", 50_001), nil, "more than 50000 characters"},
		{"invalid UTF-8", "a\xffb", nil, "text that is not UTF-8"},
		{"bytes", []byte("x"), nil, "a value of type []uint8"},
		{"slice", []any{1}, nil, "a value of type []interface {}"},
		{"map", map[string]any{"a": 1}, nil, "a value of type map[string]interface {}"},
		{"struct", stringer{"x"}, nil, "a value of type service_test.stringer"},
		{"named string", named("x"), nil, "a value of type service_test.named"},
		{"pointer to a string", &text, nil, "a value of type *string"},
		{"pointer to an int", &number, nil, "a value of type *int"},
		{"nil pointer", (*string)(nil), nil, "a value of type *string"},
		{"duration", time.Second, nil, "a value of type time.Duration"},
		{"complex", 1i, nil, "a value of type complex128"},
		{"error", io.EOF, nil, "a value of type *errors.errorString"},
		{"function", func() {}, nil, "a value of type func()"},
		{"channel", make(chan int), nil, "a value of type chan int"},
	}
	for name, write := range writers {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				before := [][]any{{"id", "v", "end"}, {1.0, "old", "e"}}
				s, values := newService(t, before)
				err := write(t, s, tt.value)
				if tt.fault != "" {
					checkError(t, err, table.InvalidRows, `row 1: column "v" holds `+tt.fault)
					if diff := cmp.Diff(before, values()); diff != "" {
						t.Errorf("the sheet was changed by a refused %s (-want +got):\n%s", name, diff)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				rows := values()
				if name == "AppendRows" || name == "EnterRows" {
					checkCell(t, rows, 2, 0, "new")
					checkCell(t, rows, 2, 1, tt.want)
					checkCell(t, rows, 1, 1, "old")
				} else {
					checkCell(t, rows, 1, 0, 1.0)
					checkCell(t, rows, 1, 1, tt.want)
				}
			})
		}
	}
}

func checkError(t *testing.T, err error, code table.Code, detail string) {
	t.Helper()
	if e, ok := errors.AsType[*table.Error](err); !ok || e.Code != code || !strings.Contains(e.Detail, detail) {
		t.Errorf("error = %v, want %s: %s", err, code, detail)
	}
}

func checkCell(t *testing.T, rows [][]any, row, column int, want any) {
	t.Helper()
	var got any
	if row < len(rows) && column < len(rows[row]) {
		got = rows[row][column]
	}
	if got == "" {
		got = nil
	}
	if got != want {
		t.Errorf("row %d column %d = %#v, want %#v", row+1, column+1, got, want)
	}
}

// idOne selects the row with the id 1.
var idOne = table.Filter{Conditions: []table.Condition{{Column: "id", Op: table.OpEq, Values: []string{"1"}}}}

// TestCallsAreChecked calls the methods with what the HTTP API never passes on.
func TestCallsAreChecked(t *testing.T) {
	ok := []table.Record{recordOf("id", "new")}
	tests := []struct {
		name   string
		call   func(*testing.T, *service.Service) error
		code   table.Code
		detail string
	}{
		{"append no records", appendTo("T", table.WriteOptions{}), table.InvalidRows, "there are no rows"},
		{"append an empty record", appendTo("T", table.WriteOptions{}, table.Record{}), table.InvalidRows, "row 1: no column has a value"},
		{"append blank values", appendTo("T", table.WriteOptions{}, ok[0], recordOf("id", nil, "v", "")), table.InvalidRows, "row 2: no column has a value"},
		{"append a column twice", appendTo("T", table.WriteOptions{}, recordOf("id", 1, "id", 2)), table.InvalidRows, `row 1: column "id" is given twice`},
		{"append an unknown column", appendTo("T", table.WriteOptions{}, recordOf("nope", 1)), table.InvalidRows, `no column "nope"`},
		{"append a column name that is not UTF-8", appendTo("T", table.WriteOptions{}, recordOf("i\xff", 1)), table.InvalidRows, "not UTF-8"},
		{"append too many records", appendTo("T", table.WriteOptions{}, make([]table.Record, table.MaxRows+1)...), table.TooLarge, "more than 10000 rows"},
		{"append above the sheet", appendTo("T", table.WriteOptions{Header: -1}, ok...), table.BadRequest, "want 1 to 100"},
		{"append far down", appendTo("T", table.WriteOptions{Header: 101}, ok...), table.BadRequest, "want 1 to 100"},
		{"append to no title", appendTo("", table.WriteOptions{}, ok...), table.SheetNotFound, "no sheet"},
		{"append with a key that is too long", appendTo("T", table.WriteOptions{Key: strings.Repeat("k", 256)}, ok...), table.BadRequest, "idempotency key"},
		{"append with a key that is not ASCII", appendTo("T", table.WriteOptions{Key: "schlüssel"}, ok...), table.BadRequest, "idempotency key"},
		{"enter no records", func(t *testing.T, s *service.Service) error {
			_, err := s.EnterRows(t.Context(), "T", 0, nil)
			return err
		}, table.InvalidRows, "there are no rows"},
		{"enter above the sheet", func(t *testing.T, s *service.Service) error {
			_, err := s.EnterRows(t.Context(), "T", -1, ok)
			return err
		}, table.BadRequest, "want 1 to 100"},
		{"upsert no records", func(t *testing.T, s *service.Service) error {
			_, err := s.UpsertRows(t.Context(), "T", table.WriteOptions{OnConflict: []string{"id"}}, []table.Record{})
			return err
		}, table.InvalidRows, "there are no rows"},
		{"upsert without a key column", func(t *testing.T, s *service.Service) error {
			_, err := s.UpsertRows(t.Context(), "T", table.WriteOptions{OnConflict: []string{""}}, ok)
			return err
		}, table.InvalidRows, `no column ""`},
		{"update no columns", func(t *testing.T, s *service.Service) error {
			_, err := s.UpdateRows(t.Context(), "T", table.WriteOptions{Filter: idOne}, table.Record{})
			return err
		}, table.InvalidRows, "there is no column to set"},
		{"update a column twice", func(t *testing.T, s *service.Service) error {
			_, err := s.UpdateRows(t.Context(), "T", table.WriteOptions{Filter: idOne}, recordOf("v", 1, "v", 2))
			return err
		}, table.InvalidRows, `column "v" is given twice`},
		{"update without a condition", func(t *testing.T, s *service.Service) error {
			_, err := s.UpdateRows(t.Context(), "T", table.WriteOptions{}, recordOf("v", 1))
			return err
		}, table.BadRequest, "no condition"},
		{"delete without a condition", func(t *testing.T, s *service.Service) error {
			_, err := s.DeleteRows(t.Context(), "T", table.WriteOptions{})
			return err
		}, table.BadRequest, "no condition"},
		{"delete a negative number of rows", func(t *testing.T, s *service.Service) error {
			_, err := s.DeleteRows(t.Context(), "T", table.WriteOptions{Filter: idOne, MaxAffected: -1})
			return err
		}, table.BadRequest, "max-affected=-1"},
		{"list above the sheet", list(table.Query{Header: -1}), table.BadRequest, "want 1 to 100"},
		{"list at a negative offset", list(table.Query{Offset: -1}), table.BadRequest, "negative"},
		{"list up to a negative limit", list(table.Query{Limit: -1}), table.BadRequest, "negative"},
		{"list in an unknown form", list(table.Query{Render: "html"}), table.BadRequest, `"html"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := [][]any{{"id", "v"}, {1.0, "old"}}
			s, values := newService(t, before)
			checkError(t, tt.call(t, s), tt.code, tt.detail)
			if diff := cmp.Diff(before, values()); diff != "" {
				t.Errorf("the sheet was changed by a refused call (-want +got):\n%s", diff)
			}
		})
	}
}

func appendTo(title string, w table.WriteOptions, records ...table.Record) func(*testing.T, *service.Service) error {
	return func(t *testing.T, s *service.Service) error {
		_, err := s.AppendRows(t.Context(), title, w, records)
		return err
	}
}

func list(q table.Query) func(*testing.T, *service.Service) error {
	return func(t *testing.T, s *service.Service) error {
		_, err := s.ListRows(t.Context(), "T", q)
		return err
	}
}

// TestRecordsAreLeftAlone holds that the values of a caller's own slices are not
// replaced by what is stored.
func TestRecordsAreLeftAlone(t *testing.T) {
	s, _ := newService(t, [][]any{{"id", "v"}})
	records := []table.Record{recordOf("id", "a"), recordOf("id", 7, "v", time.Time{})}
	if _, err := s.AppendRows(t.Context(), "T", table.WriteOptions{}, records); err != nil {
		t.Fatal(err)
	}
	if want := []table.Record{recordOf("id", "a"), recordOf("id", 7, "v", time.Time{})}; !cmp.Equal(want, records) {
		t.Errorf("records = %v, want %v", records, want)
	}
}
