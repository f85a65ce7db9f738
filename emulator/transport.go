package emulator

import (
	"context"
	"io"
	"net"
	"net/http"
)

// Transport returns a transport that sends requests to h in HTTP/1.1 over pipes
// in memory, whatever host, port or scheme (http or https) a request has. It is
// meant for tests, also in a testing/synctest bubble: call CloseIdleConnections
// on the client (or on the transport, an [*http.Transport]) before the bubble
// ends, which ends the connections and the goroutines that serve them.
func Transport(h http.Handler) http.RoundTripper {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go (&http.Server{Handler: h}).Serve(&oneConn{conn: server})
		return client, nil
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial}
}

// oneConn is a listener that accepts a single connection. Serve then returns,
// and the connection has a goroutine of its own.
type oneConn struct{ conn net.Conn }

func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	c := l.conn
	l.conn = nil
	return c, nil
}

func (l *oneConn) Close() error { return nil }

func (l *oneConn) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }

func (pipeAddr) String() string { return "pipe" }
