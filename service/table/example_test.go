package table_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

func ExampleParseRecords() {
	records, err := table.ParseRecords([]byte(`[{"item": "apple", "qty": 12}, {"item": "=1+1", "paid": true}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for n, record := range records {
		for _, field := range record.Fields {
			fmt.Printf("row %d: %s = %v (%T)\n", n+1, field.Column, field.Value, field.Value)
		}
	}

	_, err = table.ParseRecords([]byte(`[{"item": "apple"}, {"item": {"name": "bread"}}]`))
	if e, ok := errors.AsType[*table.Error](err); ok {
		fmt.Println(e.Code, "-", e)
	}
	// Output:
	// row 1: item = apple (string)
	// row 1: qty = 12 (float64)
	// row 2: item = =1+1 (string)
	// row 2: paid = true (bool)
	// invalid-rows - row 2: column "item" holds an object or an array: a cell takes a string, a number, true, false or null
}

func ExampleRowSet_Rows() {
	b := table.NewRowsBuilder("Orders", 1, table.Typed)
	defer b.Release()
	for _, row := range [][]any{{"id", "item", "price"}, {1, "apple", 0.35}, {2, "bread", 2.8}, {3, "apple", 0.4}} {
		cells := make([]jsontext.Value, len(row))
		for i, cell := range row {
			cells[i], _ = json.Marshal(cell)
		}
		if err := b.Add(cells, nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	// As in the URL /sheets/Orders?item=eq.apple&order=price.desc&select=id,price
	rows, err := b.RowSet().Rows(table.Query{
		Filter: table.Filter{Conditions: []table.Condition{{Column: "item", Op: table.OpEq, Values: []string{"apple"}}}},
		Order:  []table.Sort{{Column: "price", Descending: true}},
		Select: []table.Selection{{Column: "id"}, {Column: "price"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = rows.WriteTo(os.Stdout)
	// Output:
	// [
	// {"id":3,"price":0.4},
	// {"id":1,"price":0.35}
	// ]
}
