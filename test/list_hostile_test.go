package test

import (
	"strings"
	"testing"
)

func TestListHostile(t *testing.T) {
	testHostile(t, "GET", []hostileRequest{
		{name: "a title that climbs", target: "/sheets/..%2F..%2Fetc%2Fpasswd", code: "sheet-not-found"},
		{name: "dots as a title", target: "/sheets/%2e%2e", code: "sheet-not-found"},
		{name: "a slash in the path", target: "/sheets/Orders/../Orders/x", code: "route-not-found"},
		{name: "an encoded slash is part of the title", target: "/sheets/Orders%2Fx", code: "sheet-not-found"},
		{name: "a slash after the title", target: "/sheets/Orders/", code: "route-not-found"},
		{name: "line breaks in the title", target: "/sheets/Orders%0d%0aX-Evil:%201", code: "sheet-not-found"},
		{name: "a null byte in the title", target: "/sheets/Orders%00", code: "sheet-not-found"},
		{name: "an emoji title that is not there", target: "/sheets/%F0%9F%92%A3", code: "sheet-not-found"},
		{name: "a title that is not UTF-8", target: "/sheets/%ff%fe", code: "sheet-not-found"},
		{name: "a range after the title", target: "/sheets/Orders!A1:B2", code: "sheet-not-found"},
		{name: "a title that closes its quotes", target: "/sheets/Orders'!A1", code: "sheet-not-found"},
		{name: "a title of 10,000 letters", target: "/sheets/" + strings.Repeat("x", 10_000), code: "sheet-not-found"},
		{name: "the sheet of keys", target: "/sheets/_keys", code: "sheet-not-found"},
		{name: "no title", target: "/sheets/", code: "route-not-found"},
		{name: "10,000 parameters", target: "/sheets/Orders?" + strings.Repeat("a=1&", 9_999) + "a=1", code: "bad-request"},
		{name: "a limit in hexadecimal", target: "/sheets/Orders?limit=0x10", code: "bad-request"},
		{name: "a limit of 400 digits", target: "/sheets/Orders?limit=" + strings.Repeat("9", 400), code: "bad-request"},
		{name: "a limit of NaN", target: "/sheets/Orders?limit=NaN", code: "bad-request"},
		{name: "an offset with a null byte", target: "/sheets/Orders?offset=1%00", code: "bad-request"},
		{name: "the largest limit and offset", target: "/sheets/Orders?limit=9223372036854775807&offset=9223372036854775807"},
		{name: "a column name with line breaks", target: "/sheets/Orders?select=%22a%0d%0ab%22", code: "bad-request"},
		{name: "an order by 5,000 columns", target: "/sheets/Orders?order=" + strings.Repeat("id,", 5_000) + "no", code: "bad-request"},
		{name: "an order by the same column 16 times", target: "/sheets/Orders?order=" + strings.Repeat("id,", 15) + "id", code: "bad-request"},
		{name: "a condition of 900,000 parentheses", target: "/sheets/Orders?or=" + strings.Repeat("(", 900_000), code: "bad-request"},
		{name: "a select of 30,000 columns", target: "/sheets/Orders?select=" + strings.Repeat("id,", 30_000) + "id", code: "bad-request"},
		{name: "21 conditions", target: "/sheets/Orders?" + strings.Repeat("id=eq.1&", 21), code: "bad-request"},
		{name: "a condition of 1,001 characters", target: "/sheets/Orders?id=eq." + strings.Repeat("x", 999), code: "bad-request"},
		{name: "an order by 17 columns", target: "/sheets/Orders?order=" + strings.Repeat("id,", 16) + "id", code: "bad-request"},
		{name: "an ETag that the rows do not have", target: "/sheets/Orders", header: []string{"If-Match", `"x"`}, code: "precondition-failed"},
		{name: "10,000 media types", target: "/sheets/Orders", header: []string{"Accept", strings.Repeat("a/b;q=0.1,", 10_000)}},
		{name: "a User-Agent of 900 KB", target: "/sheets/Orders", header: []string{"User-Agent", strings.Repeat("x", 900_000)}},
		{name: "a formula for values", target: "/sheets/Orders?values=%3D1%2B1", code: "bad-request"},
		{name: "a pattern that backtracks", target: "/sheets/Orders?item=match." + strings.Repeat("(a*)*", 100) + "b"},
		{name: "a pattern of 900 repetitions of 900", target: "/sheets/Orders?item=match.((a{900}){900}){900}", code: "bad-request"},
		{name: "parentheses 60 deep", target: "/sheets/Orders?or=" + strings.Repeat("(and", 60) + "(id.eq.1)" + strings.Repeat(")", 60), code: "bad-request"},
		{name: "60,000 values", target: "/sheets/Orders?id=in.(" + strings.Repeat("1,", 30_000) + "1)", code: "bad-request"},
		{name: "5,000 preferences", target: "/sheets/Orders", header: []string{"Prefer", strings.Repeat("a=b,", 5_000)}, code: "bad-request"},
		{name: "a Range of 400 digits", target: "/sheets/Orders", header: []string{"Range", strings.Repeat("9", 400) + "-"}},
		{name: "a Range beyond the end", target: "/sheets/Orders", header: []string{"Range", "999999999-", "Prefer", "count=exact"}, code: "range-not-satisfiable"},
		{name: "a broken escape in the query", target: "/sheets/Orders?id=eq.%zz", code: "bad-request"},
		{name: "a malformed Accept", target: "/sheets/Orders", header: []string{"Accept", strings.Repeat("text/csv;q=,", 500)}},
		{name: "5,000 entity tags", target: "/sheets/Orders", header: []string{"If-None-Match", strings.Repeat(`W/"x",`, 5_000)}},
	})
}
