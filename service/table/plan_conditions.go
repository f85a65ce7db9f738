package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// CheckVersion returns an error if the edit is for other rows than those with this
// [Rows.Version]; see [WriteOptions.IfMatch].
func (e *Edit) CheckVersion(version string) error {
	for _, tag := range e.IfMatch {
		if hash, _, ok := strings.Cut(strings.TrimPrefix(tag, `"`), "-"); tag == "*" || ok && tag[0] == '"' && hash == version {
			return nil
		}
	}
	return &Error{
		Code:   Precondition,
		Detail: fmt.Sprintf("the rows of sheet %q are not those of the ETag in If-Match, so nothing was changed", e.Title),
		Hint:   "GET the rows again, with the same header and without values, check them, and send If-Match with the new ETag",
	}
}

// checkMatched returns an error if the rows are not those that a result with
// [WriteOptions.IfMatched] was about.
func (e *Edit) checkMatched(rows []*PlannedRow) error {
	if !e.Rollback && e.IfMatched == "" {
		return nil
	}
	e.Matched = digestRows(rows)
	if e.IfMatched != "" && e.IfMatched != e.Matched {
		return &Error{
			Code:   Conflict,
			Detail: fmt.Sprintf("the rows of sheet %q that match have changed since the preview, so nothing was changed", e.Title),
			Hint:   "make a new preview",
		}
	}
	return nil
}

// digestRows returns a text that differs for rows with other cells.
func digestRows(rows []*PlannedRow) string {
	hash := sha256.New()
	for _, r := range rows {
		shown := make([]any, r.width())
		for i := range shown {
			shown[i] = r.cell(i)
		}
		text, _ := json.Marshal(shown)        // cells are strings, numbers, booleans and dates
		_, _ = hash.Write(append(text, '\n')) // a hash takes everything
	}
	return hex.EncodeToString(hash.Sum(nil)[:12])
}
