package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// keysInterval is the shortest time between two fetches of the keys. Without it
	// every token with an unknown key ID would cause one.
	keysInterval = 10 * time.Second
	// keysMaxStale is how long keys are used past their time while refreshing fails.
	keysMaxStale = 24 * time.Hour
)

// keySet are the keys that tokens are checked with, by ID.
type keySet map[string]*jose.JSONWebKey

// parseKeySet reads the keys of a JWK set that can be used with the algorithm. It skips
// the others, of types that are yet to come or broken, as RFC 7517 section 5 has it: one
// of them must not keep out the callers whose tokens the others have signed.
func parseKeySet(body []byte, algorithm jose.SignatureAlgorithm) (keySet, error) {
	var response struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return nil, errors.New("the response is not a JWK set")
	}
	set := keySet{}
	for _, text := range response.Keys {
		key := new(jose.JSONWebKey)
		if json.Unmarshal(text, key) == nil && usable(key, algorithm) {
			set[key.KeyID] = key
		}
	}
	if len(set) == 0 {
		return nil, fmt.Errorf("the response has no keys for %s among its %d", algorithm, len(response.Keys))
	}
	return set, nil
}

// usable reports whether the public key is for signatures with the algorithm.
func usable(key *jose.JSONWebKey, algorithm jose.SignatureAlgorithm) bool {
	const leastRSA = 2048 // bits
	if key.KeyID == "" || key.Algorithm != "" && key.Algorithm != string(algorithm) || key.Use != "" && key.Use != "sig" || !key.Valid() {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return algorithm == jose.RS256 && public.N.BitLen() >= leastRSA
	case *ecdsa.PublicKey:
		return algorithm == jose.ES256 && public.Curve == elliptic.P256()
	}
	return false
}

// findKey returns the key with this ID, or nil if Google has none. An unknown ID
// may be that of a new key, so the keys are fetched again, at most once an interval.
func findKey(ctx context.Context, keys *cache[keySet], id string) (*jose.JSONWebKey, error) {
	cached, err := keys.get(ctx)
	if err != nil {
		return nil, err
	}
	if found := cached.value[id]; found != nil {
		return found, nil
	}
	// An error does not matter: the cached keys are valid, and the ID is not among
	// them.
	if cached, err = keys.refetch(ctx, cached); err != nil || cached == nil {
		return nil, nil
	}
	return cached.value[id], nil
}

func newKeyCache(rules tokenRules, endpoint string, base http.RoundTripper) *cache[keySet] {
	target, client := rules.keys, newClient(base)
	if address, err := url.Parse(target); err == nil && endpoint != "" {
		target = endpoint + address.Path
	}
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
			set, err = parseKeySet(body, rules.algorithms[0])
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
	const most = 24 * 60 * 60
	seconds := 0
	for directive := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(directive), "max-age="); ok {
			seconds, _ = strconv.Atoi(value)
		}
	}
	age, _ := strconv.Atoi(h.Get("Age"))
	// Both may be as large as an int, which a Duration in nanoseconds does not hold.
	seconds = min(max(seconds, 0), most) - min(max(age, 0), most)
	return max(time.Duration(seconds)*time.Second, time.Minute)
}
