package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

func ExampleNewHandler() {
	greet := func(w http.ResponseWriter, r *http.Request) error {
		if len(r.PathValue("name")) > 100 {
			return BadRequest("the name is longer than 100 bytes")
		}
		return WriteJSON(w, http.StatusOK, "hello "+r.PathValue("name"))
	}
	h := NewHandler(Config{
		Routes: []Route{{Pattern: "GET /greetings/{name}", Serve: greet}},
		Logger: NewLogger(io.Discard),
	})
	for _, target := range []string{"/greetings/ada", "/greetings/ada?loud=1", "/greetings/" + strings.Repeat("x", 101)} {
		r := httptest.NewRequest("GET", target, nil)
		r.Header.Set(RequestIDHeader, "1")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 "hello ada"
	// 400 {
	//   "type": "about:blank",
	//   "title": "Bad Request",
	//   "status": 400,
	//   "detail": "unknown parameter \"loud\"; this route takes no parameters",
	//   "code": "bad-request",
	//   "message": "unknown parameter \"loud\"; this route takes no parameters",
	//   "request_id": "1"
	// }
	// 400 {
	//   "type": "about:blank",
	//   "title": "Bad Request",
	//   "status": 400,
	//   "detail": "the name is longer than 100 bytes",
	//   "code": "bad-request",
	//   "message": "the name is longer than 100 bytes",
	//   "request_id": "1"
	// }
}
