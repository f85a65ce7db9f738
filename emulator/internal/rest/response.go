package rest

import (
	"net/http"
	"strconv"
)

// HtmlError is Google's error page, shortened.
func HtmlError(status int) *Answer {
	text := http.StatusText(status)
	page := "<!DOCTYPE html>\n<html lang=en>\n<title>Error " + text + "!!1</title>\n<p><b>" + text + ".</b> <ins>That’s an error.</ins>\n" +
		"<p>The request could not be served. <ins>That’s all we know.</ins>\n"
	return NewAnswer(status, "text/html; charset=UTF-8", []byte(page))
}

func (a *Answer) Send(w http.ResponseWriter, half bool) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	if !half {
		w.Write(a.Body)
		return
	}
	w.Write(a.Body[:len(a.Body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Answer is an HTTP answer, whole before its first byte is sent, so that a
// fault can cut it anywhere.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func NewAnswer(status int, contentType string, body []byte) *Answer {
	return &Answer{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

func JsonAnswer(status int, body []byte) *Answer {
	return NewAnswer(status, "application/json; charset=UTF-8", body)
}
