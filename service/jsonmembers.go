package service

import (
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// members returns the names and values of a valid JSON object, both as JSON; of any other
// value it returns none. It exists because a sheet has up to millions of small objects:
// decoding each of them as tokens or into a struct takes several times as long.
func members(object jsontext.Value) iter.Seq2[jsontext.Value, jsontext.Value] {
	return func(yield func(name, value jsontext.Value) bool) {
		if len(object) == 0 || object[0] != '{' {
			return
		}
		for rest := skipTo(object[1:]); len(rest) > 0 && rest[0] == '"'; {
			name := rest[:valueLength(rest)]
			rest = skipTo(rest[len(name):])
			value := rest[:valueLength(rest)]
			rest = skipTo(rest[len(value):])
			if !yield(name, value) {
				return
			}
		}
	}
}

// appendElements appends the elements of a valid JSON array, which share its memory.
func appendElements(elements []jsontext.Value, array jsontext.Value) []jsontext.Value {
	for rest := skipTo(array[1:]); len(rest) > 0 && rest[0] != ']'; {
		element := rest[:valueLength(rest)]
		elements = append(elements, element)
		rest = skipTo(rest[len(element):])
	}
	return elements
}

// skipTo returns what is left from the next name or value on.
func skipTo(b jsontext.Value) jsontext.Value {
	for i, c := range b {
		if c != ' ' && c != ':' && c != ',' && c != '\n' && c != '\r' && c != '\t' {
			return b[i:]
		}
	}
	return nil
}

// valueLength returns the length of the JSON value at the beginning of b.
func valueLength(b jsontext.Value) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			if i += stringLength(b[i:]) - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // the object or array around a number or a literal ends here
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// stringLength returns the length of the JSON string at the beginning of b.
func stringLength(b jsontext.Value) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}
