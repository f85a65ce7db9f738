package rest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// HTMLError returns Google's error page, shortened.
func HTMLError(status int) *Response {
	text := http.StatusText(status)
	page := "<!DOCTYPE html>\n<html lang=en>\n<title>Error " + text + "!!1</title>\n<p><b>" + text + ".</b> <ins>That’s an error.</ins>\n" +
		"<p>The request could not be served. <ins>That’s all we know.</ins>\n"
	return NewResponse(status, "text/html; charset=UTF-8", []byte(page))
}

// Complete makes the body of a response that is made while it is sent.
func (res *Response) Complete() {
	if res.Stream == nil {
		return
	}
	var buf bytes.Buffer
	res.Stream(&buf)
	res.Body, res.Stream = buf.Bytes(), nil
}

// Send writes the response. With half it panics with [http.ErrAbortHandler]
// after half of the body, which closes the connection.
func (res *Response) Send(w http.ResponseWriter, half bool) {
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	if half {
		res.Complete()
	}
	if res.Stream != nil {
		w.WriteHeader(res.Status)
		if err := res.Stream(w); err != nil {
			panic(http.ErrAbortHandler) // the client has left
		}
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(res.Body)))
	w.WriteHeader(res.Status)
	if !half {
		w.Write(res.Body)
		return
	}
	w.Write(res.Body[:len(res.Body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Response is an HTTP response. Its body is complete before the first byte is
// sent, so that a fault can cut it anywhere, unless there is a Stream, which
// writes a body that would take too much memory.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Stream func(io.Writer) error // nil = Body is all of it
}

// NewResponse returns a response with a content type.
func NewResponse(status int, contentType string, body []byte) *Response {
	return &Response{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

// JSONResponse returns a response whose body is JSON.
func JSONResponse(status int, body []byte) *Response {
	return NewResponse(status, "application/json; charset=UTF-8", body)
}

// ErrorMessage returns the message of an error response; "" for others, and for a page.
func (res *Response) ErrorMessage() string {
	if res.Status < http.StatusBadRequest {
		return ""
	}
	var api struct {
		Error struct{ Message string }
	}
	if json.Unmarshal(res.Body, &api) == nil {
		return api.Error.Message
	}
	var oauth struct { // https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
		Error       string
		Description string `json:"error_description"`
	}
	if json.Unmarshal(res.Body, &oauth) == nil {
		return cmp.Or(oauth.Description, oauth.Error)
	}
	return ""
}
