package emulator_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

func TestQuota(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Quota: true, Now: func() time.Time { return now }})
	id := google.Create(emulator.Spreadsheet{})
	google.Share(id, "other@example.com", "writer")
	me := newUser(t, google, google.ServiceAccount(), "spreadsheets", "drive")
	other := newUser(t, google, "other@example.com", "spreadsheets")
	read := func(p user) error {
		_, err := p.sheets.Spreadsheets.Values.BatchGet(id).Ranges("A1", "A2").Do()
		return err
	}
	for i := range 60 {
		if err := read(me); err != nil {
			t.Fatalf("read %d: %v", i, err)
		}
	}
	err := read(me)
	refused, ok := errors.AsType[*googleapi.Error](err)
	if !ok || refused.Code != http.StatusTooManyRequests || refused.Header.Get("Retry-After") != "" {
		t.Fatalf("read 61 = %v, want 429 without Retry-After", err)
	}
	for _, want := range []string{
		"Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com'",
		`"quota_limit": "ReadRequestsPerMinutePerUser"`, `"quota_limit_value": "60"`, `"quota_unit": "1/min/{project}/{user}"`,
	} {
		if !strings.Contains(refused.Body, want) {
			t.Errorf("the body lacks %s:\n%s", want, refused.Body)
		}
	}
	if _, err := me.sheets.Spreadsheets.Values.Clear(id, "A1", &sheets.ClearValuesRequest{}).Do(); err != nil {
		t.Errorf("a write has its own quota: %v", err)
	}
	if err := read(other); err != nil {
		t.Errorf("another user has a quota too: %v", err)
	}
	if _, err := me.drive.Files.Get(id).Do(); err != nil {
		t.Errorf("Drive has its own quota: %v", err)
	}
	if n := len(google.Requests()); n != 64 {
		t.Errorf("%d requests are logged, want 64: the refused one too", n)
	}
	now = now.Add(time.Minute)
	if err := read(me); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	google.SetQuota(emulator.Quota{Project: 1})
	if err := read(me); err != nil {
		t.Errorf("after SetQuota: %v", err)
	}
	if err := read(other); err == nil || !strings.Contains(err.Error(), "limit 'Read requests per minute' of") {
		t.Errorf("the project's second read = %v, want 429", err)
	}
}

// TestDriveQuota: calls of Drive take units, which differ.
func TestDriveQuota(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	id := google.Create(emulator.Spreadsheet{})
	me := newUser(t, google, google.ServiceAccount(), "drive")
	calls := map[string]func() error{
		"get":    func() error { _, err := me.drive.Files.Get(id).Do(); return err },
		"list":   func() error { _, err := me.drive.Files.List().Do(); return err },
		"export": func() error { _, err := me.drive.Files.Export(id, "text/csv").Download(); return err },
		"update": func() error { _, err := me.drive.Files.Update(id, &drive.File{Name: "n"}).Do(); return err },
	}
	tests := []struct {
		name  string
		units int
	}{{"get", 5}, {"list", 100}, {"export", 200}, {"update", 50}}
	for _, tt := range tests {
		name, units := tt.name, tt.units
		google.SetQuota(emulator.Quota{DriveUser: 2*units + 4})
		for i := range 2 {
			if err := calls[name](); err != nil {
				t.Errorf("%s %d of 2 in a minute = %v", name, i+1, err)
			}
		}
		err := calls[name]()
		refused, ok := errors.AsType[*googleapi.Error](err)
		if !ok || refused.Code != http.StatusForbidden || refused.Errors[0].Reason != "userRateLimitExceeded" {
			t.Errorf("the third %s = %v, want 403 userRateLimitExceeded", name, err)
		}
	}
	google.SetQuota(emulator.Quota{DriveUser: 50})
	for range 2 { // the second is in another minute
		if err := calls["update"](); err != nil {
			t.Errorf("one update in a minute = %v", err)
		}
		now = now.Add(time.Minute)
	}
}

// TestExhaustQuota checks that a quota that another program has used up is refilled after
// a minute.
func TestExhaustQuota(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }, TokenLifetime: time.Hour})
	id := google.Create(emulator.Spreadsheet{})
	me := newUser(t, google, google.ServiceAccount(), "spreadsheets")
	read := func() error {
		_, err := me.sheets.Spreadsheets.Get(id).Do()
		return err
	}
	google.ExhaustQuota(google.ServiceAccount())
	if err := read(); err != nil {
		t.Errorf("a read without limits: %v", err)
	}
	google.SetQuota(emulator.GoogleQuota)
	google.ExhaustQuota(google.ServiceAccount())
	if err := read(); err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("a read after the quota is used up: %v, want 429", err)
	}
	now = now.Add(time.Minute)
	if err := read(); err != nil {
		t.Errorf("a read a minute later: %v", err)
	}
}
