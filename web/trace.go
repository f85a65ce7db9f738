package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// trace identifies the request within a distributed trace. The zero value is that of a
// request without one.
type trace struct {
	id      string // 32 hexadecimal digits
	span    string // 16 hexadecimal digits; "" if unknown
	sampled bool
}

var (
	traceparent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$`)
	cloudTrace  = regexp.MustCompile(`^([0-9a-f]{32})(?:/([0-9]*))?(?:;o=([0-9]*))?$`)
)

// traceOf reads the trace of a request from the W3C header, or else from Google's
// own, which is older. A malformed header is ignored.
func traceOf(header http.Header) trace {
	const maxLength = 512 // more than any version of the headers has
	if len(header.Get("Traceparent"))+len(header.Get("X-Cloud-Trace-Context")) > maxLength {
		return trace{}
	}
	if t := standardTrace(header.Get("Traceparent")); t.id != "" {
		return t
	}
	return googleTrace(header.Get("X-Cloud-Trace-Context"))
}

// standardTrace reads version-trace-span-flags; versions after 00 may have more fields,
// https://www.w3.org/TR/trace-context/#traceparent-header.
func standardTrace(text string) trace {
	m := traceparent.FindStringSubmatch(text)
	if m == nil || m[1] == "ff" || m[1] == "00" && m[5] != "" || zero(m[2]) || zero(m[3]) {
		return trace{}
	}
	flags, err := strconv.ParseUint(m[4], 16, 8)
	return trace{m[2], m[3], err == nil && flags&1 == 1}
}

// googleTrace reads trace/span;o=sampled with the span as a decimal number,
// https://cloud.google.com/trace/docs/trace-context.
func googleTrace(text string) trace {
	m := cloudTrace.FindStringSubmatch(text)
	if m == nil || zero(m[1]) {
		return trace{}
	}
	t := trace{id: m[1], sampled: m[3] == "1"}
	if span, err := strconv.ParseUint(m[2], 10, 64); err == nil && span != 0 {
		t.span = fmt.Sprintf("%016x", span)
	}
	return t
}

func zero(digits string) bool { return strings.Trim(digits, "0") == "" }

// attrs returns the fields of Cloud Logging, which takes the ID alone where the
// project is not known.
func (t trace) attrs(project func() string) []slog.Attr {
	if t.id == "" {
		return nil
	}
	name, in := t.id, os.Getenv("GOOGLE_CLOUD_PROJECT")
	if in == "" && project != nil {
		in = project()
	}
	if in != "" {
		name = "projects/" + in + "/traces/" + t.id
	}
	attrs := []slog.Attr{slog.String("logging.googleapis.com/trace", name), slog.Bool("logging.googleapis.com/trace_sampled", t.sampled)}
	if t.span != "" {
		attrs = append(attrs, slog.String("logging.googleapis.com/spanId", t.span))
	}
	return attrs
}
