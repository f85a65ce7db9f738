package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

func appendOne(t *testing.T, me user, id string) error {
	t.Helper()
	body := &sheets.ValueRange{Values: [][]any{{"x"}}}
	_, err := me.sheets.Spreadsheets.Values.Append(id, "A1", body).ValueInputOption("RAW").Do()
	return err
}

func TestFaultStatus(t *testing.T) {
	tests := []struct {
		status int
		reason string
	}{{400, ""}, {401, ""}, {403, ""}, {404, ""}, {429, "RATE_LIMIT_EXCEEDED"}, {500, ""}, {503, ""}}
	for _, tt := range tests {
		google, id, me := writerOf(t, emulator.Spreadsheet{})
		google.Inject(emulator.Fault{Call: "sheets.spreadsheets.values.append", Times: 1, Status: tt.status})
		status, reason := refusalOf(appendOne(t, me, id))
		if status != tt.status || reason != tt.reason {
			t.Errorf("append = %d %s, want %d %s", status, reason, tt.status, tt.reason)
		}
		if n := len(google.Values(id, "Sheet1")); n != 0 {
			t.Errorf("status %d: %d rows were stored, want none", tt.status, n)
		}
		if err := appendOne(t, me, id); err != nil {
			t.Errorf("after one fault: %v, want success", err)
		}
	}
}

func TestFaultHTML(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	google.Inject(emulator.Fault{Status: 502, HTML: true})
	status, header, body := me.send(t, "GET", sheetsURL+id, "")
	if status != 502 || !strings.HasPrefix(header.Get("Content-Type"), "text/html") || !strings.HasPrefix(body, "<!DOCTYPE html>") {
		t.Errorf("= %d, %s, %q, want a 502 page", status, header.Get("Content-Type"), body)
	}
}

func TestFaultOfTheMetadataServer(t *testing.T) {
	google := emulator.New(emulator.Options{})
	google.Inject(emulator.Fault{Call: "metadata.token", Times: 1, Status: 503})
	const path = "instance/service-accounts/default/"
	if status, _, _ := getMetadata(t, google, path+"email", "Metadata-Flavor: Google"); status != 200 {
		t.Errorf("email = %d, want 200: another call", status)
	}
	status, header, body := getMetadata(t, google, path+"token", "Metadata-Flavor: Google")
	if status != 503 || body != "Service Unavailable\n" || header.Get("Metadata-Flavor") != "Google" {
		t.Errorf("token = %d %q, want its own text", status, body)
	}
}

func TestFaultDrop(t *testing.T) {
	tests := []struct {
		name   string
		drop   emulator.Drop
		stored int
		want   error
	}{
		{"before: nothing is stored", emulator.DropBefore, 0, io.EOF},
		{"after: stored, without a response", emulator.DropAfter, 1, io.EOF},
		{"middle: stored, with half a response", emulator.DropMiddle, 1, io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{})
			google.Inject(emulator.Fault{Call: "sheets.spreadsheets.values.append", Times: 1, Drop: tt.drop})
			if err := appendOne(t, me, id); !errors.Is(err, tt.want) {
				t.Errorf("append = %v, want %v", err, tt.want)
			}
			if got := len(google.Values(id, "Sheet1")); got != tt.stored {
				t.Errorf("%d rows stored, want %d", got, tt.stored)
			}
		})
	}
}

func TestFaultHangAndDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		google, id, me := writerOf(t, emulator.Spreadsheet{})
		defer me.http.CloseIdleConnections()
		google.Inject(emulator.Fault{Hang: true, Times: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		_, err := me.sheets.Spreadsheets.Get(id).Context(ctx).Do()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("a call that hangs = %v after %v, want the caller's deadline after 5s", err, time.Since(start))
		}

		google.Inject(emulator.Fault{Hang: true})
		done := make(chan error)
		go func() { _, err := me.sheets.Spreadsheets.Get(id).Do(); done <- err }()
		synctest.Wait()
		google.ClearFaults()
		if err := <-done; err == nil {
			t.Error("a call that hung until ClearFaults succeeded, want a dropped connection")
		}

		google.Inject(emulator.Fault{Delay: 3 * time.Second, Times: 1})
		start = time.Now()
		if _, err := me.sheets.Spreadsheets.Get(id).Do(); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("a delayed call = %v after %v, want success after 3s", err, time.Since(start))
		}
		me.http.Transport.(bearer).base.(*http.Transport).CloseIdleConnections()
	})
}
