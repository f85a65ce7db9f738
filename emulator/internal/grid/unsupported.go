package grid

import "strings"

// unsupportedFunctions are functions of Sheets that the library which calculates
// lacks, or whose result fills several cells
// (support.google.com/docs/table/25273, "Google Sheets function list"). A
// formula with one of them cannot be stored. A function that neither has is
// #NAME?, as on Google.
var unsupportedFunctions = WordSet(`
		AI ARRAYFORMULA ARRAY_CONSTRAIN BYCOL BYROW CELL CHOOSECOLS CHOOSEROWS COUNTUNIQUE COUNTUNIQUEIFS
		DETECTLANGUAGE DIVIDE DROP EPOCHTODATE EQ EXPAND FILTER FLATTEN FREQUENCY GETPIVOTDATA GOOGLEFINANCE GOOGLETRANSLATE
		GROWTH GT GTE HSTACK IMAGE IMCOTH IMLOG IMPORTDATA IMPORTFEED IMPORTHTML IMPORTRANGE IMPORTXML IMTANH
		ISBETWEEN ISDATE ISEMAIL ISURL JOIN LAMBDA LET LINEST LOGEST LT LTE MAKEARRAY MAP MARGINOFERROR MINUS
		MINVERSE MMULT MULTIPLY NE OFFSET POW QUERY RANDARRAY RANK.AVG REDUCE REGEXEXTRACT REGEXMATCH
		REGEXREPLACE SCAN SEQUENCE SORT SORTBY SORTN SPARKLINE SPLIT TAKE TOCOL TOROW TO_DATE TO_DOLLARS TO_PERCENT
		TO_PURE_NUMBER TO_TEXT TRANSPOSE TREND UMINUS UNARY_PERCENT UNIQUE UPLUS VSTACK WRAPCOLS WRAPROWS XMATCH INDIRECT`)

// WordSet returns the set of the words of a list that blanks separate.
func WordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
