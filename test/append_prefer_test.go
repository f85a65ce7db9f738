package test

import (
	"testing"
	"testing/synctest"
)

// preferTest is a write with preferences.
type preferTest struct {
	name, method, query, body string
	header                    []string
	status                    int
	answer                    string // without white space; "" is none
	applied                   string // Preference-Applied
	contentRange              string
	rows                      string // of the sheet then; "" is as before
}

// testPreferences sends each write to a sheet Tasks of its own.
func testPreferences(t *testing.T, tests []preferTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(tasks))
				answer := w.do(tt.method, "/sheets/Tasks"+tt.query, tt.body, tt.header...)
				if answer.Code != tt.status || compact(answer) != tt.answer {
					t.Errorf("%s %s = %d %s, want %d %s", tt.method, tt.query, answer.Code, compact(answer), tt.status, tt.answer)
				}
				if got := answer.Header().Get("Preference-Applied"); got != tt.applied {
					t.Errorf("Preference-Applied = %q, want %q", got, tt.applied)
				}
				if got := answer.Header().Get("Content-Range"); got != tt.contentRange {
					t.Errorf("Content-Range = %q, want %q", got, tt.contentRange)
				}
				want := tt.rows
				if want == "" {
					want = "[" + allTasks + "]"
				}
				if got := w.rows("Tasks"); got != want {
					t.Errorf("rows = %s, want %s", got, want)
				}
			})
		})
	}
}

func TestAppendPreferences(t *testing.T) {
	const stored = "[" + allTasks + `,{"id":7,"owner":"zoe","twice":14}]`
	testPreferences(t, []preferTest{
		{"nothing", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=minimal"}, 201, "", "return=minimal", "", stored},
		{"headers only", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=headers-only, count=exact"}, 201, "", "count=exact, return=headers-only", "*/1", stored},
		{"missing columns by default", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "missing=default"}, 201,
			`{"appended":1,"range":"Tasks!A7:D7"}`, "missing=default", "", stored},
		{"rolled back", "POST", "", `{"id":7}`, []string{"Prefer", "tx=rollback"}, 201, `{"appended":1,"range":"Tasks!A7:D7","rolled_back":true}`, "tx=rollback", "", ""},
		{"committed", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "tx=commit"}, 201, `{"appended":1,"range":"Tasks!A7:D7"}`, "tx=commit", "", stored},
		{"some columns", "POST", `?columns=%22id%22,owner`, `{"id":7,"owner":"zoe","state":"x"}`, nil, 201, `{"appended":1,"range":"Tasks!A7:D7"}`, "", "", stored},
		{"a form", "POST", "", "id=7&owner=zoe", []string{"Content-Type", "application/x-www-form-urlencoded"}, 201, `{"appended":1,"range":"Tasks!A7:D7"}`, "", "", stored},
		{"JSON sent as a form, by curl -d", "POST", "", "\n" + `{"id":7,"owner":"zoe"}`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 201, `{"appended":1,"range":"Tasks!A7:D7"}`, "", "", stored},
		{"UTF-8 without a hyphen", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Content-Type", "application/json; charset=utf8"}, 201, `{"appended":1,"range":"Tasks!A7:D7"}`, "", "", stored},
	})
}

func TestAppendPreferenceProblems(t *testing.T) {
	w := newWorld(t, withSheets(tasks))
	tests := []struct {
		name, query, body string
		header            []string
		status            int
		code, detail      string
	}{
		{"one object of two", "", `[{"id":7},{"id":8}]`, []string{"Prefer", "return=representation", "Accept", oneObject}, 406, "PGRST116", "not exactly one row"},
		{"an unknown column to answer with", "?select=idd", `{"id":7}`, []string{"Prefer", "return=representation"}, 400, "bad-request", `no column "idd"`},
		{"an unknown column to write", "?columns=idd", `{"id":7}`, nil, 422, "invalid-rows", `no column "idd"`},
		{"an unknown preference, strict", "", `{"id":7}`, []string{"Prefer", "handling=strict", "Prefer", "max-affected=1"}, 400, "bad-request", "max-affected with handling=strict"},
		{"an unknown value", "", `{"id":7}`, []string{"Prefer", "missing=null"}, 400, "bad-request", "missing=null: want default"},
		{"entered, rolled back", "?input=user_entered", `{"id":7}`, []string{"Prefer", "tx=rollback"}, 400, "bad-request", "only appends"},
		{"PUT", "", `{"id":7}`, nil, 405, "method-not-allowed", "allowed are"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method := "POST"
			if tt.name == "PUT" {
				method = "PUT"
			}
			checkProblem(t, method+" "+tt.query, w.do(method, "/sheets/Tasks"+tt.query, tt.body, tt.header...), tt.status, tt.code, tt.detail)
		})
	}
	if n := w.countCalls(batchCall, appendCall); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}
