package terminal

import (
	"context"
	"fmt"
	"log/slog"

	"example.com/sheets-function/cmd/local/traffic"
)

// note holds fields of the function's own log line of a request.
type note struct {
	rows int
	err  string
}

// LogHandler returns a handler for the function's log. The fields of a request's line
// complete the line that the printer writes; of other lines, warnings and errors are printed.
func (p *Printer) LogHandler() slog.Handler { return logHandler{printer: p} }

type logHandler struct {
	printer *Printer
	attrs   []slog.Attr
}

// Enabled reports whether a line of the level is used.
func (h logHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle notes what a line says of its request, or prints it.
func (h logHandler) Handle(ctx context.Context, line slog.Record) error {
	attrs := h.attrs
	line.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
	h.printer.mu.Lock()
	defer h.printer.mu.Unlock()
	number := traffic.NumberOf(ctx)
	if number > 0 && isRequest(attrs) {
		known := h.printer.entryLocked(number)
		for _, a := range attrs {
			switch a.Key {
			case "rows":
				known.note.rows = int(a.Value.Resolve().Int64())
			case "error":
				known.note.err = a.Value.Resolve().String()
			}
		}
		return nil
	}
	if line.Level >= slog.LevelWarn {
		h.printer.writeLocked(h.printer.style.message(line.Level, line.Message, attrs))
	}
	return nil
}

// isRequest reports whether the fields are those of the line of a request.
func isRequest(attrs []slog.Attr) bool {
	for _, a := range attrs {
		if a.Key == "httpRequest" {
			return true
		}
	}
	return false
}

// WithAttrs returns a handler that adds fields to each line.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	return h
}

// WithGroup returns the handler itself: the function's log has no groups around lines.
func (h logHandler) WithGroup(string) slog.Handler { return h }

// message returns a line of the log that does not belong to a request.
func (s style) message(level slog.Level, text string, attrs []slog.Attr) string {
	color := yellow
	if level >= slog.LevelError {
		color = red
	}
	out := s.paint(color, level.String()) + " " + clean(text, maxDetail)
	for _, a := range attrs {
		out += s.paint(dim, fmt.Sprintf(" %s=%s", a.Key, clean(a.Value.Resolve().String(), maxDetail)))
	}
	return out + "\n"
}
