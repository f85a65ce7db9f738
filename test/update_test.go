package test

import (
	"strings"
	"testing"
)

func TestUpdate(t *testing.T) {
	testChanges(t, "PATCH", []changeTest{
		{"update", "state=eq.open", "", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"]}`,
			`[{"id":1,"state":"open","owner":"zoe","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","owner":"zoe","twice":6},{"id":"4","state":"open","owner":"zoe","twice":8}]`},
		{"update what formulas depend on", "id=eq.2", "", `{"id":20,"state":null}`, `{"updated":1,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":20,"owner":"bob","twice":40},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"update as many as may be", "id=lt.2", "max-affected=1", `{"state":"=done"}`, `{"updated":1,"rows":["2"]}`,
			strings.Replace("["+allTasks+"]", "open", "=done", 1)},
		{"a formula as values=formula reads it", "id=eq.1", "", `{"owner":"zoe","twice":"=A2*2"}`, `{"updated":1,"rows":["2"]}`,
			strings.Replace("["+allTasks+"]", "ada", "zoe", 1)},
		{"update nothing", "id=eq.9", "", `{"state":"x"}`, `{"updated":0}`, "[" + allTasks + "]"},
		{"dry run of an update", "state=eq.open", "tx=rollback", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "PATCH", "qty=eq.5", "", `{"qty":50}`, `{"updated":1,"rows":["4"]}`, `[{"id":1,"qty":50},{"id":2,"qty":6,"C":"wide"}]`)
}

func TestUpdateProblems(t *testing.T) {
	testChangeProblems(t, "PATCH", []changeProblem{
		{"update of everything", "Tasks", "", `{"state":"x"}`, 400, "bad-request", "no condition"},
		{"more rows than may be", "Tasks?state=eq.open", "max-affected=2", `{"state":"x"}`, 400, "max-affected", "3 rows match, and 2 may be changed"},
		{"a max-affected of none", "Tasks?state=eq.open", "max-affected=0", `{"state":"x"}`, 400, "bad-request", "want 1 to 10000"},
		{"a max-affected too large", "Tasks?state=eq.open", "max-affected=10001", `{"state":"x"}`, 400, "bad-request", "want 1 to 10000"},
		{"a limit", "Tasks?id=eq.1&limit=1", "", `{"state":"x"}`, 400, "bad-request", "Prefer: max-affected=N"},
		{"an order", "Tasks?id=eq.1&order=id", "", `{"state":"x"}`, 400, "bad-request", "leave out order"},
		{"a parameter of inserts", "Tasks?id=eq.1&input=user_entered", "", `{"state":"=1"}`, 400, "bad-request", "input is not a parameter of PATCH"},
		{"a parameter of upserts", "Tasks?id=eq.1&on_conflict=id", "", `{"state":"x"}`, 400, "bad-request", "on_conflict is not a parameter of PATCH"},
		{"a parameter of reads", "Tasks?id=eq.1&values=formula", "", `{"state":"x"}`, 400, "bad-request", "values is not a parameter of PATCH"},
		{"is.notnull", "Tasks?id=is.notnull", "", `{"state":"x"}`, 400, "bad-request", "id=is.not_null"},
		{"no operator", "Tasks?id=1", "", `{"state":"x"}`, 400, "bad-request", "id=eq.1"},
		{"the filter of another dialect", "Tasks?where=id:1", "", `{"state":"x"}`, 400, "bad-request", "id=eq.1"},
		{"an unknown preference, strict", "Tasks?id=eq.1", "handling=strict, timezone=UTC", `{"state":"x"}`, 400, "bad-request", "timezone with handling=strict"},
		{"an unknown value of a preference", "Tasks?id=eq.1", "return=all", `{"state":"x"}`, 400, "bad-request", "return=all: want representation or minimal"},
		{"unknown column in the body", "Tasks?id=eq.1", "", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"unknown column, though nothing matches", "Tasks?id=eq.9", "", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"no column to set", "Tasks?id=eq.1", "", `{}`, 422, "invalid-rows", "no column to set"},
		{"two objects to set", "Tasks?id=eq.1", "", `[{"id":1},{"id":2}]`, 422, "invalid-rows", "2 objects"},
		{"a condition of one of two columns with a name", "Twice?a=eq.1", "", `{"b":1}`, 400, "bad-request", `two columns named "a"`},
		{"two columns of one name", "Twice?b=eq.2", "", `{"a":1}`, 422, "invalid-rows", `two columns named "a"`},
	})
}

func TestUpdateHostile(t *testing.T) {
	testHostile(t, "PATCH", []hostileRequest{
		{name: "the sheet of keys in capitals", target: "/sheets/_KEYS?A=eq.1", body: `{"A":1}`, code: "sheet-not-found"},
		{name: "Infinity", target: "/sheets/Orders?id=eq.1", body: `{"qty":-Infinity}`, code: "bad-request"},
		{name: "an object in a cell", target: "/sheets/Orders?id=eq.1", body: `{"item":{"formula":"=1"}}`, code: "invalid-rows"},
		{name: "a cell of 50,001 characters", target: "/sheets/Orders?id=eq.1", body: `{"item":"` + strings.Repeat("x", 50_001) + `"}`, code: "invalid-rows"},
		{name: "more than 8 MB", target: "/sheets/Orders?id=eq.1", body: strings.Repeat(" ", 8<<20+1), code: "too-large"},
		{name: "CSV for an update", target: "/sheets/Orders?id=eq.1", body: "id\n1\n", header: asCSV, code: "bad-request"},
		{name: "an unknown column", target: "/sheets/Orders?id=eq.1", body: `{"__proto__":1}`, code: "invalid-rows"},
		{name: "a key that is not ASCII", target: "/sheets/Orders?id=eq.1", body: `{"id":1}`, header: []string{"Idempotency-Key", "schlüssel"}, code: "bad-request"},
	})
}

func TestUpdateConflicts(t *testing.T) {
	testChangeConflicts(t, "PATCH", "id=eq.3", "", `{"qty":99}`, "id=eq.5", `{"qty":1}`)
	testChangeConflicts(t, "PATCH", "id=eq.3", "", `{"id":30,"item":"x","qty":99,"price":1,"ordered":"y"}`, "id=eq.5", `{"qty":1}`)
}

func TestUpdateReplays(t *testing.T) {
	testChangeReplays(t, "PATCH", "state=eq.open&owner=eq.ada", "", `{"state":"done"}`, `{"updated":1,"rows":["2"]}`)
	testChangeReplays(t, "PATCH", "id=eq.77", "", `{"state":"done"}`, `{"updated":0}`)
}
