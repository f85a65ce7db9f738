package terminal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

const (
	maxTarget = 200  // characters of a path with its query
	maxDetail = 2000 // of what a problem says
	maxError  = 150  // of what Google's error says
)

// request returns the line of a request, and the lines of its problem.
func (s style) request(r traffic.Request, response []byte, n note, calls []emulator.Request, token *emulator.TokenInfo) string {
	var line strings.Builder
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	fmt.Fprintf(&line, "%s %s %s %s", clean(r.Method, 20), clean(target, maxTarget), s.status(r.Status, statusText(r.Status)), duration(r.Duration))
	if text := result(response, n); text != "" && r.Problem.Code == "" {
		line.WriteString(" · " + text)
	}
	if text := s.calls(calls); text != "" {
		line.WriteString(s.paint(dim, " ← ") + text)
	}
	if token != nil {
		line.WriteString(s.paint(dim, " ← "+tokenText(*token, calls)))
	}
	line.WriteByte('\n')
	if r.Problem.Code != "" {
		line.WriteString("  " + s.paint(bold+";"+red, clean(r.Problem.Code, 100)) + ": " + clean(r.Problem.Detail, maxDetail) + "\n")
	}
	if r.Problem.Hint != "" {
		line.WriteString("  " + s.paint(yellow, "hint") + ": " + clean(r.Problem.Hint, maxDetail) + "\n")
	}
	cause := strings.TrimPrefix(strings.TrimPrefix(n.err, r.Problem.Detail), ": ")
	if cause != "" && (r.Status == 0 || r.Status >= 500) {
		line.WriteString("  " + s.paint(dim, "cause: "+clean(cause, maxDetail)) + "\n")
	}
	return line.String()
}

// background returns the line of a call that no request caused. The account is the
// function's.
func (s style) background(call emulator.Request, token *emulator.TokenInfo, account string) string {
	line := s.paint(dim, "· ")
	switch {
	case call.Call == "metadata.token" && token != nil:
		return line + s.paint(dim, tokenText(*token, nil)+", for no request") + "\n"
	case token != nil && token.Principal != account:
		line += s.call(call, 1) + s.paint(dim, " by "+clean(token.Principal, 100))
	default:
		line += s.call(call, 1) + s.paint(dim, " for no request")
	}
	return line + "\n"
}

// result returns what a request read or stored.
func result(response []byte, n note) string {
	var stored struct {
		Appended, Updated, Deleted *int
		Range                      string
	}
	if json.Unmarshal(response, &stored) != nil { // rows, a file, or cut
		stored.Appended, stored.Updated, stored.Deleted = nil, nil, nil
	}
	var parts []string
	add := func(count *int, did string) {
		if count != nil {
			parts = append(parts, strings.TrimSpace(rows(*count)+" "+did))
		}
	}
	add(stored.Updated, "updated")
	add(stored.Deleted, "deleted")
	switch {
	case stored.Appended != nil && stored.Range != "":
		add(stored.Appended, clean(stored.Range, 100))
	default:
		add(stored.Appended, "appended")
	}
	if len(parts) == 0 && n.rows > 0 {
		return rows(n.rows)
	}
	return strings.Join(parts, ", ")
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func statusText(status int) string {
	if status == 0 {
		return "no response"
	}
	return fmt.Sprint(status)
}

// duration returns a time in one unit.
func duration(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
