package test

import "testing"

// TestWriteRepresentations needs POST, PATCH and DELETE of /sheets/{title}. It checks the
// rows that writes answer with.
func TestWriteRepresentations(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	const (
		stored = "[" + allTasks + `,{"id":7,"owner":"zoe","twice":14}]`
		first  = `{"id":1,"state":"open","owner":"ada","twice":2}`
		rest   = `{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`
	)
	representation := []string{"Prefer", "return=representation"}
	testPreferences(t, []preferTest{
		{"the rows as stored", "POST", "", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=representation"}, 201,
			`[{"id":7,"state":null,"owner":"zoe","twice":14}]`, "return=representation", "", stored},
		{"columns of them", "POST", "?select=owner,no:id", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=representation"}, 201,
			`[{"owner":"zoe","no":7}]`, "return=representation", "", stored},
		{"them as CSV", "POST", "?select=owner,id", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=representation", "Accept", "text/csv"}, 201,
			"owner,id\rzoe,7\r", "return=representation", "", stored},
		{"one object", "POST", "?select=id", `{"id":7,"owner":"zoe"}`, []string{"Prefer", "return=representation", "Accept", oneObject}, 201,
			`{"id":7}`, "return=representation", "", stored},
		{"rolled back, with the rows", "POST", "?select=id", `{"id":7}`, []string{"Prefer", "tx=rollback, return=representation"}, 201, `[{"id":7}]`, "tx=rollback, return=representation", "", ""},
		{"update, the rows as stored", "PATCH", "?id=eq.1&select=id,owner,twice", `{"owner":"zoe"}`, representation, 200,
			`[{"id":1,"owner":"zoe","twice":2}]`, "return=representation", "", `[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"update, one object", "PATCH", "?id=eq.1&select=id", `{"owner":"zoe"}`, append(representation, "Accept", oneObject), 200,
			`{"id":1}`, "return=representation", "", `[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest},
		{"update, rolled back", "PATCH", "?id=eq.1&select=owner", `{"owner":"zoe"}`, []string{"Prefer", "return=representation, tx=rollback"}, 200,
			`[{"owner":"zoe"}]`, "tx=rollback, return=representation", "", ""},
		{"delete, the rows as they were", "DELETE", "?id=eq.1", "", representation, 200, "[" + first + "]", "return=representation", "", "[" + rest},
		{"upsert, the rows as stored", "POST", "?on_conflict=id&select=id,owner", `[{"id":1,"owner":"zoe"},{"id":7,"owner":"ann"}]`, append(representation, "Prefer", merge), 201,
			`[{"id":1,"owner":"zoe"},{"id":7,"owner":"ann"}]`, merge + ", return=representation", "",
			`[{"id":1,"state":"open","owner":"zoe","twice":2},` + rest[:len(rest)-1] + `,{"id":7,"owner":"ann","twice":14}]`},
	})
}
