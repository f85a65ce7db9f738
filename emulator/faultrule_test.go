package emulator_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

func TestFaultText(t *testing.T) {
	for text, want := range map[string]*emulator.Fault{
		"sheets.spreadsheets.values.get:status=429,times=3": {Call: "sheets.spreadsheets.values.get", Status: 429, Times: 3},
		"metadata.token:delay=2s":                           {Call: "metadata.token", Delay: 2 * time.Second},
		"oauth2.token:drop=after, times=1":                  {Call: "oauth2.token", Drop: emulator.DropAfter, Times: 1},
		":hang":                                             {Hang: true},
		"drive.files.get:status=503,html":                   {Call: "drive.files.get", Status: 503, HTML: true},
		"sheets.values.get:status=500":                      nil,
		"":                                                  nil,
		"metadata.token":                                    nil,
		"oauth2.token:":                                     nil,
		"oauth2.token:stat=500":                             nil,
		"oauth2.token:status=":                              nil,
		"oauth2.token:status=200":                           nil,
		"oauth2.token:times=-1":                             nil,
		"oauth2.token:delay=2":                              nil,
		"oauth2.token:drop=never":                           nil,
		"oauth2.token:hang=3":                               nil,
		"oauth2.token:status=503,html=false":                nil,
		"oauth2.token:status=500,status=503":                nil,
		"oauth2.token:times=3":                              nil,
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

// A name that no call has is an error, with the name that was probably meant.
func TestFaultOfUnknownCall(t *testing.T) {
	for name, want := range map[string]string{
		"sheets.spreadsheets.values.apend": "sheets.spreadsheets.values.append",
		"sheets.values.batchGet":           "sheets.spreadsheets.values.batchGet",
		"metadata.tokens":                  "metadata.token",
	} {
		var f emulator.Fault
		if err := f.UnmarshalText([]byte(name + ":hang")); err == nil || !strings.Contains(err.Error(), strconv.Quote(want)) {
			t.Errorf("UnmarshalText(%s) = %v, want an error that names %s", name, err, want)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Inject(%s) did not panic", name)
				}
			}()
			emulator.New(emulator.Options{}).Inject(emulator.Fault{Call: name})
		}()
	}
	calls := emulator.Calls()
	for _, name := range []string{"drive.files.list", "drive.v2.files.copy", "iamcredentials.projects.serviceAccounts.signJwt", "metadata.list",
		"metadata.machine-type", "metadata.region", "metadata.cluster-name", "metadata.token", "oauth2.token", "sheets.spreadsheets.batchUpdate"} {
		if _, ok := slices.BinarySearch(calls, name); !ok {
			t.Errorf("Calls() lacks %s", name)
		}
	}
}
