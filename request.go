package function

import (
	"encoding/csv"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/service/table"
)

func parseQuery(r *http.Request) (q table.Query, err error) {
	p := r.URL.Query()
	q.Values, q.Where, q.CSV, q.Anew = table.Values(p.Get("values")), p["where"], wantsCSV(r.Header), asksAnew(r.Header)
	switch q.Values {
	case "", table.Typed, table.Text, table.Formula:
	default:
		return q, badRequest("values=%.100s: want typed, text or formula", q.Values)
	}
	switch format := p.Get("format"); {
	case format == "csv", format == "json":
		q.CSV = format == "csv"
	case p.Has("format"):
		return q, badRequest("format=%.100s: want json or csv", format)
	}
	if q.Order, err = parseList(p, "order"); err != nil {
		return q, err
	}
	if q.Select, err = parseList(p, "select"); err != nil {
		return q, err
	}
	if q.Header, err = parseNumber(p, "header", 1, maxHeader); err != nil {
		return q, err
	}
	if q.Limit, err = parseNumber(p, "limit", 1, math.MaxInt); err != nil {
		return q, err
	}
	q.Offset, err = parseNumber(p, "offset", 0, math.MaxInt)
	return q, err
}

// maxHeader is the lowest row that may name the columns.
const maxHeader = 100

// parseNumber reads a whole number; one that is not given is 0.
func parseNumber(p url.Values, name string, least, most int) (int, error) {
	if !p.Has(name) {
		return 0, nil
	}
	n, err := strconv.Atoi(p.Get(name))
	switch {
	case err == nil && n >= least && n <= most:
		return n, nil
	case most == math.MaxInt:
		return 0, badRequest("%s=%.100s: want a whole number from %d", name, p.Get(name), least)
	}
	return 0, badRequest("%s=%.100s: want a whole number from %d to %d", name, p.Get(name), least, most)
}

// parseList reads names of columns between commas; one that holds a comma
// itself stands in double quotes, as in CSV.
func parseList(p url.Values, name string) ([]string, error) {
	if !p.Has(name) {
		return nil, nil
	}
	list := csv.NewReader(strings.NewReader(p.Get(name)))
	names, err := list.Read()
	if _, more := list.Read(); err != nil || more != io.EOF {
		return nil, badRequest("%s=%.100s: want columns between commas; one with a comma in its name stands in double quotes", name, p.Get(name))
	}
	return names, nil
}

func parseBool(p url.Values, name string) (bool, error) {
	switch given := p.Get(name); {
	case given == "true":
		return true, nil
	case given == "false" || !p.Has(name):
		return false, nil
	default:
		return false, badRequest("%s=%.100s: want true or false", name, given)
	}
}

// parseChange reads which rows an update or a delete is for, and how it is to be
// done.
func parseChange(r *http.Request) (w table.Write, m table.Match, err error) {
	p := r.URL.Query()
	m.Where = p["where"]
	if m.Limit, err = parseNumber(p, "limit", 1, table.MaxRows); err != nil {
		return w, m, err
	}
	w, err = parseWrite(r)
	return w, m, err
}

// maxKey is the length of an idempotency key, which is stored in a cell.
const maxKey = 255

// parseWrite reads how a write is to be done.
func parseWrite(r *http.Request) (w table.Write, err error) {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) > 0 {
		w.Key = keys[0]
	}
	if len(keys) > 1 || len(keys) == 1 && !printable(w.Key, maxKey) {
		return w, badRequest("Idempotency-Key: want one, of 1 to %d printable ASCII characters", maxKey)
	}
	p := r.URL.Query()
	if w.Header, err = parseNumber(p, "header", 1, maxHeader); err != nil {
		return w, err
	}
	w.DryRun, err = parseBool(p, "dry_run")
	return w, err
}

// printable reports whether the text is not empty, not longer, and all printable
// ASCII.
func printable(text string, longest int) bool {
	return text != "" && len(text) <= longest && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}

// parseInput reads whether rows are to be entered as if a person typed them.
func parseInput(r *http.Request, w table.Write) (entered bool, err error) {
	switch input := r.URL.Query().Get("input"); input {
	case "", "raw":
		return false, nil
	case "user_entered":
		if w.Key != "" {
			return false, badRequest("input=user_entered is not safe to repeat, so it takes no Idempotency-Key: leave out one of them")
		}
		return true, nil
	default:
		return false, badRequest("input=%.100s: want raw or user_entered", input)
	}
}

// maxConditions is how often where may be given; other parameters stand once.
const maxConditions = 20

func checkParameters(query string, known []string) error {
	given, err := url.ParseQuery(query)
	if err != nil {
		return badRequest("the query cannot be read: %v", err)
	}
	for name, values := range given {
		most := 1
		if name == "where" {
			most = maxConditions
		}
		if slices.Contains(known, name) {
			if len(values) > most {
				return badRequest("parameter %q is given %d times", name, len(values))
			}
			continue
		}
		takes := "no parameters"
		if len(known) > 0 {
			takes = strings.Join(known, ", ")
		}
		return badRequest("unknown parameter %.100q; this route takes %s", name, takes)
	}
	return nil
}

// wantsCSV reports whether the caller would rather have CSV than JSON,
// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1. Who takes both alike
// gets CSV if it is named and JSON is not.
func wantsCSV(header http.Header) bool {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(header.Values("Accept"), ","), ",") {
		media, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil {
			weight = 1
		}
		weights[media] = weight
	}
	csv, named := weights["text/csv"]
	json, ok := weights["application/json"]
	for _, wider := range []string{"application/*", "*/*"} {
		if !ok {
			json, ok = weights[wider]
		}
	}
	_, jsonNamed := weights["application/json"]
	return named && csv > 0 && (csv > json || csv == json && !jsonNamed)
}
