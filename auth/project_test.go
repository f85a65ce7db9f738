package auth

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestProject checks that the project is fetched once, without any caller waiting.
func TestProject(t *testing.T) {
	tests := []struct {
		name, answer, want string
		calls              int32 // in a minute
	}{
		{"a project", "demo-project", "demo-project", 1},
		{"an old project, with its domain", "example.com:demo", "example.com:demo", 1},
		{"a page", "<html>", "", 1},
		{"a line break", "demo\n{}", "", 1},
		{"nothing", "", "", 1},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			useMetadataServer(t)
			var calls atomic.Int32
			p := newTestTransport(t, Config{Base: inMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == projectPath {
					calls.Add(1)
				}
				time.Sleep(time.Second)
				w.Header().Set(flavorHeader, flavor)
				fmt.Fprint(w, tt.answer)
			}))})
			start := time.Now()
			if got := p.Project(); got != "" || time.Since(start) > 0 {
				t.Errorf("Project() = %q after %v, want nothing at once", got, time.Since(start))
			}
			for range 60 {
				time.Sleep(time.Second)
				synctest.Wait()
				p.Project()
			}
			if got := p.Project(); got != tt.want || calls.Load() != tt.calls {
				t.Errorf("Project() = %q after %d calls, want %q after %d", got, calls.Load(), tt.want, tt.calls)
			}
		})
	}
}

// TestExcessIsNotPrinted checks that what a metadata server sends after its response is
// not printed: net/http does so for connections that it keeps.
func TestExcessIsNotPrinted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		reader := bufio.NewReader(conn)
		if _, err := http.ReadRequest(reader); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nMetadata-Flavor: Google\r\nContent-Length: 4\r\n\r\nbodysecret-excess")
		_, _ = io.Copy(io.Discard, reader) // until the client closes, after it has printed
	}()
	var printed bytes.Buffer
	log.SetOutput(&printed)
	defer log.SetOutput(os.Stderr)
	m := newMetadataServer(listener.Addr().String(), nil, nil)
	if body, err := m.get(t.Context(), "/x"); err != nil || string(body) != "body" {
		t.Fatalf("get() = %q, %v", body, err)
	}
	<-ended
	if strings.Contains(printed.String(), "secret") {
		t.Errorf("printed %q", printed.String())
	}
}
