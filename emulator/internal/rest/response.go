package rest

import (
	"net/http"
	"strconv"
)

// HTMLError is Google's error page, shortened.
func HTMLError(status int) *Response {
	text := http.StatusText(status)
	page := "<!DOCTYPE html>\n<html lang=en>\n<title>Error " + text + "!!1</title>\n<p><b>" + text + ".</b> <ins>That’s an error.</ins>\n" +
		"<p>The request could not be served. <ins>That’s all we know.</ins>\n"
	return NewResponse(status, "text/html; charset=UTF-8", []byte(page))
}

func (a *Response) Send(w http.ResponseWriter, half bool) {
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

// Response is an HTTP answer, whole before its first byte is sent, so that a
// fault can cut it anywhere.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

func NewResponse(status int, contentType string, body []byte) *Response {
	return &Response{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

func JSONResponse(status int, body []byte) *Response {
	return NewResponse(status, "application/json; charset=UTF-8", body)
}
