package formula

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator/internal/grid"
)

// libraryFunctions are functions of single values and ranges that the library
// for .xlsx files calculates, one call at a time.
var libraryFunctions = grid.WordSet(`
	ACCRINT ACCRINTM ACOSH ACOT ACOTH ADDRESS AMORLINC ARABIC ASINH ATANH AVEDEV AVERAGEA BASE BESSELI BESSELJ BESSELK BESSELY
	BETA.DIST BETA.INV BETADIST BETAINV BIN2DEC BIN2HEX BIN2OCT BINOM.DIST BINOM.INV BINOMDIST BITAND BITLSHIFT BITOR BITRSHIFT BITXOR
	CEILING.MATH CEILING.PRECISE CHIDIST CHIINV CHISQ.DIST CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST CHITEST COMBIN COMBINA COMPLEX
	CONFIDENCE CONFIDENCE.NORM CONFIDENCE.T CONVERT CORREL COT COTH COUPDAYBS COUPDAYS COUPDAYSNC COUPNCD COUPNUM COUPPCD COVAR
	COVARIANCE.P COVARIANCE.S CRITBINOM CSC CSCH CUMIPMT CUMPRINC DAVERAGE DAYS360 DB DCOUNT DCOUNTA DDB DEC2BIN DEC2HEX DEC2OCT DECIMAL
	DELTA DEVSQ DGET DISC DMAX DMIN DOLLAR DOLLARDE DOLLARFR DPRODUCT DSTDEV DSTDEVP DSUM DURATION DVAR DVARP EFFECT ENCODEURL ERF
	ERF.PRECISE ERFC ERFC.PRECISE EXPON.DIST EXPONDIST F.DIST F.DIST.RT F.INV F.INV.RT F.TEST FACTDOUBLE FDIST FINV FISHER FISHERINV FIXED
	FLOOR.MATH FLOOR.PRECISE FORECAST FORECAST.LINEAR FTEST FV FVSCHEDULE GAMMA GAMMA.DIST GAMMA.INV GAMMADIST GAMMAINV GAMMALN
	GAMMALN.PRECISE GAUSS GCD GEOMEAN GESTEP HARMEAN HEX2BIN HEX2DEC HEX2OCT HYPGEOM.DIST HYPGEOMDIST IMABS IMAGINARY IMARGUMENT
	IMCONJUGATE IMCOS IMCOSH IMCOT IMCSC IMCSCH IMDIV IMEXP IMLN IMLOG10 IMLOG2 IMPOWER IMPRODUCT IMREAL IMSEC IMSECH IMSIN IMSINH IMSQRT
	IMSUB IMSUM IMTAN INTERCEPT INTRATE IPMT IRR ISO.CEILING ISPMT KURT LCM LOGINV LOGNORM.DIST LOGNORM.INV LOGNORMDIST MAXA MDETERM
	MDURATION MINA MIRR MODE MODE.SNGL MULTINOMIAL NEGBINOM.DIST NEGBINOMDIST NETWORKDAYS NETWORKDAYS.INTL NOMINAL NORM.DIST NORM.INV
	NORM.S.DIST NORM.S.INV NORMDIST NORMINV NORMSDIST NORMSINV NPER NPV OCT2BIN OCT2DEC OCT2HEX PDURATION PEARSON PERCENTILE.EXC
	PERCENTRANK PERCENTRANK.EXC PERCENTRANK.INC PERMUT PERMUTATIONA PHI PMT POISSON POISSON.DIST PPMT PRICE PRICEDISC PRICEMAT PROB PV
	QUARTILE.EXC RATE RECEIVED ROMAN RRI RSQ SEC SECH SERIESSUM SKEW SKEW.P SLN SLOPE SQRTPI STANDARDIZE STDEVA STDEVPA STEYX SUMX2MY2
	SUMX2PY2 SUMXMY2 SYD T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TBILLEQ TBILLPRICE TBILLYIELD TDIST TINV TRIMMEAN TTEST VARA
	VARPA VDB WEEKNUM WEIBULL WEIBULL.DIST WORKDAY WORKDAY.INTL XIRR XNPV YEARFRAC YIELD YIELDDISC YIELDMAT Z.TEST ZTEST`)

// lackingFunctions are functions of Sheets that are not emulated
// (support.google.com/docs/table/25273, "Google Sheets function list"). A function
// that is in none of these lists is #NAME?, as on Google.
var lackingFunctions = grid.WordSet(`
	AI AMORDEGRC ARRAYTOTEXT ASC BAHTTEXT BINOM.DIST.RANGE BYCOL BYROW CELL CHOOSECOLS CHOOSEROWS COUNTIFSUNIQUE COUNTUNIQUEIFS DETECTLANGUAGE
	DROP EPOCHTODATE EXPAND FINDB FORMULATEXT FREQUENCY GETPIVOTDATA GOOGLEFINANCE GOOGLETRANSLATE GROWTH IMAGE IMCOTH IMLOG
	IMPORTDATA IMPORTFEED IMPORTHTML IMPORTRANGE IMPORTXML IMTANH INDIRECT ISDATE ISEMAIL ISFORMULA ISREF ISURL LAMBDA LEFTB LENB LINEST LOGEST
	LOOKUP MAKEARRAY MAP MARGINOFERROR MIDB MINVERSE MMULT MODE.MULT MUNIT OFFSET QUERY RANDARRAY RANK.AVG REDUCE REPLACEB RIGHTB SCAN
	SEARCHB SHEET SHEETS SORTN SPARKLINE SUBTOTAL TAKE TOCOL TOROW TO_DATE TO_DOLLARS TO_PERCENT TO_PURE_NUMBER TO_TEXT TREND TYPE
	ERROR.TYPE VALUETOTEXT WRAPCOLS WRAPROWS XMATCH`)

// library applies a function that is not calculated here.
func (e *evaluator) library(n *node, array bool) operand {
	switch {
	case lackingFunctions[n.text]:
		return single(uncalculated("a formula with " + n.text))
	case !libraryFunctions[n.text]:
		return single(grid.ErrorCell("#NAME?"))
	case array:
		return single(uncalculated("a formula with " + n.text + " in an array expression"))
	}
	file := excelize.NewFile()
	defer file.Close()
	var terms []string
	column := 1
	for _, a := range n.args {
		o := e.evaluate(a, false)
		if a.kind == missingNode {
			terms = append(terms, "")
			continue
		}
		if failed := e.copyTo(file, o, column); failed != nil {
			return single(*failed)
		}
		terms = append(terms, libraryRange(o, column))
		column += o.columns
	}
	return single(libraryValue(file, n.text+"("+strings.Join(terms, ",")+")"))
}

// copyTo copies an argument to the sheet of a file. It returns an error among the
// values.
func (e *evaluator) copyTo(file *excelize.File, o operand, column int) (failed *grid.Cell) {
	e.visit(o, func(r, c int, v grid.Cell) bool {
		switch {
		case isError(v):
			failed = &v
			return false
		case v.Kind != grid.KindBlank:
			file.SetCellValue("Sheet1", grid.ColumnLetters(column+c)+strconv.Itoa(r+1), v.Unformatted())
		}
		return true
	})
	return failed
}

func libraryRange(o operand, column int) string {
	from := grid.ColumnLetters(column) + "1"
	if o.rows == 1 && o.columns == 1 {
		return from
	}
	return from + ":" + grid.ColumnLetters(column+o.columns-1) + strconv.Itoa(max(1, o.used()))
}

// libraryValue returns the value of a formula in the library. Where the library
// panics, the function is not emulated for such arguments.
func libraryValue(file *excelize.File, text string) (value grid.Cell) {
	name, _, _ := strings.Cut(text, "(")
	defer func() {
		if r := recover(); r != nil {
			value = uncalculated(fmt.Sprintf("%s of these values", name))
		}
	}()
	file.SetCellFormula("Sheet1", "A1", text)
	got, err := file.CalcCellValue("Sheet1", "A1", excelize.Options{RawCellValue: true})
	if err != nil {
		for _, s := range []string{got, err.Error()} {
			if found := grid.ErrorPattern.FindString(s); found != "" {
				return grid.ErrorCell(found)
			}
		}
		return valueError
	}
	n, err := strconv.ParseFloat(got, 64)
	switch {
	case err == nil && !textResults[name] && (math.IsNaN(n) || math.IsInf(n, 0)):
		return numError
	case err == nil && !textResults[name]:
		return grid.NumberCell(n)
	case got == "TRUE" || got == "FALSE":
		return grid.BoolCell(got == "TRUE")
	}
	return textValue(got)
}

// textResults are functions whose value is text also where it is digits.
var textResults = grid.WordSet(`ADDRESS BASE BIN2HEX BIN2OCT COMPLEX DEC2BIN DEC2HEX DEC2OCT DOLLAR ENCODEURL FIXED HEX2BIN HEX2OCT IMCONJUGATE
	IMCOS IMCOSH IMCOT IMCSC IMCSCH IMDIV IMEXP IMLN IMLOG10 IMLOG2 IMPOWER IMPRODUCT IMSEC IMSECH IMSIN IMSINH IMSQRT IMSUB IMSUM IMTAN
	OCT2BIN OCT2HEX ROMAN`)

// Lacking returns what the formula has that is not emulated whatever the values
// are, or "".
func (f *Formula) Lacking() string { return f.root.lacking() }

func (n *node) lacking() string {
	switch {
	case n.kind == literalNode && n.value.Kind == grid.KindUncalculated:
		return n.value.Text
	case n.kind == callNode && lackingFunctions[n.text]:
		return n.text
	}
	for _, a := range n.args {
		if what := a.lacking(); what != "" {
			return what
		}
	}
	return ""
}
