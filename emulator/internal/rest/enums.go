package rest

import (
	_ "embed"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// enums are the values of the enumerations of the Sheets API, as its discovery
// document has them: schema and property, and the values.
//
//go:embed enums.txt
var enums string

// enumValues returns the values of each property that is an enumeration, by schema and
// property.
var enumValues = sync.OnceValue(func() map[string][]string {
	values := map[string][]string{}
	for line := range strings.Lines(enums) {
		name, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		values[name] = strings.Split(list, ",")
	}
	return values
})

// EnumNames returns the names of all properties that are enumerations, as
// Schema.property, with their values.
func EnumNames() map[string][]string { return enumValues() }

// sharedEnums are enumerations that are not named after one schema.
var sharedEnums = map[string]string{
	"dimension": "Dimension", "majorDimension": "Dimension", "shiftDimension": "Dimension", "sortOrder": "SortOrder",
	"pasteType": "PasteType", "valueInputOption": "ValueInputOption", "valueRenderOption": "ValueRenderOption",
	"responseValueRenderOption": "ValueRenderOption", "dateTimeRenderOption": "DateTimeRenderOption",
	"responseDateTimeRenderOption": "DateTimeRenderOption",
}

// enum adds an error for each value of a property that its enumeration lacks.
func (d *decoder) enum(of reflect.Type, property string, value reflect.Value, path string) {
	known := enumValues()[of.Name()+"."+property]
	if known == nil || d.lenient {
		return
	}
	name := sharedEnums[property]
	if name == "" {
		name = of.Name() + "." + strings.ToUpper(property[:1]) + property[1:]
	}
	var given []string
	switch v := value.Interface().(type) {
	case string:
		given = []string{v}
	case []string:
		given = v
	}
	for _, text := range given {
		if text != "" && !slices.Contains(known, text) {
			d.reject(path, "type.googleapis.com/google.apps.sheets.v4."+name, text)
		}
	}
}
