package test

import (
	"strings"
	"testing"
)

func TestUpsert(t *testing.T) {
	testChanges(t, "POST", []changeTest{
		{"upsert", "on_conflict=id", merge, `[{"id":4,"state":"done"},{"id":5,"state":"new"},{"id":1,"owner":"=x"}]`, `{"updated":2,"appended":1,"rows":["2","6:7"]}`,
			`[{"id":1,"state":"open","owner":"=x","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":4,"state":"done","owner":"eve","twice":8},{"id":5,"state":"new","twice":10}]`},
		{"upsert one that is there", "on_conflict=id", merge, `{"id":2,"owner":null}`, `{"updated":1,"appended":0,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"upsert one that is new", "on_conflict=owner", merge, `{"owner":"zoe"}`, `{"updated":0,"appended":1,"rows":["7"]}`, "[" + allTasks + `,{"owner":"zoe","twice":0}]`},
		{"dry run of an upsert", "on_conflict=id", merge + ", tx=rollback", `[{"id":1},{"id":5}]`, `{"updated":1,"appended":1,"rows":["2","7"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "POST", "on_conflict=id", merge, `[{"id":2,"C":"narrow"},{"id":4}]`, `{"updated":1,"appended":1,"rows":["5:6"]}`,
		`[{"id":1,"qty":5},{"id":2,"qty":6,"C":"narrow"},{"id":4}]`)
}

func TestUpsertProblems(t *testing.T) {
	testChangeProblems(t, "POST", []changeProblem{
		{"upsert without a key column", "Tasks", merge, `{"id":1}`, 400, "bad-request", "on_conflict=id"},
		{"upsert without a resolution", "Tasks?on_conflict=id", "", `{"id":1}`, 400, "bad-request", "Prefer: resolution=merge-duplicates, or Prefer: resolution=ignore-duplicates"},
		{"the key of before", "Tasks?key=id", "", `{"id":1}`, 400, "bad-request", "key"},
		{"upsert with an unknown key column", "Tasks?on_conflict=idd", merge, `{"id":1}`, 422, "invalid-rows", `no column "idd"`},
		{"upsert of a row without a key", "Tasks?on_conflict=id", merge, `[{"id":1},{"state":"x"}]`, 422, "invalid-rows", `row 2: no value for the key column "id"`},
		{"a key twice in the body", "Tasks?on_conflict=id", merge, `[{"id":7},{"id":8},{"id":"7"}]`, 422, "invalid-rows", "row 3: the key is the same as that of row 1"},
		{"a key twice in the sheet", "Double?on_conflict=id", merge, `[{"id":2},{"id":1}]`, 422, "invalid-rows", `row 2: the key is twice in sheet "Double", in rows 2 and 4`},
		{"no such sheet, dry run", "Task?on_conflict=id", merge + ", tx=rollback", `{"id":1}`, 404, "sheet-not-found", `"Tasks"`},
	})
}

func TestUpsertHostile(t *testing.T) {
	testHostile(t, "POST", []hostileRequest{
		{name: "a title that is not UTF-8", target: "/sheets/%ff?on_conflict=id", body: `{"id":1}`, header: []string{"Prefer", merge}, code: "sheet-not-found"},
		{name: "a whole number that a double rounds", target: "/sheets/Orders?on_conflict=id", body: `{"id":9007199254740993}`, header: []string{"Prefer", merge}, code: "invalid-rows"},
		{name: "a JSON text that is cut", target: "/sheets/Orders?on_conflict=id", body: `[{"id":1},{"id"`, header: []string{"Prefer", merge}, code: "bad-request"},
		{name: "10,001 rows", target: "/sheets/Orders?on_conflict=id", body: "[" + strings.Repeat(`{"id":1},`, 10_000) + `{"id":1}]`, header: []string{"Prefer", merge}, code: "too-large"},
		{name: "a malformed content type", target: "/sheets/Orders?on_conflict=id", body: `{"id":1}`, header: []string{"Content-Type", "/;/", "Prefer", merge}, code: "bad-request"},
	})
}

func TestUpsertConflicts(t *testing.T) {
	testChangeConflicts(t, "POST", "on_conflict=id", merge, `[{"id":3},{"id":50}]`, "on_conflict=id", `{"id":60}`)
}

func TestUpsertReplays(t *testing.T) {
	testChangeReplays(t, "POST", "on_conflict=id", merge, `[{"id":1},{"id":9}]`, `{"updated":1,"appended":1,"rows":["2","7"]}`)
}
