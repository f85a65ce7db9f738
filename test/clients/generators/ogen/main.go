// Command ogen calls each route once by the client that ogen generates. The folder
// client beside it is made by ../run.
package main

import (
	"context"
	"io"
	"log"
	"os"

	"github.com/go-faster/jx"

	"example.com/sheets-function/test/clients/generators/ogen/client"
)

// noToken is for a function whose CALLERS are anyone.
type noToken struct{}

func (noToken) IdToken(context.Context, client.OperationName) (client.IdToken, error) {
	return client.IdToken{}, nil
}

func main() {
	c, err := client.NewClient(os.Getenv("FUNCTION"), noToken{})
	must(err)
	ctx, sheet := context.Background(), "Generated"

	row := client.NewRowRowsIn(client.Row{"id": client.Cell("6"), "item": client.Cell(`"eggs"`), "qty": client.Cell("null")})
	inserted, err := c.InsertRows(ctx, &row, client.InsertRowsParams{Title: sheet})
	must(err)
	is[*client.InsertRowsCreatedApplicationJSONHeaders](inserted)
	merged, err := c.InsertRows(ctx, &row, client.InsertRowsParams{Title: sheet, OnConflict: client.NewOptString("id"), Prefer: client.NewOptString("resolution=merge-duplicates")})
	must(err)
	is[*client.InsertRowsOKApplicationJSONHeaders](merged)
	updated, err := c.UpdateRows(ctx, client.Row{"qty": client.Cell("7")}, client.UpdateRowsParams{Title: sheet, Column: client.NewOptFilters(client.Filters{"id": "eq.6"})})
	must(err)
	is[*client.UpdateRowsOKApplicationJSONHeaders](updated)

	listed, err := c.ListRows(ctx, client.ListRowsParams{
		Title:  sheet,
		Column: client.NewOptFilters(client.Filters{"qty": "gt.3", "item": "neq.apple"}),
		Or:     client.Conditions{"(id.eq.6,id.eq.1)", "(qty.eq.7,qty.is.null)"}, // repeated
		Select: client.NewOptString("id,item"), Order: client.NewOptString("price.desc,id"), Limit: client.NewOptInt(10), Prefer: client.NewOptString("count=exact"),
	})
	must(err)
	rows := is[*client.RowsHeaders](listed)
	if len(rows.Response) != 1 || string(rows.Response[0]["item"]) != `"eggs"` || rows.ContentRange.Value != "0-0/1" {
		log.Fatalf("listed %+v", rows)
	}
	wrong, err := c.ListRows(ctx, client.ListRowsParams{Title: sheet, Column: client.NewOptFilters(client.Filters{"quantity": "gt.3"})})
	must(err)
	is[*client.BadRequestHeaders](wrong)

	deleted, err := c.DeleteRows(ctx, client.DeleteRowsParams{Title: sheet, Column: client.NewOptFilters(client.Filters{"id": "eq.6"})})
	must(err)
	is[*client.DeleteRowsOKApplicationJSONHeaders](deleted)
	described, err := c.Describe(ctx, client.DescribeParams{})
	must(err)
	is[*client.SpreadsheetHeaders](described)
	ready, err := c.Health(ctx, client.HealthParams{})
	must(err)
	is[*client.HealthOKHeaders](ready)
	file, err := c.Export(ctx, client.ExportParams{Format: client.NewOptExportFormat("csv")})
	must(err)
	content, err := io.ReadAll(is[*client.ExportOKTextCsvHeaders](file).Response)
	must(err)
	if len(content) == 0 {
		log.Fatal("the exported file is empty")
	}
	document, err := c.DescribeAPI(ctx, client.DescribeAPIParams{})
	must(err)
	is[*client.DescribeAPIOKHeaders](document)
	event := &client.CloudEvent{ID: "ogen", Source: "/tests", Type: "test", Specversion: "1.0", Subject: client.NewOptString(sheet),
		Data: client.NewOptEventData(client.NewAnyArrayEventData([]jx.Raw{jx.Raw(`{"id":10}`)}))}
	received, err := c.ReceiveEvent(ctx, event, client.ReceiveEventParams{})
	must(err)
	is[*client.ReceiveEventNoContent](received)
}

// is returns an answer as the type that it must have.
func is[T any](answer any) T {
	typed, ok := answer.(T)
	if !ok {
		log.Fatalf("answer %T %+v, want %T", answer, answer, typed)
	}
	return typed
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
