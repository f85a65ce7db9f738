package test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// TestListRandomly compares random queries of random sheets, answered from the
// cache and by Google.
func TestListRandomly(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	cells := []any{nil, nil, "", "x", `"quoted" \ <b>&amp;`, "🌵 line\nbreak", 1, -0.5, 1e21, true, false, date(3), "007", "B"}
	for range 60 {
		sheet := emulator.Sheet{Title: "S"}
		for range random.IntN(12) {
			row := make([]any, random.IntN(6))
			for i := range row {
				row[i] = cells[random.IntN(len(cells))]
			}
			sheet.Values = append(sheet.Values, row)
		}
		world := func(ttl time.Duration) *world {
			return newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) {
				s.CacheTTL, g.Sheets = function.TTL(ttl), []emulator.Sheet{sheet}
			})
		}
		cached, uncached := world(time.Hour), world(0)
		for range 20 {
			values := []string{"typed", "text", "formula"}[random.IntN(3)]
			offset, limit := random.IntN(12), 1+random.IntN(12)
			target := fmt.Sprintf("/sheets/S?values=%s&offset=%d&limit=%d", values, offset, limit)
			got, want := cached.do("GET", target, "", "X-Request-Id", "same"), uncached.do("GET", target, "", "X-Request-Id", "same")
			if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("ETag") != want.Header().Get("ETag") {
				t.Fatalf("%v\nGET %s from the cache = %d %s\nfrom Google = %d %s", sheet.Values, target, got.Code, got.Body, want.Code, want.Body)
			}
			if want.Code != http.StatusOK {
				continue
			}
			all, page := decodeRows(t, uncached.do("GET", "/sheets/S?values="+values, "")), decodeRows(t, got)
			from := min(offset, len(all))
			if diff := cmp.Diff(all[from:min(from+limit, len(all))], page); diff != "" {
				t.Fatalf("%v\nGET %s (-want +got):\n%s", sheet.Values, target, diff)
			}
		}
	}
}

func decodeRows(t testing.TB, answer *httptest.ResponseRecorder) (rows []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(answer.Body.Bytes(), &rows); err != nil || rows == nil {
		t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
	}
	return rows
}
