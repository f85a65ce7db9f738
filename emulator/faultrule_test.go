package emulator_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

func TestFaultText(t *testing.T) {
	for text, want := range map[string]*emulator.Fault{
		"sheets.spreadsheets.values.get:status=429,times=3": {Call: "sheets.spreadsheets.values.get", Status: 429, Times: 3},
		"metadata.token:delay=2s":                           {Call: "metadata.token", Delay: 2 * time.Second},
		"x:drop=after, times=1":                             {Call: "x", Drop: emulator.DropAfter, Times: 1},
		":hang":                                             {Hang: true},
		"drive.files.get:status=503,html":                   {Call: "drive.files.get", Status: 503, HTML: true},
		"":                                                  nil,
		"metadata.token":                                    nil,
		"x:":                                                nil,
		"x:stat=500":                                        nil,
		"x:status=":                                         nil,
		"x:status=200":                                      nil,
		"x:times=-1":                                        nil,
		"x:delay=2":                                         nil,
		"x:drop=never":                                      nil,
	} {
		var got emulator.Fault
		err := got.UnmarshalText([]byte(text))
		if want == nil {
			if err == nil {
				t.Errorf("UnmarshalText(%q) = %+v, want an error", text, got)
			}
			continue
		}
		if diff := cmp.Diff(*want, got); diff != "" || err != nil {
			t.Errorf("UnmarshalText(%q) = %v (-want +got):\n%s", text, err, diff)
		}
	}
}
