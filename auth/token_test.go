package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTokenIsNotPrinted(t *testing.T) {
	token := newToken("ya29.secret", time.Now().Add(time.Hour))
	nested := struct {
		inner Token
		ptr   *Token
		list  []any
	}{token, &token, []any{token, map[string]Token{"k": token}}}
	encoded, err := json.Marshal(map[string]any{"token": token, "nested": nested, "ptr": &token})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "token", token, "nested", nested)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "token", token, "nested", nested)
	printed := map[string]string{"JSON": string(encoded), "slog": logged.String(), "error": fmt.Errorf("x: %v", token).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed[verb] = fmt.Sprintf(verb+verb+verb, token, &token, nested)
	}
	func() {
		defer func() { printed["panic"] = fmt.Sprint(recover()) }()
		panic(token)
	}()
	for how, text := range printed {
		if strings.Contains(text, "secret") || strings.Contains(text, fmt.Sprintf("%x", "secret")) {
			t.Errorf("%s shows the token: %s", how, text)
		}
	}
}
