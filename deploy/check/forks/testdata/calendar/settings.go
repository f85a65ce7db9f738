package function

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kelseyhightower/envconfig"

	"example.com/sheets-function/auth"
)

// Settings are read from the environment.
type Settings struct {
	// CalendarID is the calendar's ID, an address, which is shared with the
	// function's service account.
	CalendarID string `envconfig:"CALENDAR_ID" required:"true"`
	// Callers says who may call.
	Callers auth.Callers `envconfig:"CALLERS" required:"true"`
	// Audience of the callers' ID tokens; required where Callers are e-mails.
	Audience Audience `envconfig:"AUDIENCE"`
	// Scopes of the access token.
	Scopes auth.Scopes `envconfig:"SCOPES" default:"calendar.readonly"`
}

// Audience is what callers' ID tokens are for.
type Audience string

// ReadSettings reads the environment.
func ReadSettings() (Settings, error) {
	var s Settings
	err := envconfig.Process("", &s)
	if parse, ok := errors.AsType[*envconfig.ParseError](err); ok {
		return s, fmt.Errorf("%s %w", parse.KeyName, parse.Err)
	}
	if err == nil && s.Callers.NeedsAudience() && strings.TrimSpace(string(s.Audience)) == "" {
		err = errors.New("AUDIENCE is not set, but CALLERS names e-mail addresses")
	}
	return s, err
}
