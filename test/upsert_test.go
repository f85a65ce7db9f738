package test

import (
	"strings"
	"testing"
)

func TestUpsert(t *testing.T) {
	testChanges(t, "PUT", []changeTest{
		{"upsert", "key=id", `[{"id":4,"state":"done"},{"id":5,"state":"new"},{"id":1,"owner":"=x"}]`, `{"updated":2,"appended":1,"rows":["2","6:7"]}`,
			`[{"id":1,"state":"open","owner":"=x","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":4,"state":"done","owner":"eve","twice":8},{"id":5,"state":"new"}]`},
		{"upsert one that is there", "key=id", `{"id":2,"owner":null}`, `{"updated":1,"appended":0,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"upsert one that is new", "key=owner", `{"owner":"zoe"}`, `{"updated":0,"appended":1,"rows":["7"]}`, "[" + allTasks + `,{"owner":"zoe"}]`},
		{"dry run of an upsert", "key=id&dry_run=true", `[{"id":1},{"id":5}]`, `{"updated":1,"appended":1,"rows":["2","7"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "PUT", "key=id", `[{"id":2,"C":"narrow"},{"id":4}]`, `{"updated":1,"appended":1,"rows":["5:6"]}`,
		`[{"id":1,"qty":5},{"id":2,"qty":6,"C":"narrow"},{"id":4}]`)
}

func TestUpsertProblems(t *testing.T) {
	testChangeProblems(t, "PUT", []changeProblem{
		{"upsert without a key column", "Tasks", `{"id":1}`, 422, "invalid-rows", "no column says"},
		{"upsert with an unknown key column", "Tasks?key=idd", `{"id":1}`, 422, "invalid-rows", `no column "idd"`},
		{"upsert of a row without a key", "Tasks?key=id", `[{"id":1},{"state":"x"}]`, 422, "invalid-rows", `row 2: no value for the key column "id"`},
		{"a key twice in the body", "Tasks?key=id", `[{"id":7},{"id":8},{"id":"7"}]`, 422, "invalid-rows", "row 3: the key is the same as that of row 1"},
		{"a key twice in the sheet", "Double?key=id", `[{"id":2},{"id":1}]`, 422, "invalid-rows", `row 2: the key is twice in sheet "Double", in rows 2 and 4`},
		{"no such sheet, dry run", "Task?key=id&dry_run=true", `{"id":1}`, 404, "sheet-not-found", `"Tasks"`},
	})
}

func TestUpsertHostile(t *testing.T) {
	testHostile(t, "PUT", []hostileRequest{
		{name: "a title that is not UTF-8", target: "/sheets/%ff?key=id", body: `{"id":1}`, code: "sheet-not-found"},
		{name: "a whole number that a double rounds", target: "/sheets/Orders?key=id", body: `{"id":9007199254740993}`, code: "invalid-rows"},
		{name: "a JSON text that is cut", target: "/sheets/Orders?key=id", body: `[{"id":1},{"id"`, code: "bad-request"},
		{name: "10,001 rows", target: "/sheets/Orders?key=id", body: "[" + strings.Repeat(`{"id":1},`, 10_000) + `{"id":1}]`, code: "too-large"},
		{name: "a malformed content type", target: "/sheets/Orders?key=id", body: `{"id":1}`, header: []string{"Content-Type", "/;/"}, code: "bad-request"},
	})
}

func TestUpsertConflicts(t *testing.T) {
	testChangeConflicts(t, "PUT", "key=id", `[{"id":3},{"id":50}]`, "key=id", `{"id":60}`)
}

func TestUpsertReplays(t *testing.T) {
	testChangeReplays(t, "PUT", "key=id", `[{"id":1},{"id":9}]`, `{"updated":1,"appended":1,"rows":["2","7"]}`)
}
