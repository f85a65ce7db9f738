package emulator

import (
	"net/http"
	"strconv"
)

// htmlError is Google's error page, shortened.
func htmlError(status int) *answer {
	text := http.StatusText(status)
	page := "<!DOCTYPE html>\n<html lang=en>\n<title>Error " + text + "!!1</title>\n<p><b>" + text + ".</b> <ins>That’s an error.</ins>\n" +
		"<p>The request could not be served. <ins>That’s all we know.</ins>\n"
	return newAnswer(status, "text/html; charset=UTF-8", []byte(page))
}

func (a *answer) send(w http.ResponseWriter, half bool) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if !half {
		w.Write(a.body)
		return
	}
	w.Write(a.body[:len(a.body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// answer is an HTTP answer, whole before its first byte is sent, so that a
// fault can cut it anywhere.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int, contentType string, body []byte) *answer {
	return &answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

func jsonAnswer(status int, body []byte) *answer {
	return newAnswer(status, "application/json; charset=UTF-8", body)
}
