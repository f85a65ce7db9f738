package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// verdict is what becomes of an element.
type verdict int

const (
	keep    verdict = iota // as it is
	changed                // with the attributes that it has now
	drop                   // not at all, with all that it contains
	replace                // by what rewriter.whole returns for it
)

// rewriter copies XML. What its functions do not change stays byte for byte.
type rewriter struct {
	// element decides about an element, and may change its attributes.
	element func(e *xml.StartElement) verdict
	// text returns the new text of an element; nil = texts stay.
	text func(element, text string) string
	// whole returns what replaces an element.
	whole func(e xml.StartElement, raw []byte) ([]byte, error)
}

// tokens reads XML with the bytes of each token.
type tokens struct {
	src []byte
	dec *xml.Decoder
}

func readTokens(src []byte) *tokens {
	return &tokens{src, xml.NewDecoder(bytes.NewReader(src))}
}

// next returns a token, whose names have prefixes as they are written, and its text.
// An element that closes itself has an end whose text is empty.
func (t *tokens) next() (xml.Token, []byte, error) {
	start := t.dec.InputOffset()
	token, err := t.dec.RawToken()
	return token, t.src[start:t.dec.InputOffset()], err
}

// rest returns all that follows up to the end of the element which has just begun.
func (t *tokens) rest() ([]byte, error) {
	start := t.dec.InputOffset()
	for depth := 1; depth > 0; {
		token, _, err := t.next()
		if err != nil {
			return nil, unexpectedEnd(err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return t.src[start:t.dec.InputOffset()], nil
}

func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// rewrite returns the text with the changes.
func (r rewriter) rewrite(src []byte) ([]byte, error) {
	var out bytes.Buffer
	var open []string
	in := readTokens(src)
	for {
		token, raw, err := in.next()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			done, err := r.start(x, raw, in, &out)
			if err != nil {
				return nil, err
			}
			if done {
				continue
			}
			open = append(open, x.Name.Local)
			continue
		case xml.EndElement:
			open = open[:max(0, len(open)-1)]
		case xml.CharData:
			if r.text != nil && len(open) > 0 {
				if now := r.text(open[len(open)-1], string(x)); now != string(x) {
					raw = []byte(escape(now))
				}
			}
		}
		out.Write(raw)
	}
}

// start writes the start of an element, or all of it: then it returns true.
func (r rewriter) start(x xml.StartElement, raw []byte, in *tokens, out *bytes.Buffer) (bool, error) {
	x.Attr = slices.Clone(x.Attr)
	switch r.element(&x) {
	case changed:
		out.WriteString(startTag(x, bytes.HasSuffix(raw, []byte("/>"))))
	case drop:
		_, err := in.rest()
		return true, err
	case replace:
		rest, err := in.rest()
		if err != nil {
			return true, err
		}
		now, err := r.whole(x, append(slices.Clone(raw), rest...))
		out.Write(now)
		return true, err
	default:
		out.Write(raw)
	}
	return false, nil
}

// startTag returns the start of an element.
func startTag(x xml.StartElement, closed bool) string {
	var b strings.Builder
	b.WriteString("<" + tagName(x.Name))
	for _, a := range x.Attr {
		fmt.Fprintf(&b, ` %s="%s"`, tagName(a.Name), escape(a.Value))
	}
	if closed {
		b.WriteByte('/')
	}
	b.WriteByte('>')
	return b.String()
}

// tagName returns a name with its prefix.
func tagName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder returns no error
	return b.String()
}

// attr returns an attribute by its name without a prefix.
func attr(x xml.StartElement, name string) (string, bool) {
	for _, a := range x.Attr {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			return a.Value, true
		}
	}
	return "", false
}

// setAttr changes an attribute or adds it.
func setAttr(x *xml.StartElement, name, value string) {
	for i, a := range x.Attr {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			x.Attr[i].Value = value
			return
		}
	}
	x.Attr = append(x.Attr, xml.Attr{Name: xml.Name{Local: name}, Value: value})
}

// removeAttr removes an attribute.
func removeAttr(x *xml.StartElement, name string) {
	x.Attr = slices.DeleteFunc(x.Attr, func(a xml.Attr) bool { return a.Name.Local == name && a.Name.Space == "" })
}

// appendChild returns XML with a fragment at the end of its root element.
func appendChild(src []byte, fragment string) []byte {
	end := bytes.LastIndex(src, []byte("</"))
	if end < 0 {
		return src
	}
	return slices.Concat(src[:end], []byte(fragment), src[end:])
}
