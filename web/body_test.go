package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

func TestBodies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		body   string
		cut    bool // the connection ends after the body
		length int64
		status int // of the error; 0 is none
		detail string
	}{
		{"none", "", false, 0, 0, ""},
		{"the longest", "12345678", false, 8, 0, ""},
		{"the longest, of unknown length", "12345678", false, -1, 0, ""},
		{"too long", "123456789", false, 9, 413, "longer than 8 bytes"},
		{"too long, of unknown length", "123456789", false, -1, 413, "longer than 8 bytes"},
		{"cut off", "1", true, 8, 400, "did not arrive whole"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bodies := NewBodies(8, 8)
			for range 2 { // the second needs the memory of the first
				var content io.Reader = strings.NewReader(tt.body)
				if tt.cut {
					content = io.MultiReader(content, iotest.ErrReader(io.ErrUnexpectedEOF))
				}
				r := httptest.NewRequest("POST", "/", content)
				r.ContentLength = tt.length
				body, release, err := bodies.Open(httptest.NewRecorder(), r)
				if err != nil {
					t.Fatal(err)
				}
				_, err = io.ReadAll(body)
				release()
				if tt.status == 0 {
					if err != nil {
						t.Errorf("read = %v, want nil", err)
					}
					continue
				}
				e, ok := errors.AsType[*Error](err)
				if !ok || e.Status != tt.status || !strings.Contains(e.Detail, tt.detail) {
					t.Errorf("read = %+v, want %d %q", err, tt.status, tt.detail)
				}
				if errors.Is(err, ErrBodyCut) != tt.cut {
					t.Errorf("errors.Is(%v, ErrBodyCut) = %v, want %v", err, !tt.cut, tt.cut)
				}
			}
		})
	}
}

func TestBodiesAtOnce(t *testing.T) {
	bodies := NewBodies(8, 16)
	open := func(length int64) (func(), error) {
		r := httptest.NewRequest("POST", "/", strings.NewReader("x"))
		r.ContentLength = length
		_, release, err := bodies.Open(httptest.NewRecorder(), r)
		return release, err
	}
	first, err := open(-1) // of unknown length, so the longest
	if err != nil {
		t.Fatal(err)
	}
	second, err := open(1000) // too long, so cut at the longest
	if err != nil {
		t.Fatal(err)
	}
	defer second()
	_, err = open(1)
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != 503 || e.Code != CodeOverloaded || e.RetryAfter == 0 {
		t.Errorf("Open() beside full memory = %+v, want 503 overloaded with a RetryAfter", err)
	}
	first()
	third, err := open(8)
	if err != nil {
		t.Fatalf("Open() after one was released = %v", err)
	}
	third()
}

// TestSlowBody checks that a body which trickles in ends with the request's time.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bodies := NewBodies(1<<20, 1<<20)
		a := newAPI(t, func(c *Config) {
			c.Timeout = 10 * time.Second
			c.Routes = append(c.Routes, Route{Pattern: "POST /", Serve: func(w http.ResponseWriter, r *http.Request) error {
				body, release, err := bodies.Open(w, r)
				if err != nil {
					return err
				}
				defer release()
				_, err = io.Copy(io.Discard, body)
				return err
			}})
		})
		conn := dial(t, a)
		go func() {
			if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 1000\r\n\r\n"); err != nil {
				return
			}
			for {
				if _, err := io.WriteString(conn, " "); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		start := time.Now()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); resp.StatusCode != 400 || took != 10*time.Second {
			t.Errorf("%d after %v, want 400 after 10 s", resp.StatusCode, took)
		}
		_ = conn.Close()
		time.Sleep(2 * time.Second) // the sender sees that the connection is closed
	})
}

func TestMediaType(t *testing.T) {
	both := []string{"application/json", "text/csv"}
	for _, tt := range []struct {
		given    string
		accepted []string
		want     string // "" is an error
	}{
		{"", both, "application/json"},
		{"application/json", both, "application/json"},
		{"Application/JSON; charset=UTF-8", both, "application/json"},
		{"application/x-www-form-urlencoded", both, "application/json"},
		{"text/csv; header=present", both, "text/csv"},
		{"text/csv", both[:1], ""},
		{"multipart/form-data; boundary=x", both, ""},
		{"///", both, ""},
		{"application/json; charset=latin1", both, ""},
		{"text/csv; charset=utf-16", both, ""},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", tt.given)
		got, err := MediaType(r, tt.accepted...)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("MediaType(%q) = %q, %v, want %q", tt.given, got, err, tt.want)
		}
		if err != nil && (!strings.Contains(err.Error(), strings.Join(tt.accepted, " or ")) || AsError(err).Status != 400) {
			t.Errorf("MediaType(%q) = %v, want 400 that names what to send", tt.given, err)
		}
	}
}
