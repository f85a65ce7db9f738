package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// A spreadsheet, read by Google's own client with the token of a user.
func ExampleNew() {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{
		Title:  "Demo",
		Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}}},
	})
	google.Share(id, "ada@example.com", "reader")

	token := google.Token("ada@example.com", sheets.SpreadsheetsReadonlyScope)
	client := &http.Client{Transport: &oauth2.Transport{
		Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}),
		Base:   emulator.Transport(google),
	}}
	ctx := context.Background()
	service, err := sheets.NewService(ctx, option.WithHTTPClient(client))
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := service.Spreadsheets.Values.Get(id, "Orders!A2:B").Context(ctx).Do()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(got.Range, got.Values)
	// Output: Orders!A2:B1000 [[A-1 3]]
}

// The first call fails, the next one is served.
func ExampleServer_Inject() {
	google := emulator.New(emulator.Options{})
	google.Inject(emulator.Fault{Call: "metadata.token", Times: 1, Status: http.StatusServiceUnavailable})

	client := &http.Client{Transport: emulator.Transport(google)}
	for range 2 {
		res, err := client.Do(tokenRequest())
		if err != nil {
			fmt.Println(err)
			return
		}
		res.Body.Close()
		fmt.Println(res.Status)
	}
	// Output:
	// 503 Service Unavailable
	// 200 OK
}

// Faults can also be read from text, such as a flag.
func ExampleFault_UnmarshalText() {
	var f emulator.Fault
	if err := f.UnmarshalText([]byte("sheets.spreadsheets.values.get:status=429,times=3")); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Call, f.Status, f.Times)
	// Output: sheets.spreadsheets.values.get 429 3
}

// Every host of a request is the emulator, here that of the metadata server. The
// log has the scopes that were requested.
func ExampleTransport() {
	google := emulator.New(emulator.Options{Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	client := &http.Client{Transport: emulator.Transport(google)}
	defer client.CloseIdleConnections()

	res, err := client.Do(tokenRequest())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, expiry, _ := strings.Cut(string(body), `",`)
	fmt.Println(expiry)
	for _, r := range google.Requests() {
		fmt.Println(r.Call, r.Status, r.Scopes)
	}
	// Output:
	// "expires_in":3599,"token_type":"Bearer"}
	// metadata.token 200 [https://www.googleapis.com/auth/drive]
}

// tokenRequest returns a request for a token with one scope.
func tokenRequest() *http.Request {
	const url = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token?scopes="
	r, err := http.NewRequest("GET", url+"https://www.googleapis.com/auth/drive", nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Metadata-Flavor", "Google")
	return r
}
