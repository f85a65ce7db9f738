package test

import "testing"

// TestWritePreferences needs POST, PATCH and DELETE of /sheets/{title}.
func TestWritePreferences(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	const (
		rest = `{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`
	)
	representation := []string{"Prefer", "return=representation"}
	testPreferences(t, []preferTest{
		{"update nothing", "PATCH", "?id=eq.9", `{"owner":"zoe"}`, representation, 200, "[]", "return=representation", "", ""},
		{"update, nothing answered", "PATCH", "?id=eq.1", `{"owner":"zoe"}`, []string{"Prefer", "return=minimal, count=exact"}, 204, "", "count=exact, return=minimal", "*/1",
			`[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"update some columns", "PATCH", "?id=eq.1&columns=owner", `{"owner":"zoe","state":"x"}`, nil, 200, `{"updated":1,"rows":["2"]}`, "", "",
			`[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"update by a form", "PATCH", "?id=eq.1", "owner=zoe", []string{"Content-Type", "application/x-www-form-urlencoded"}, 200, `{"updated":1,"rows":["2"]}`, "", "",
			`[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"delete, nothing answered", "DELETE", "?id=eq.1", "", []string{"Prefer", "return=minimal"}, 204, "", "return=minimal", "", "[" + rest},
		{"delete as many as may be", "DELETE", "?id=eq.1", "", []string{"Prefer", "max-affected=1, handling=strict"}, 200, `{"deleted":1,"rows":["2"]}`, "handling=strict, max-affected=1", "", "[" + rest},
		{"upsert what is there", "POST", "?on_conflict=id", `{"id":1,"owner":"zoe"}`, []string{"Prefer", merge, "Prefer", "count=exact"}, 200,
			`{"updated":1,"appended":0,"rows":["2"]}`, "count=exact, " + merge, "*/1", `[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"ignore what is there", "POST", "?on_conflict=id", `[{"id":1,"owner":"zoe"},{"id":7}]`, []string{"Prefer", "resolution=ignore-duplicates"}, 201,
			`{"updated":0,"appended":1,"ignored":1,"rows":["7"]}`, "resolution=ignore-duplicates", "", "[" + allTasks + `,{"id":7,"twice":14}]`},
		{"ignore all", "POST", "?on_conflict=id", `{"id":1,"owner":"zoe"}`, append(representation, "Prefer", "resolution=ignore-duplicates"), 200,
			"[]", "resolution=ignore-duplicates, return=representation", "", ""},
		{"several columns are the key", "POST", "?on_conflict=id,state", `{"id":1,"state":"open","owner":"zoe"}`, []string{"Prefer", merge}, 200,
			`{"updated":1,"appended":0,"rows":["2"]}`, merge, "", `[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
	})
	w := newWorld(t, withSheets(tasks))
	for name, request := range map[string][]string{
		"update of many":         {"PATCH", "?state=eq.open", `{"owner":"zoe"}`},
		"update of none":         {"PATCH", "?id=eq.9", `{"owner":"zoe"}`},
		"delete of many":         {"DELETE", "?state=eq.open", ""},
		"an upsert that ignores": {"POST", "?on_conflict=id", `{"id":1}`},
	} {
		t.Run("one object: "+name, func(t *testing.T) {
			header := append(representation, "Accept", oneObject)
			if request[0] == "POST" {
				header = append(header, "Prefer", "resolution=ignore-duplicates")
			}
			checkProblem(t, name, w.do(request[0], "/sheets/Tasks"+request[1], request[2], header...), 406, "PGRST116", "not exactly one row")
		})
	}
	if got := w.rows("Tasks"); got != "["+allTasks+"]" {
		t.Errorf("rows = %s, want none changed", got)
	}
}
