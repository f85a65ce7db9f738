package web

import (
	"cmp"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Prefers reports whether the header Accept prefers media to fallback, both media
// types, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1. A client that
// accepts both alike gets media if it names it and not fallback.
func Prefers(header http.Header, media, fallback string) bool {
	const maxParts = 50 // no client sends more
	weights := map[string]float64{}
	parts := strings.SplitN(strings.Join(header.Values("Accept"), ","), ",", maxParts+1)
	for _, part := range parts[:min(len(parts), maxParts)] {
		name, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil {
			weight = 1
		}
		weights[name] = weight
	}
	wanted, named := weights[media]
	other, otherNamed := weights[fallback]
	family, _, _ := strings.Cut(fallback, "/")
	known := otherNamed
	for _, wider := range []string{family + "/*", "*/*"} {
		if !known {
			other, known = weights[wider]
		}
	}
	return named && wanted > 0 && (wanted > other || wanted == other && !otherNamed)
}

// NoCache reports whether the client wants a response that is not from a cache,
// https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1.4.
func NoCache(header http.Header) bool {
	for directive := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(directive), "no-cache") {
			return true
		}
	}
	return false
}

// NoneMatch reports whether If-None-Match lets a response with this ETag be sent
// whole, https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2. Weak and strong
// tags compare alike; no tag may hold a comma.
func NoneMatch(header http.Header, etag string) bool {
	for tag := range strings.SplitSeq(strings.Join(header.Values("If-None-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return false
		}
	}
	return true
}

// Attachment returns the Content-Disposition of a file with this title, which may
// be any text, https://www.rfc-editor.org/rfc/rfc6266#appendix-D. The name is given
// twice where it is not ASCII.
func Attachment(title, extension string) string {
	const maxLength = 100 // characters: any of them fit into a header
	runes := []rune(title)
	title = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || strings.ContainsRune(`/\:*?"<>|%`, c) { // folders, and what clients replace
			return '_'
		}
		return c
	}, string(runes[:min(len(runes), maxLength)]))
	name := cmp.Or(strings.TrimSpace(title), "download") + "." + extension
	ascii := strings.Map(func(c rune) rune {
		if c > unicode.MaxASCII {
			return '_'
		}
		return c
	}, name)
	parameters := map[string]string{"filename": ascii}
	if ascii != name {
		parameters["filename*"] = "UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return mime.FormatMediaType("attachment", parameters)
}
