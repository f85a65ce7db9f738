package mcp

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

// filter is a condition of a call.
type filter struct {
	Column   string         `json:"column"`
	Operator string         `json:"operator"`
	Value    jsontext.Value `json:"value"`
	Not      bool           `json:"not"`
}

func filterOf(filters []filter, match string) (f table.Filter, err error) {
	var conditions []table.Condition
	for i, one := range filters {
		values, err := one.values()
		if err != nil {
			return f, fmt.Errorf("filter %d: %w", i+1, err)
		}
		conditions = append(conditions, table.Condition{Column: one.Column, Not: one.Not, Op: table.Operator(one.Operator), Values: values})
	}
	switch cmp.Or(match, "all") {
	case "all":
		f.Conditions = conditions
	case "any":
		if len(conditions) > 0 {
			f.Conditions = []table.Condition{{Op: table.OpOr, Conditions: conditions}}
		}
	default:
		return f, &table.Error{Code: table.BadRequest, Detail: fmt.Sprintf("match %.100q: want all or any", match)}
	}
	return f, f.Validate()
}

// values returns what the filter compares with, as the texts that package table takes.
func (f *filter) values() ([]string, error) {
	list := []jsontext.Value{f.Value}
	if f.Value.Kind() == '[' {
		list = nil
		if err := json.Unmarshal(f.Value, &list); err != nil {
			return nil, err
		}
	}
	texts := make([]string, len(list))
	for i, value := range list {
		switch kind := value.Kind(); {
		case kind == '"':
			if err := json.Unmarshal(value, &texts[i]); err != nil {
				return nil, err
			}
		case kind == '0' || kind == 't' || kind == 'f' || kind == 'n' && table.Operator(f.Operator) == table.OpIs:
			texts[i] = string(value)
		default:
			return nil, &table.Error{
				Code: table.BadRequest, Detail: fmt.Sprintf("a filter of column %s has no value to compare with", table.Quote(f.Column)),
				Hint: `for empty cells use {"operator": "is", "value": "null"}`,
			}
		}
	}
	return texts, nil
}
