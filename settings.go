package function

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kelseyhightower/envconfig"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/web"
)

// Settings are read from the environment. Each variable is one field; a fork
// adds its own here.
type Settings struct {
	// SpreadsheetID is the spreadsheet behind the API. Required.
	SpreadsheetID SpreadsheetID `envconfig:"SPREADSHEET_ID" example:"https://docs.google.com/spreadsheets/d/1a2B3c4D5e6F/edit"`
	// Callers says who may call. Required, and without a default, so that
	// no spreadsheet is opened to all by accident.
	Callers auth.Callers `envconfig:"CALLERS" example:"iam"`
	// Audience of the callers' tokens; required where Callers are e-mails, and where
	// they are iap: then it is the service as Identity-Aware Proxy names it,
	// /projects/NUMBER/locations/REGION/services/SERVICE.
	Audience Audience `envconfig:"AUDIENCE" example:"https://sheets-function-abc123-uc.a.run.app"`
	// Subject is the Workspace user to act as; empty is the service account.
	Subject Email `envconfig:"SUBJECT" example:"person@your-domain.com"`
	// Impersonate is the service account to act as; empty is the platform's.
	Impersonate Email `envconfig:"IMPERSONATE" example:"sheets@project.iam.gserviceaccount.com"`
	// Scopes of the access token.
	Scopes auth.Scopes `envconfig:"SCOPES" default:"drive,spreadsheets" example:"drive,spreadsheets"`
	// CacheTTL is how long rows are served from memory; 0 reads them for each request.
	CacheTTL TTL `envconfig:"CACHE_TTL" default:"2s" example:"2s"`
	// ReadsPerMinute and WritesPerMinute are Google's quota for the service account,
	// which instances that write share by turns.
	ReadsPerMinute  PerMinute `envconfig:"READS_PER_MINUTE" default:"60" example:"60"`
	WritesPerMinute PerMinute `envconfig:"WRITES_PER_MINUTE" default:"60" example:"60"`
	// Origins are the sites whose pages may call from a browser; empty is none,
	// and "*", all, goes with CALLERS=anyone only: where callers are known, so are
	// the pages that they use. A platform that checks callers, as Cloud Run does
	// for CALLERS=iam, refuses preflights before they get here, because browsers
	// send no token with them; there let the function check callers, by e-mail.
	Origins web.Origins `envconfig:"ORIGINS" example:"https://app.example.com,http://localhost:3000"`
	// Emulator serves all of Google's APIs in place of Google; empty is Google.
	Emulator LoopbackHost `envconfig:"SHEETS_EMULATOR_HOST" example:"127.0.0.1:8085"`
}

// ReadSettings reads the environment. Its error is a [*SettingError], or
// several joined, and quotes no value but a misspelt scope.
func ReadSettings() (Settings, error) {
	var s Settings
	err := envconfig.Process("", &s)
	if parse, ok := errors.AsType[*envconfig.ParseError](err); ok {
		return s, newSettingError(parse.FieldName, parse.Err)
	}
	if err != nil {
		return s, err
	}
	var wrong []error
	if s.SpreadsheetID == "" {
		wrong = append(wrong, newSettingError("SpreadsheetID", errNotSet))
	}
	if s.Callers.String() == "" {
		wrong = append(wrong, newSettingError("Callers", errNotSet))
	}
	if s.Callers.IAP() && !iapAudience().MatchString(string(s.Audience)) {
		e := newSettingError("Audience", errors.New("is not what Identity-Aware Proxy names the service, but CALLERS is iap"))
		e.Example = "/projects/123456789012/locations/europe-west1/services/sheets-function"
		wrong = append(wrong, e)
	} else if s.Callers.NeedsAudience() && s.Audience == "" {
		wrong = append(wrong, newSettingError("Audience", errors.New("is not set, but CALLERS names e-mail addresses: it is what their ID tokens must be made out to")))
	}
	if s.Origins.Any() && !s.Callers.Anyone() {
		wrong = append(wrong, newSettingError("Origins", errors.New("is *, but CALLERS is not anyone: name the sites whose pages may call")))
	}
	return s, errors.Join(wrong...)
}

// iapAudience matches a Cloud Run service or a backend service of a load balancer,
// https://docs.cloud.google.com/iap/docs/signed-headers-howto#verifying_the_jwt_payload.
var iapAudience = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/projects/[0-9]+/(locations/[a-z0-9-]+/services/[a-z0-9-]+|global/backendServices/[0-9]+)$`)
})

var errNotSet = errors.New("is not set")

// SettingError says what is wrong with one variable.
type SettingError struct {
	Variable string
	Err      error
	Example  string
}

func newSettingError(fieldName string, err error) *SettingError {
	tag := field(fieldName).Tag
	return &SettingError{tag.Get("envconfig"), err, tag.Get("example")}
}

func field(name string) reflect.StructField {
	field, _ := reflect.TypeFor[Settings]().FieldByName(name)
	return field
}

// defaultScopes are the scopes that the routes need.
func defaultScopes() auth.Scopes {
	scopes, _ := auth.ParseScopes(field("Scopes").Tag.Get("default")) // tests read it
	return scopes
}

// Error names the variable, what is wrong with it, and an example.
func (e *SettingError) Error() string {
	return fmt.Sprintf("%s %v; for example %s=%s", e.Variable, e.Err, e.Variable, e.Example)
}

// Unwrap returns what is wrong.
func (e *SettingError) Unwrap() error { return e.Err }

// SpreadsheetID is the ID of a spreadsheet, read from the ID or its URL.
type SpreadsheetID string

var (
	idPattern  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	urlPattern = regexp.MustCompile(`^https://(?:docs|drive)\.google\.com/(?:.*/d/|open\?id=)([A-Za-z0-9_-]+)`)
)

// UnmarshalText reads an ID, or a URL as the browser shows it.
func (id *SpreadsheetID) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	if match := urlPattern.FindStringSubmatch(value); match != nil {
		value = match[1]
	}
	switch {
	case value == "":
		return errors.New("is empty")
	case value == "e":
		return errors.New("is the link of a published copy: take the spreadsheet's own link")
	case !idPattern.MatchString(value):
		return errors.New("is neither the ID nor the URL of a spreadsheet")
	}
	*id = SpreadsheetID(value)
	return nil
}

// Audience is what callers' ID tokens are made out to; empty is none.
type Audience string

// UnmarshalText reads one audience, which is by custom a URL.
func (a *Audience) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	if strings.ContainsAny(value, " ,\t\n") {
		return errors.New("holds more than one audience")
	}
	*a = Audience(value)
	return nil
}

// Email is the address of an account; empty is none.
type Email string

// UnmarshalText reads one address.
func (e *Email) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	if address, err := mail.ParseAddress(value); value != "" && (err != nil || address.Address != value) {
		return errors.New("is not an e-mail address")
	}
	*e = Email(value)
	return nil
}

// LoopbackHost is a host:port on this machine; empty is none. No other address
// is taken, because real tokens would travel to it in the clear.
type LoopbackHost string

// UnmarshalText reads host:port, without a scheme.
func (h *LoopbackHost) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	if value == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(value)
	if err != nil || port == "" {
		return errors.New("is not host:port without a scheme")
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return errors.New("is not on loopback: tokens would leave this machine in the clear")
	}
	*h = LoopbackHost(value)
	return nil
}

func (h LoopbackHost) endpoint() string {
	if h == "" {
		return ""
	}
	return "http://" + string(h)
}

// TTL is how long something is kept.
type TTL time.Duration

// UnmarshalText reads a duration with its unit, or 0.
func (t *TTL) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil || value < 0 {
		return errors.New("is not a duration with a unit, or 0")
	}
	*t = TTL(value)
	return nil
}

// PerMinute is a number of calls a minute; 0 is Google's quota.
type PerMinute int

// UnmarshalText reads a whole number from 1 to 100000.
func (p *PerMinute) UnmarshalText(text []byte) error {
	value, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || value < 1 || value > 100_000 {
		return errors.New("is not a whole number from 1 to 100000")
	}
	*p = PerMinute(value)
	return nil
}

// LogValue returns the settings for a log line; none of them is a secret.
func (s Settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("spreadsheet_id", string(s.SpreadsheetID)),
		slog.String("callers", s.Callers.String()),
		slog.String("audience", string(s.Audience)),
		slog.String("subject", string(s.Subject)),
		slog.String("impersonate", string(s.Impersonate)),
		slog.String("scopes", s.Scopes.String()),
		slog.String("cache_ttl", time.Duration(s.CacheTTL).String()),
		slog.Int("reads_per_minute", int(s.ReadsPerMinute)),
		slog.Int("writes_per_minute", int(s.WritesPerMinute)),
		slog.String("origins", strings.Join(s.Origins, ",")),
		slog.String("emulator", string(s.Emulator)),
	)
}
