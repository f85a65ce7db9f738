package terminal

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// calls returns calls to Google, except those that fetched a token, which the line shows
// by itself.
func (s style) calls(calls []emulator.Request) string {
	var parts []string
	for i := 0; i < len(calls); i++ {
		call := calls[i]
		if call.Call == "metadata.token" && call.Status == 200 {
			continue
		}
		times := 1
		for i+1 < len(calls) && calls[i+1].Call == call.Call && calls[i+1].Status == call.Status && calls[i+1].Decision.Refused == call.Decision.Refused {
			times++
			i++
		}
		parts = append(parts, s.call(call, times))
	}
	return strings.Join(parts, ", ")
}

// call returns a call that was made a number of times, and why it was refused.
func (s style) call(call emulator.Request, times int) string {
	name := shortName(call.Call)
	if call.Call == "" {
		name = clean(call.Method+" "+call.Path, maxTarget)
	}
	text := name + " " + s.status(call.Status, statusText(call.Status))
	if times > 1 {
		text += fmt.Sprintf(" ×%d", times)
	}
	var why []string
	if reason := refusal(call); reason != "" {
		why = append(why, reason)
	}
	if call.Fault != "" {
		_, what, _ := strings.Cut(call.Fault, ":")
		why = append(why, "fault "+clean(what, 100))
	}
	if strings.HasSuffix(call.Error, "developer metadata with that ID already exists.") {
		// The function tries this once for a spreadsheet. It also happens where another
		// instance was faster.
		why = append(why, "as expected: Google refuses a second batch with the same number")
	} else if len(why) == 0 && call.Error != "" {
		why = append(why, clean(call.Error, maxError))
	}
	if n := causes(call.Cause); n > 1 && call.Call != "metadata.token" {
		why = append(why, fmt.Sprintf("for %d requests", n))
	}
	if len(why) > 0 {
		text += " (" + strings.Join(why, "; ") + ")"
	}
	return text
}

// shortName returns the name of a call without what all calls of Sheets have in common.
func shortName(call string) string {
	short, ok := strings.CutPrefix(call, "sheets.spreadsheets.")
	if ok && short == "get" {
		return "spreadsheets.get"
	}
	return short
}

// causes returns for how many requests a call was made.
func causes(text string) (n int64) {
	for _, r := range traffic.ParseCauses(text) {
		n += r[1] - r[0] + 1
	}
	return n
}

// refusal returns why a call was refused; "" if it was not.
func refusal(call emulator.Request) string {
	d := call.Decision
	who := cmp.Or(call.Principal, "the token's owner")
	switch d.Refused {
	case emulator.CheckToken:
		return "token: missing, expired, or of a kind that Google does not accept"
	case emulator.CheckAPI:
		api, _, _ := strings.Cut(call.Call, ".")
		return "API: " + api + ".googleapis.com is disabled"
	case emulator.CheckScope:
		return "scope: needs " + strings.Join(ShortScopes(d.Accepted), " or ")
	case emulator.CheckQuota:
		return fmt.Sprintf("quota: %s, limit %d", d.Bucket, d.Limit)
	case emulator.CheckSharing:
		if d.Role == "" {
			return fmt.Sprintf("sharing: not shared with %s, which has to be %s", clean(who, 100), d.NeededRole)
		}
		return fmt.Sprintf("sharing: %s is %s and has to be %s", clean(who, 100), d.Role, d.NeededRole)
	}
	return ""
}

// ShortScopes returns scopes, which are full URLs, without what most begin with.
func ShortScopes(scopes []string) []string {
	var out []string
	for _, scope := range scopes {
		out = append(out, clean(strings.TrimPrefix(scope, "https://www.googleapis.com/auth/"), 100))
	}
	return out
}

// tokenText returns the scopes of a token, where it is from, and how long it is valid after
// the last of the calls.
func tokenText(token emulator.TokenInfo, calls []emulator.Request) string {
	at := token.Issued
	if len(calls) > 0 {
		at = calls[len(calls)-1].Time
	}
	left := token.Expiry.Sub(at)
	text := fmt.Sprintf("%d min left", int(left.Round(time.Minute).Minutes()))
	switch {
	case left <= 0:
		text = "expired"
	case left < time.Minute:
		text = fmt.Sprintf("%d s left", int(left.Seconds()))
	}
	return fmt.Sprintf("token %s (%s, %s)", cmp.Or(strings.Join(ShortScopes(token.Scopes), ","), "without scopes"), token.Source, text)
}
