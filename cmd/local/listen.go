package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// listen refuses addresses other than loopback: neither the emulator nor a
// function that lets anyone in belongs on a network.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: want host:port, such as 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: only loopback addresses are served", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: the port is in use; end the other program, or take another: -addr %s for the function, SHEETS_EMULATOR_HOST=%[2]s for the emulator", addr, net.JoinHostPort(host, "0"))
	}
	return listener, err
}

func serve(listener net.Listener, h http.Handler) *http.Server {
	server := &http.Server{Handler: onlyLoopback(h), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "local:", err)
		}
	}()
	return server
}

// onlyLoopback refuses requests whose Host is not this machine. A page of another site
// can let its own name resolve to 127.0.0.1 (DNS rebinding), and would read the answers
// as its own.
func onlyLoopback(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, fmt.Sprintf("Host %.100q: only requests to localhost and loopback addresses are served", r.Host), http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// shutDown lets running requests finish: the function first, then Google.
func shutDown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
	}
	return nil
}
