// Command oapi calls each route once by the client that oapi-codegen generates. The
// folder client beside it is made by ../run.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"example.com/sheets-function/test/clients/generators/oapi/client"
)

func main() {
	c, err := client.NewClientWithResponses(os.Getenv("FUNCTION"))
	if err != nil {
		log.Fatal(err)
	}
	ctx, sheet := context.Background(), "Generated"

	var row client.RowsIn
	must(row.FromRow(client.Row{"id": 5, "item": "dates", "qty": nil}))
	created, err := c.InsertRowsWithResponse(ctx, sheet, nil, row)
	want(201, created, err)
	merge := "resolution=merge-duplicates, return=representation"
	upserted, err := c.InsertRowsWithResponse(ctx, sheet, &client.InsertRowsParams{OnConflict: new("id"), Prefer: &merge}, row)
	want(200, upserted, err)
	updated, err := c.UpdateRowsWithResponse(ctx, sheet, &client.UpdateRowsParams{Column: &client.Filters{"id": "eq.5"}}, client.Row{"qty": 7})
	want(200, updated, err)

	listed, err := c.ListRowsWithResponse(ctx, sheet, &client.ListRowsParams{
		Column: &client.Filters{"qty": "gt.3", "item": "neq.apple"},
		Or:     &client.Or{"(id.eq.5,id.eq.1)", "(qty.eq.7,qty.is.null)"}, // repeated
		Select: new("id,item"), Order: new("price.desc,id"), Limit: new(10), Prefer: new("count=exact"),
	})
	want(200, listed, err)
	if len(*listed.JSON200) != 1 || (*listed.JSON200)[0]["item"] != "dates" || *listed.Headers200.ContentRange != "0-0/1" {
		log.Fatalf("listed %s", listed.Body)
	}
	wrong, err := c.ListRowsWithResponse(ctx, sheet, &client.ListRowsParams{Column: &client.Filters{"quantity": "gt.3"}})
	want(400, wrong, err)
	if wrong.ApplicationproblemJSON400.Message == "" {
		log.Fatalf("problem %s", wrong.Body)
	}

	deleted, err := c.DeleteRowsWithResponse(ctx, sheet, &client.DeleteRowsParams{Column: &client.Filters{"id": "eq.5"}, Prefer: new("max-affected=1")})
	want(200, deleted, err)
	described, err := c.DescribeWithResponse(ctx, nil)
	want(200, described, err)
	ready, err := c.HealthWithResponse(ctx, nil)
	want(200, ready, err)
	file, err := c.ExportWithResponse(ctx, &client.ExportParams{Format: new(client.ExportParamsFormatCsv)})
	want(200, file, err)
	document, err := c.DescribeAPIWithResponse(ctx, nil)
	want(200, document, err)
	event := client.CloudEvent{Id: "oapi", Source: "/tests", Type: "test", Specversion: "1.0", Subject: &sheet, Data: new(client.EventData)}
	must(event.Data.FromEventData0(map[string]any{"id": 9}))
	received, err := c.ReceiveEventWithApplicationCloudeventsPlusJSONBodyWithResponse(ctx, nil, event)
	want(204, received, err)
}

func want(status int, answer interface{ StatusCode() int }, err error) {
	must(err)
	if answer.StatusCode() != status {
		log.Fatalf("%T = %d %+v, want %d", answer, answer.StatusCode(), fmt.Sprintf("%.500v", answer), status)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
