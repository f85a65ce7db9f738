package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// newService returns Google's own client with a token of the emulator.
func newService(google *emulator.Server, token string) *sheets.Service {
	service, err := sheets.NewService(context.Background(), option.WithHTTPClient(&http.Client{Transport: &oauth2.Transport{
		Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}),
		Base:   emulator.Transport(google),
	}}))
	if err != nil {
		panic(err)
	}
	return service
}

// The response to an append is lost. The rows are stored nevertheless: code that
// repeats the call would store them twice.
func Example_faults() {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id"}}}}})
	google.Inject(emulator.Fault{Call: "sheets.spreadsheets.values.append", Times: 1, Drop: emulator.DropAfter})

	service := newService(google, google.Token(google.ServiceAccount(), sheets.SpreadsheetsScope))
	rows := &sheets.ValueRange{Values: [][]any{{"A-1"}}}
	_, err := service.Spreadsheets.Values.Append(id, "Orders!A1", rows).ValueInputOption("RAW").Do()
	fmt.Println(err != nil, google.Values(id, "Orders"))
	// Output: true [[id] [A-1]]
}

// A token without the scope that a call takes is refused, as on a virtual machine
// with the default scopes.
func Example_scopes() {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{})

	for _, scope := range []string{sheets.SpreadsheetsReadonlyScope, sheets.SpreadsheetsScope} {
		service := newService(google, google.Token(google.ServiceAccount(), scope))
		_, err := service.Spreadsheets.Values.Clear(id, "A1", &sheets.ClearValuesRequest{}).Do()
		if refused, ok := errors.AsType[*googleapi.Error](err); ok {
			fmt.Println(refused.Code, refused.Message)
			continue
		}
		fmt.Println("cleared", err == nil)
	}
	// Output:
	// 403 Request had insufficient authentication scopes.
	// cleared true
}

// A person edits the sheet between two calls of a program: inserts a row above
// those that the program has read.
func Example_edit() {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Owner: "ada@example.com", Sheets: []emulator.Sheet{
		{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}},
	}})
	program := newService(google, google.Token(google.ServiceAccount(), sheets.SpreadsheetsScope))
	person := newService(google, google.Token("ada@example.com", sheets.SpreadsheetsScope))

	before, err := program.Spreadsheets.Values.Get(id, "Orders!A2:B2").Do()
	if err != nil {
		panic(err)
	}
	_, err = person.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 1, EndIndex: 2}}},
	}}).Do()
	if err != nil {
		panic(err)
	}
	after, err := program.Spreadsheets.Values.Get(id, "Orders!A2:B2").Do()
	if err != nil {
		panic(err)
	}
	fmt.Println(before.Values, after.Values)
	for _, r := range google.Requests() {
		fmt.Println(r.Call, r.Principal)
	}
	// Output:
	// [[A-1 3]] []
	// sheets.spreadsheets.values.get sheets-function@demo-project.iam.gserviceaccount.com
	// sheets.spreadsheets.batchUpdate ada@example.com
	// sheets.spreadsheets.values.get sheets-function@demo-project.iam.gserviceaccount.com
}
