package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keysHost = "https://www.googleapis.com"
	keysPath = "/oauth2/v3/certs"

	// keysInterval is the shortest time between two fetches of the keys. Without it
	// every token with an unknown key ID would cause one.
	keysInterval = 10 * time.Second
	// keysMaxStale is how long keys are used past their time while refreshing fails.
	keysMaxStale = 24 * time.Hour
)

type keySet = jose.JSONWebKeySet

// findKey returns the key with this ID, or nil if Google has none. An unknown ID
// may be that of a new key, so the keys are fetched again, at most once an interval.
func findKey(ctx context.Context, keys *cache[keySet], id string) (*jose.JSONWebKey, error) {
	cached, err := keys.get(ctx)
	if err != nil {
		return nil, err
	}
	if found := cached.value.Key(id); len(found) > 0 {
		return &found[0], nil
	}
	// An error does not matter: the cached keys are valid, and the ID is not among
	// them.
	if cached, err = keys.refetch(ctx, cached); err != nil || cached == nil {
		return nil, nil
	}
	if found := cached.value.Key(id); len(found) > 0 {
		return &found[0], nil
	}
	return nil, nil
}

func newKeyCache(endpoint string, base http.RoundTripper) *cache[keySet] {
	target, client := cmp.Or(endpoint, keysHost)+keysPath, newClient(base)
	fetch := func(ctx context.Context) (entry[keySet], error) {
		var header http.Header
		body, err := retry(ctx, func(ctx context.Context) (body []byte, err error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
			if err != nil {
				return nil, err
			}
			body, header, err = roundTrip(client, req)
			return body, err
		})
		var set keySet
		if err == nil {
			if err = json.Unmarshal(body, &set); err == nil && len(set.Keys) == 0 {
				err = errors.New("the response has no keys")
			}
		}
		if err != nil {
			return entry[keySet]{}, &Error{Op: "fetch Google's public keys", Err: err}
		}
		refreshAt := time.Now().Round(0).Add(freshness(header))
		return entry[keySet]{value: set, refreshAt: refreshAt, expiry: refreshAt.Add(keysMaxStale)}, nil
	}
	return &cache[keySet]{fetch: fetch, op: "wait for Google's public keys", interval: keysInterval}
}

// freshness returns how long a response with this header may be cached: max-age
// less Age (RFC 9111), but at least a minute and at most a day.
func freshness(h http.Header) time.Duration {
	seconds := 0
	for directive := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(directive), "max-age="); ok {
			seconds, _ = strconv.Atoi(value)
		}
	}
	age, _ := strconv.Atoi(h.Get("Age"))
	return min(max(time.Duration(seconds-age)*time.Second, time.Minute), 24*time.Hour)
}
