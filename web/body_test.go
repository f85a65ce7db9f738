package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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
				got, release, err := bodies.Read(httptest.NewRecorder(), r)
				if tt.status == 0 {
					if err != nil || string(got) != tt.body {
						t.Fatalf("Read() = %q, %v, want %q", got, err, tt.body)
					}
					release()
					continue
				}
				e, ok := errors.AsType[*Error](err)
				if !ok || e.Status != tt.status || !strings.Contains(e.Detail, tt.detail) {
					t.Errorf("Read() = %+v, want %d %q", err, tt.status, tt.detail)
				}
				if errors.Is(err, ErrBodyCut) != tt.cut {
					t.Errorf("errors.Is(%v, ErrBodyCut) = %v, want %v", err, !tt.cut, tt.cut)
				}
			}
		})
	}
}

// pausedBody returns a body whose text has arrived and whose end has not, and a
// function that ends it.
func pausedBody(text string) (body io.Reader, end func()) {
	r, w := io.Pipe()
	return io.MultiReader(strings.NewReader(text), r), func() { _ = w.Close() }
}

// TestBodiesAtOnce checks that bodies take memory for what has arrived of them, and
// that the start of each has memory of its own.
func TestBodiesAtOnce(t *testing.T) {
	const large = 256 << 10
	tests := []struct {
		name     string
		others   []int // bytes that have arrived of other bodies, which go on
		announce int64 // their Content-Length; -1 is unknown
		length   int
		status   int // 0 is none
	}{
		{"alone", nil, 0, large, 0},
		{"beside 50 that have sent 8 bytes in chunks", slices.Repeat([]int{8}, 50), -1, large, 0},
		{"beside 50 that have announced the longest", slices.Repeat([]int{8}, 50), large, large, 0},
		{"beside one that holds all", []int{large}, -1, large, 503},
		{"a small one beside one that holds all", []int{large}, -1, firstPart / 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bodies := NewBodies(large, large)
				read := func(body io.Reader, length int64) (func(), error) {
					r := httptest.NewRequest("POST", "/", body)
					r.ContentLength = length
					_, release, err := bodies.Read(httptest.NewRecorder(), r)
					return release, err
				}
				for _, n := range tt.others {
					body, end := pausedBody(strings.Repeat("x", n-1))
					defer end()
					go func() {
						if release, err := read(body, tt.announce); err == nil {
							release()
						}
					}()
				}
				synctest.Wait()
				release, err := read(strings.NewReader(strings.Repeat("x", tt.length)), int64(tt.length))
				if tt.status == 0 {
					if err != nil {
						t.Fatalf("Read() = %v, want nil", err)
					}
					release()
					return
				}
				if e, ok := errors.AsType[*Error](err); !ok || e.Status != tt.status || e.Code != CodeOverloaded || e.RetryAfter == 0 {
					t.Errorf("Read() = %+v, want 503 overloaded with a RetryAfter", err)
				}
			})
		})
	}
}

func TestBodyEncodings(t *testing.T) {
	zip := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	tests := []struct {
		name, encoding, body string
		status               int // 0 is the body "text"
	}{
		{"identity", "identity", "text", 0},
		{"gzip", "gzip", zip("text"), 0},
		{"gzip, by its old name and in capitals", "X-GZIP", zip("text"), 0},
		{"gzip that is longer once inflated", "gzip", zip(strings.Repeat("x", 5000)), 413},
		{"not gzip", "gzip", "text", 400},
		{"gzip that is cut", "gzip", zip("text")[:20], 400},
		{"twice", "gzip, gzip", zip(zip("text")), 415},
		{"Brotli", "br", "text", 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bodies := NewBodies(4096, 4096)
			for range 3 { // what one holds is released
				r, w := httptest.NewRequest("POST", "/", strings.NewReader(tt.body)), httptest.NewRecorder()
				r.Header.Set("Content-Encoding", tt.encoding)
				content, release, err := bodies.Read(w, r)
				if tt.status == 0 {
					if err != nil || string(content) != "text" {
						t.Fatalf("Read() = %q, %v", content, err)
					}
					release()
				} else if AsError(err).Status != tt.status || (tt.status == 415) != (w.Header().Get("Accept-Encoding") == "gzip") {
					t.Errorf("Read() = %v, Accept-Encoding %q, want %d", err, w.Header().Get("Accept-Encoding"), tt.status)
				}
			}
		})
	}
}

// TestSlowBody checks that a body which trickles in ends with the request's time.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bodies := NewBodies(1<<20, 1<<20)
		a := newAPI(t, func(c *Config) {
			c.Timeout = 10 * time.Second
			c.Routes = append(c.Routes, Route{Pattern: "POST /", Serve: func(w http.ResponseWriter, r *http.Request) error {
				_, release, err := bodies.Read(w, r)
				if err != nil {
					return err
				}
				release()
				return nil
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
		{"application/x-www-form-urlencoded; charset=utf8", append(both[:2:2], FormType), FormType},
		{"text/csv; charset=utf8", both, "text/csv"},
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
