package test

import (
	"strings"
	"testing"
)

func TestUpdate(t *testing.T) {
	testChanges(t, "PATCH", []changeTest{
		{"update", "where=state:open", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"]}`,
			`[{"id":1,"state":"open","owner":"zoe","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","owner":"zoe","twice":6},{"id":"4","state":"open","owner":"zoe","twice":8}]`},
		{"update what formulas depend on", "where=id:2", `{"id":20,"state":null}`, `{"updated":1,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":20,"owner":"bob","twice":40},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"update with a limit", "where=state:open&limit=1", `{"state":"=done"}`, `{"updated":1,"rows":["2"]}`,
			strings.Replace("["+allTasks+"]", "open", "=done", 1)},
		{"update nothing", "where=id:9", `{"state":"x"}`, `{"updated":0}`, "[" + allTasks + "]"},
		{"dry run of an update", "where=state:open&dry_run=true", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "PATCH", "where=qty:5", `{"qty":50}`, `{"updated":1,"rows":["4"]}`, `[{"id":1,"qty":50},{"id":2,"qty":6,"C":"wide"}]`)
}

func TestUpdateProblems(t *testing.T) {
	testChangeProblems(t, "PATCH", []changeProblem{
		{"update of everything", "Tasks", `{"state":"x"}`, 422, "invalid-rows", "no condition"},
		{"unknown column in the body", "Tasks?where=id:1", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"unknown column, though nothing matches", "Tasks?where=id:9", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"no column to set", "Tasks?where=id:1", `{}`, 422, "invalid-rows", "no column to set"},
		{"two objects to set", "Tasks?where=id:1", `[{"id":1},{"id":2}]`, 422, "invalid-rows", "2 objects"},
		{"two columns of one name", "Twice?where=b:2", `{"b":1}`, 422, "invalid-rows", `two columns named "a"`},
	})
}

func TestUpdateHostile(t *testing.T) {
	testHostile(t, "PATCH", []hostileRequest{
		{name: "the sheet of keys in capitals", target: "/sheets/_KEYS?where=A:1", body: `{"A":1}`, code: "sheet-not-found"},
		{name: "Infinity", target: "/sheets/Orders?where=id:1", body: `{"qty":-Infinity}`, code: "bad-request"},
		{name: "an object in a cell", target: "/sheets/Orders?where=id:1", body: `{"item":{"formula":"=1"}}`, code: "invalid-rows"},
		{name: "a cell of 50,001 characters", target: "/sheets/Orders?where=id:1", body: `{"item":"` + strings.Repeat("x", 50_001) + `"}`, code: "invalid-rows"},
		{name: "more than 8 MB", target: "/sheets/Orders?where=id:1", body: strings.Repeat(" ", 8<<20+1), code: "too-large"},
		{name: "CSV for an update", target: "/sheets/Orders?where=id:1", body: "id\n1\n", header: asCSV, code: "bad-request"},
		{name: "an unknown column", target: "/sheets/Orders?where=id:1", body: `{"__proto__":1}`, code: "invalid-rows"},
		{name: "a key that is not ASCII", target: "/sheets/Orders?where=id:1", body: `{"id":1}`, header: []string{"Idempotency-Key", "schlüssel"}, code: "bad-request"},
	})
}

func TestUpdateConflicts(t *testing.T) {
	testChangeConflicts(t, "PATCH", "where=id:3", `{"qty":99}`, "where=id:5", `{"qty":1}`)
	testChangeConflicts(t, "PATCH", "where=id:3", `{"id":30,"item":"x","qty":99,"price":1,"ordered":"y"}`, "where=id:5", `{"qty":1}`)
}

func TestUpdateReplays(t *testing.T) {
	testChangeReplays(t, "PATCH", "where=state:open&limit=1", `{"state":"done"}`, `{"updated":1,"rows":["2"]}`)
	testChangeReplays(t, "PATCH", "where=id:77", `{"state":"done"}`, `{"updated":0}`)
}
