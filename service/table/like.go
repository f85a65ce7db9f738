package table

import (
	"strings"
	"unicode/utf8"
)

// likePattern is a pattern of [OpLike]: the parts between its wildcards, which follow each
// other in the text. The first one is at the start of the text, and the last at its end.
type likePattern struct {
	parts []likePart
	fold  bool
	steps int
}

// likePart is a text in which anyRune is any character.
type likePart struct {
	text  string
	runes []rune // nil where there is no anyRune
}

// anyRune is not a character of any text.
const anyRune = utf8.MaxRune + 1

// newLikePattern parses a pattern. It reports false if the text ends in a backslash.
func newLikePattern(text string, fold bool) (p *likePattern, ok bool) {
	if fold {
		text = strings.ToLower(text)
	}
	p = &likePattern{fold: fold, steps: 4}
	var part []rune
	escaped := false
	for _, c := range text {
		switch {
		case escaped:
			part, escaped = append(part, c), false
		case c == '\\':
			escaped = true
		case c == '_':
			part = append(part, anyRune)
		case (c == '*' || c == '%') && len(part) == 0 && len(p.parts) > 0:
			// Several wildcards are one: each would take time without taking text.
		case c == '*' || c == '%':
			p.add(part)
			part = nil
		default:
			part = append(part, c)
		}
	}
	p.add(part)
	return p, !escaped
}

func (p *likePattern) add(runes []rune) {
	part := likePart{text: string(runes)}
	for _, c := range runes {
		if c == anyRune {
			part.runes = runes
			p.steps = max(p.steps, 4*len(runes))
		}
	}
	p.parts = append(p.parts, part)
}

// cost counts the characters of the longest part with an anyRune, which is compared at each
// place of the text.
func (p *likePattern) cost() int { return p.steps }

func (p *likePattern) match(text string) bool {
	if p.fold {
		text = strings.ToLower(text)
	}
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	size, ok := first.prefix(text)
	if !ok || len(p.parts) == 1 {
		return ok && size == len(text)
	}
	text = text[size:]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		// The first place is as good as any: what follows it can only be longer.
		if size, ok = part.search(text); !ok {
			return false
		}
		text = text[size:]
	}
	return last.suffix(text)
}

// prefix reports whether the text begins with the part, and how many bytes that are.
func (l likePart) prefix(text string) (size int, ok bool) {
	if l.runes == nil {
		return len(l.text), strings.HasPrefix(text, l.text)
	}
	for _, want := range l.runes {
		got, n := utf8.DecodeRuneInString(text[size:])
		if n == 0 || got != want && want != anyRune {
			return 0, false
		}
		size += n
	}
	return size, true
}

// search returns where the first occurrence of the part in the text ends.
func (l likePart) search(text string) (end int, ok bool) {
	if l.runes == nil {
		at := strings.Index(text, l.text)
		return at + len(l.text), at >= 0
	}
	for at := range text {
		if size, ok := l.prefix(text[at:]); ok {
			return at + size, true
		}
	}
	return 0, false
}

// suffix reports whether the text ends with the part.
func (l likePart) suffix(text string) bool {
	if l.runes == nil {
		return strings.HasSuffix(text, l.text)
	}
	at := len(text)
	for range l.runes {
		_, n := utf8.DecodeLastRuneInString(text[:at])
		at -= n
	}
	size, ok := l.prefix(text[at:])
	return ok && at+size == len(text)
}
