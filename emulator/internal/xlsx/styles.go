package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// BuiltinPatterns are the number formats that a file has by number only
// (ECMA-376 part 1, 18.8.30), in en_US.
var BuiltinPatterns = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
	14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm am/pm", 19: "h:mm:ss am/pm",
	20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
	45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 48: "0.00E+00",
}

// firstCustomFormat is the first number that a file may use for a format of its own.
const firstCustomFormat = 164

// styles is the part with the formats of cells, to which number formats are added.
type styles struct {
	src      []byte
	patterns map[int]string // by number of the format
	formats  []cellFormat   // of the styles of cells, in order; new ones at the end
	known    int            // how many the file has
	made     map[styleKey]int
	numbers  map[string]int // of the formats that were added
}

// cellFormat is a style of cells, an element xf.
type cellFormat struct {
	format int
	raw    []byte
}

type styleKey struct {
	base    int
	pattern string
}

// readStyles reads the part; one that is missing has no styles.
func readStyles(src []byte) (*styles, error) {
	s := &styles{src: src, patterns: map[int]string{}, made: map[styleKey]int{}, numbers: map[string]int{}}
	inCells := false
	r := rewriter{
		element: func(e *xml.StartElement) verdict {
			switch e.Name.Local {
			case "numFmt":
				if code, ok := attr(*e, "formatCode"); ok {
					s.patterns[number(e, "numFmtId")] = code
				}
			case "cellXfs":
				inCells = true
			case "cellStyles", "dxfs", "cellStyleXfs":
				inCells = false
			case "xf":
				if inCells {
					return replace
				}
			}
			return keep
		},
		whole: func(e xml.StartElement, raw []byte) ([]byte, error) {
			s.formats = append(s.formats, cellFormat{number(&e, "numFmtId"), raw})
			return nil, nil
		},
	}
	_, err := r.rewrite(src)
	s.known = len(s.formats)
	return s, err
}

// pattern returns the number format of a style.
func (s *styles) pattern(style int) string {
	if style >= len(s.formats) {
		return ""
	}
	id := s.formats[style].format
	if code, ok := s.patterns[id]; ok {
		return code
	}
	return BuiltinPatterns[id]
}

// with returns a style that is like another one, with a number format. An empty pattern
// changes nothing.
func (s *styles) with(base int, pattern string) int {
	if pattern == "" || s.src == nil || base >= len(s.formats) || s.pattern(base) == pattern {
		return base
	}
	key := styleKey{base, pattern}
	if made, ok := s.made[key]; ok {
		return made
	}
	id, ok := s.numbers[pattern]
	if !ok {
		id = firstCustomFormat
		for s.patterns[id] != "" {
			id++
		}
		s.numbers[pattern], s.patterns[id] = id, pattern
	}
	s.made[key] = len(s.formats)
	s.formats = append(s.formats, cellFormat{id, restyled(s.formats[base].raw, id)})
	return s.made[key]
}

// restyled returns an xf element with another number format.
func restyled(raw []byte, format int) []byte {
	r := rewriter{element: func(e *xml.StartElement) verdict {
		if e.Name.Local != "xf" {
			return keep
		}
		setAttr(e, "numFmtId", strconv.Itoa(format))
		setAttr(e, "applyNumberFormat", "1")
		return changed
	}}
	out, err := r.rewrite(raw)
	if err != nil { // it was read without an error before
		return raw
	}
	return out
}

// rewrite returns the part with what was added.
func (s *styles) rewrite() ([]byte, error) {
	if len(s.formats) == s.known {
		return s.src, nil
	}
	r := rewriter{
		element: func(e *xml.StartElement) verdict {
			if e.Name.Local == "numFmts" || e.Name.Local == "cellXfs" {
				return replace
			}
			return keep
		},
		whole: func(e xml.StartElement, raw []byte) ([]byte, error) {
			if e.Name.Local == "numFmts" {
				return s.withFormats(e, raw), nil
			}
			setAttr(&e, "count", strconv.Itoa(len(s.formats)))
			var added [][]byte
			for _, f := range s.formats[s.known:] {
				added = append(added, f.raw)
			}
			inner := raw[bytes.IndexByte(raw, '>')+1:]
			return appendChild(slices.Concat([]byte(startTag(e, false)), inner), string(bytes.Join(added, nil))), nil
		},
	}
	out, err := r.rewrite(s.src)
	if err != nil || bytes.Contains(out, []byte("numFmts")) {
		return out, err
	}
	// The list of number formats is the first in the part.
	return s.insertFormats(out), nil
}

// withFormats returns the list of number formats with those that were added.
func (s *styles) withFormats(e xml.StartElement, raw []byte) []byte {
	setAttr(&e, "count", strconv.Itoa(number(&e, "count")+len(s.numbers)))
	inner := raw[bytes.IndexByte(raw, '>')+1:]
	if len(inner) == 0 { // <numFmts/>
		inner = []byte("</" + tagName(e.Name) + ">")
	}
	return appendChild(slices.Concat([]byte(startTag(e, false)), inner), s.formatElements(e.Name))
}

// insertFormats adds a list of number formats to a part that has none.
func (s *styles) insertFormats(src []byte) []byte {
	in := readTokens(src)
	for {
		token, _, err := in.next()
		if err != nil {
			return src
		}
		if x, ok := token.(xml.StartElement); ok {
			name := xml.Name{Space: x.Name.Space, Local: "numFmts"}
			list := fmt.Sprintf(`<%s count="%d">%s</%[1]s>`, tagName(name), len(s.numbers), s.formatElements(name))
			at := in.dec.InputOffset()
			return slices.Concat(src[:at], []byte(list), src[at:])
		}
	}
}

// formatElements are the number formats that were added.
func (s *styles) formatElements(list xml.Name) string {
	var out bytes.Buffer
	for _, pattern := range slices.Sorted(maps.Keys(s.numbers)) {
		e := xml.StartElement{Name: xml.Name{Space: list.Space, Local: "numFmt"}}
		setAttr(&e, "numFmtId", strconv.Itoa(s.numbers[pattern]))
		setAttr(&e, "formatCode", pattern)
		out.WriteString(startTag(e, true))
	}
	return out.String()
}
