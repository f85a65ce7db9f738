package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/auth"
)

// deployment serves the function, and can replace it by one with other scopes or
// without anything in memory, as the next revision on a platform does.
type deployment struct {
	options []function.Option

	mu       sync.RWMutex // guards all below
	settings function.Settings
	current  *function.Handler
}

// deploy returns the function with these settings.
func deploy(settings function.Settings, options ...function.Option) (*deployment, error) {
	handler, err := function.NewHandler(settings, options...)
	if err != nil {
		return nil, err
	}
	return &deployment{options: options, settings: settings, current: handler}, nil
}

func (d *deployment) handler() *function.Handler {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.current
}

// ServeHTTP serves a request by the function that is deployed at its beginning.
func (d *deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.handler().ServeHTTP(w, r)
}

// Scopes returns the scopes of the function's tokens, as in SCOPES.
func (d *deployment) Scopes() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.settings.Scopes.String()
}

// Redeploy replaces the function by a new one with these scopes, which has no token and
// no rows in memory. Requests in flight are finished by the old one.
func (d *deployment) Redeploy(scopes string) error {
	parsed, err := auth.ParseScopes(scopes)
	if err != nil {
		return fmt.Errorf("redeploy: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	settings := d.settings
	settings.Scopes = parsed
	next, err := function.NewHandler(settings, d.options...)
	if err != nil {
		return fmt.Errorf("redeploy: %w", err)
	}
	old := d.current
	d.settings, d.current = settings, next
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		old.Shutdown(ctx)
	}()
	return nil
}
