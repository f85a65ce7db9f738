package rest

import "math/rand/v2"

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// RandomText returns n random characters of the alphabet of Google's IDs and
// tokens.
func RandomText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = idLetters[rand.IntN(len(idLetters))]
	}
	return string(b)
}
