package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// maker makes random requests that are valid by a discovery document.
type maker struct {
	*rand.Rand
	schemas map[string]parameter
	id      string // of a spreadsheet that exists
}

// text returns a value for a property by its name, as random text is seldom one
// that a call gets far with.
func (m maker) text(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "spreadsheetid") || strings.Contains(lower, "fileid"):
		return m.id
	case strings.Contains(lower, "range"):
		return m.pick("Sheet1!A1:C3", "A1", "Sheet1", "'Other'!B:C", "named", "R1C1")
	case strings.Contains(lower, "formula"):
		return m.pick("=SUM(A1:B2)", "=QUERY(A1)", "={1,2}", "=1/0")
	case strings.Contains(lower, "field"):
		return m.pick("*", "*", "*", "title", "note", "userEnteredValue")
	case strings.Contains(lower, "time"):
		return "2026-01-02T03:04:05Z"
	case lower == "alt":
		return "json"
	case lower == "mimetype":
		return m.pick("application/vnd.google-apps.spreadsheet", "application/vnd.google-apps.folder", "text/csv")
	case strings.Contains(lower, "color") || lower == "pattern":
		return m.pick("#,##0.00", "yyyy-mm-dd", "# ?/?")
	}
	return m.pick("x", "Sheet1", "me@example.com", "1", "a b", "é", "2026-01-02")
}

func (m maker) pick(list ...string) string { return list[m.IntN(len(list))] }

// value returns a value of a property.
func (m maker) value(name string, p parameter, depth int) any {
	switch {
	case p.Ref != "":
		return m.object(p.Ref, depth)
	case len(p.Enum) > 0:
		return m.pick(p.Enum...)
	}
	switch p.Type {
	case "array":
		list := []any{}
		for range m.IntN(3) {
			list = append(list, m.value(name, *p.Items, depth+1))
		}
		return list
	case "object":
		return map[string]any{"key": m.text(name)}
	case "integer", "number":
		switch {
		case name == "sheetId":
			return 0
		case strings.HasPrefix(name, "start"):
			return m.IntN(2)
		case strings.HasPrefix(name, "end"):
			return 2 + m.IntN(3)
		}
		return []any{0, 1, 2, 7, -1, 1000}[m.IntN(6)]
	case "boolean":
		return m.IntN(2) == 0
	case "any":
		return []any{"text", 1.5, true, nil}[m.IntN(4)]
	}
	return m.text(name)
}

// object returns an object of a schema with some of its properties. Of a request
// of batchUpdate it sets one, as others are refused.
func (m maker) object(schema string, depth int) map[string]any {
	out := map[string]any{}
	properties := m.schemas[schema].Properties
	names := rest.SortedKeys(properties)
	if schema == "Request" && len(names) > 0 {
		name := m.pick(names...)
		return map[string]any{name: m.value(name, properties[name], depth)}
	}
	for _, name := range names {
		if depth < 7 && m.IntN(4+depth) < 4 {
			out[name] = m.value(name, properties[name], depth+1)
		}
	}
	return out
}

var pathVariable = regexp.MustCompile(`\{([^}]*)\}`)

// request returns a random request of a method.
func (m maker) request(base string, of method) *http.Request {
	path := pathVariable.ReplaceAllStringFunc(of.paths(base)[0], func(v string) string {
		name := strings.Trim(v, "{}")
		if name == "metadataId" || name == "sheetId" {
			return "1"
		}
		return url.PathEscape(m.text(name))
	})
	query := url.Values{}
	for _, name := range rest.SortedKeys(of.Parameters) {
		if p := of.Parameters[name]; p.Location == "query" && m.IntN(4) == 0 && name != "fields" {
			query.Set(name, fmt.Sprint(m.value(name, p, 9)))
		}
	}
	var body []byte
	if of.Request.Ref != "" {
		body, _ = json.Marshal(m.object(of.Request.Ref, 0))
	}
	r := httptest.NewRequest(of.HTTPMethod, "/"+path+"?"+query.Encode(), bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// smallGrids is a batch that makes both sheets of FuzzDiscovery small.
const smallGrids = `{"requests":[
	{"updateSheetProperties":{"properties":{"sheetId":0,"gridProperties":{"rowCount":60,"columnCount":12}},"fields":"gridProperties(rowCount,columnCount)"}},
	{"updateSheetProperties":{"properties":{"sheetId":1,"gridProperties":{"rowCount":60,"columnCount":12}},"fields":"gridProperties(rowCount,columnCount)"}}]}`

// FuzzDiscovery sends random requests that are valid by the discovery documents.
// None panics, no path is unknown, and none is an internal error.
func FuzzDiscovery(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	documents := readDocuments(f)
	type described struct {
		base    string
		method  method
		schemas map[string]parameter
	}
	var methods []described
	for _, d := range documents {
		d.each(func(m method) { methods = append(methods, described{d.ServicePath, m, d.Schemas}) })
	}
	slices.SortFunc(methods, func(a, b described) int { return strings.Compare(a.base+a.method.ID, b.base+b.method.ID) })
	f.Fuzz(func(t *testing.T, seed uint64) {
		google := New(Options{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
		id := google.Create(Spreadsheet{Owner: "me@example.com", Sheets: []Sheet{
			{Values: [][]any{{"a", 1, true}, {"b", Formula{Text: "=B1+1"}}}}, {Title: "Other"},
		}})
		var scopes []string
		for _, rt := range google.routes {
			scopes = append(scopes, rt.AcceptedScopes()...)
		}
		token := google.Token("me@example.com", scopes...)
		send := func(method, target string, body []byte) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, target, bytes.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			google.ServeHTTP(w, r)
			return w
		}
		// A small grid, as many random requests are about all of it.
		if w := send("POST", "/v4/spreadsheets/"+id+":batchUpdate", []byte(smallGrids)); w.Code != http.StatusOK {
			t.Fatalf("set-up = %d %s", w.Code, w.Body)
		}
		rnd := rand.New(rand.NewPCG(seed, 7))
		for range 20 {
			one := methods[rnd.IntN(len(methods))]
			if rnd.IntN(3) == 0 { // half of the requests are about cells, where most can go wrong
				i := slices.IndexFunc(methods, func(d described) bool { return d.method.ID == "sheets.spreadsheets.batchUpdate" })
				one = methods[i]
			}
			r := maker{rnd, one.schemas, id}.request(one.base, one.method)
			body := new(bytes.Buffer)
			body.ReadFrom(r.Body)
			w := send(r.Method, r.URL.String(), body.Bytes())
			html := strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && w.Code != http.StatusNoContent
			if html || w.Code == http.StatusInternalServerError {
				t.Errorf("%s: %s %s %s = %d %s", one.method.ID, r.Method, r.URL, body, w.Code, w.Body)
			}
		}
	})
}
