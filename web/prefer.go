package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxPreferences is how many preferences of a request are read; no client sends more.
const maxPreferences = 50

// Preferences are those of a request's header Prefer by their names,
// https://www.rfc-editor.org/rfc/rfc7240. The value of one that has none is "".
type Preferences map[string]string

// ParsePrefer returns the preferences of a request that are among accepted, which holds
// for each name the values that it may have, or [AnyNumber]. An accepted preference with
// another value is an [*Error] with the status 400, and so is an unknown one together with
// handling=strict; otherwise unknown ones are left out. The first of two with one name
// counts.
func ParsePrefer(header http.Header, accepted map[string][]string) (Preferences, error) {
	found := Preferences{}
	var unknown string
	parts := strings.SplitN(strings.Join(header.Values("Prefer"), ","), ",", maxPreferences+1)
	if len(parts) > maxPreferences {
		return nil, BadRequest("Prefer holds more than %d preferences", maxPreferences)
	}
	for _, part := range parts {
		name, value := parsePreference(part)
		if _, twice := found[name]; twice || name == "" {
			continue
		}
		values, ok := accepted[name]
		switch {
		case !ok && unknown == "":
			unknown = name
		case ok && !permitted(values, value):
			return nil, &Error{
				Code: CodeBadRequest, Status: http.StatusBadRequest,
				Detail: fmt.Sprintf("Prefer: %.50s=%.100s: want %s", name, value, strings.Join(values, " or ")),
				Hint:   similar("Prefer: "+name+"=", meantValue(value, values)),
			}
		case ok:
			found[name] = value
		}
	}
	if unknown != "" && found["handling"] == "strict" {
		names := slices.Sorted(maps.Keys(accepted))
		return nil, &Error{
			Code: CodeBadRequest, Status: http.StatusBadRequest,
			Detail: fmt.Sprintf("Prefer: %.100s with handling=strict: this route accepts %s", unknown, strings.Join(names, ", ")),
			Hint:   similar("the preference is named ", nearest(unknown, names)),
		}
	}
	return found, nil
}

// meantValue returns the value of a preference that is meant by another; "" if it is not
// known.
func meantValue(value string, values []string) string {
	if len(values) == 1 && values[0] != AnyNumber {
		return values[0]
	}
	return nearest(value, values)
}

// AnyNumber permits whole numbers from 0 as the value of a preference.
const AnyNumber = "a whole number"

func permitted(values []string, value string) bool {
	if slices.Contains(values, AnyNumber) {
		_, err := strconv.ParseUint(value, 10, 31)
		return err == nil
	}
	return slices.Contains(values, value)
}

// parsePreference splits name=value, with the value in quotes or not, and leaves out
// parameters after a semicolon, which no preference of this package's users has.
func parsePreference(text string) (name, value string) {
	text, _, _ = strings.Cut(text, ";")
	name, value, _ = strings.Cut(text, "=")
	return strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)
}

// Number returns the value of a preference with [AnyNumber]; 0 if it is not given.
func (p Preferences) Number(name string) int {
	n, _ := strconv.Atoi(p[name])
	return n
}

// SetApplied sets the header Preference-Applied of a response to those of the names that
// the request gave.
func (p Preferences) SetApplied(header http.Header, names ...string) {
	var applied []string
	for _, name := range names {
		if value, given := p[name]; given {
			applied = append(applied, name+"="+value)
		}
	}
	if len(applied) > 0 {
		header.Set("Preference-Applied", strings.Join(applied, ", "))
	}
}
