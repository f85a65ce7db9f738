package auth

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
)

// inMemory returns a transport to h over pipes in memory, whatever host and
// scheme (http or https) a request names. In a synctest bubble the fake clock
// applies to all of it. Connections and their goroutines end with the test.
func inMemory(t testing.TB, h http.Handler) *http.Transport {
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	server := &http.Server{Handler: h}
	go server.Serve(l)
	transport := &http.Transport{DialContext: l.dial, DialTLSContext: l.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return transport
}

// pipeListener is a net.Listener whose connections come from its dial method.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { l.close(); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
