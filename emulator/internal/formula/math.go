package formula

import (
	"math"
	"math/rand/v2"
	"strconv"

	"example.com/sheets-function/emulator/internal/grid"
)

func mathFunctions() map[string]function {
	list := map[string]function{
		"PI":   ofNumbers(0, 0, func([]float64) grid.Cell { return grid.NumberCell(math.Pi) }),
		"RAND": ofNumbers(0, 0, func([]float64) grid.Cell { return grid.NumberCell(rand.Float64()) }),
		"RANDBETWEEN": ofNumbers(2, 2, func(n []float64) grid.Cell {
			low, high := math.Ceil(n[0]), math.Floor(n[1])
			if high < low || high-low > 1<<53 {
				return numError
			}
			return numeric(low + float64(rand.Int64N(int64(high-low)+1)))
		}),
		"MOD": ofNumbers(2, 2, func(n []float64) grid.Cell {
			if n[1] == 0 {
				return divideByZero
			}
			return numeric(n[0] - n[1]*math.Floor(n[0]/n[1]))
		}),
		"QUOTIENT": ofNumbers(2, 2, func(n []float64) grid.Cell {
			if n[1] == 0 {
				return divideByZero
			}
			return numeric(math.Trunc(n[0] / n[1]))
		}),
		"LOG": ofNumbers(1, 2, logarithm),
		"ATAN2": ofNumbers(2, 2, func(n []float64) grid.Cell {
			if n[0] == 0 && n[1] == 0 {
				return divideByZero
			}
			return numeric(math.Atan2(n[1], n[0]))
		}),
		"FACT": ofNumbers(1, 1, func(n []float64) grid.Cell {
			if n[0] < 0 || n[0] > 170 {
				return numError
			}
			product := 1.0
			for i := 2.0; i <= math.Floor(n[0]); i++ {
				product *= i
			}
			return numeric(product)
		}),
	}
	return list
}

// unaryFunctions are the functions of one number.
func unaryFunctions() map[string]function {
	list := map[string]function{}
	for name, f := range map[string]func(float64) float64{
		"ABS": math.Abs, "INT": math.Floor, "EXP": math.Exp, "LN": positive(math.Log), "LOG10": positive(math.Log10),
		"SQRT": math.Sqrt, "SIN": math.Sin, "COS": math.Cos, "TAN": math.Tan, "ASIN": math.Asin, "ACOS": math.Acos, "ATAN": math.Atan,
		"SINH": math.Sinh, "COSH": math.Cosh, "TANH": math.Tanh,
		"DEGREES": func(x float64) float64 { return x * 180 / math.Pi }, "RADIANS": func(x float64) float64 { return x * math.Pi / 180 },
		"SIGN": func(x float64) float64 {
			switch {
			case x > 0:
				return 1
			case x < 0:
				return -1
			}
			return 0
		},
	} {
		list[name] = ofNumbers(1, 1, func(n []float64) grid.Cell { return numeric(f(n[0])) })
	}
	for name, odd := range map[string]bool{"ISEVEN": false, "ISODD": true} {
		list[name] = ofNumbers(1, 1, func(n []float64) grid.Cell { return grid.BoolCell((math.Mod(math.Trunc(n[0]), 2) != 0) == odd) })
	}
	return list
}

// logarithm is LOG, to the base 10 by default.
func logarithm(n []float64) grid.Cell {
	base := 10.0
	if len(n) > 1 {
		base = n[1]
	}
	switch {
	case n[0] <= 0 || base <= 0:
		return numError
	case base == 1:
		return divideByZero
	case base == 10:
		return numeric(math.Log10(n[0]))
	case base == 2:
		return numeric(math.Log2(n[0]))
	}
	return numeric(math.Log(n[0]) / math.Log(base))
}

// positive returns a logarithm, which is NaN up to zero.
func positive(f func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		if x <= 0 {
			return math.NaN()
		}
		return f(x)
	}
}

func roundingFunctions() map[string]function {
	list := map[string]function{
		"CEILING": ofNumbers(1, 2, func(n []float64) grid.Cell { return toMultiple(n, math.Ceil) }),
		"FLOOR":   ofNumbers(1, 2, func(n []float64) grid.Cell { return toMultiple(n, math.Floor) }),
		"MROUND": ofNumbers(2, 2, func(n []float64) grid.Cell {
			if n[0]*n[1] < 0 {
				return numError
			}
			return toMultiple(n, math.Round)
		}),
		"EVEN": ofNumbers(1, 1, func(n []float64) grid.Cell { return numeric(awayFromZero(n[0]/2) * 2) }),
		"ODD": ofNumbers(1, 1, func(n []float64) grid.Cell {
			if n[0] >= 0 {
				return numeric(awayFromZero((n[0]-1)/2)*2 + 1)
			}
			return numeric(awayFromZero((n[0]+1)/2)*2 - 1)
		}),
	}
	for name, f := range map[string]func(float64) float64{
		"ROUND": math.Round, "ROUNDUP": awayFromZero, "ROUNDDOWN": math.Trunc, "TRUNC": math.Trunc,
	} {
		list[name] = ofNumbers(1, 2, func(n []float64) grid.Cell {
			places := 0.0
			if len(n) > 1 {
				places = math.Trunc(n[1])
			}
			return numeric(roundTo(n[0], int(max(-400, min(400, places))), f))
		})
	}
	return list
}

func awayFromZero(x float64) float64 {
	if x < 0 {
		return math.Floor(x)
	}
	return math.Ceil(x)
}

// roundTo rounds to decimal places. Of the product with a power of ten fifteen
// digits count, as 1.005 has no more, although it is less in binary.
func roundTo(x float64, places int, round func(float64) float64) float64 {
	if math.IsInf(math.Pow10(places), 0) {
		return x
	}
	scaled := x * math.Pow10(places)
	if math.Abs(scaled) > 1e15 {
		return x
	}
	scaled, _ = strconv.ParseFloat(strconv.FormatFloat(scaled, 'g', 15, 64), 64)
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(round(scaled), 'f', 0, 64)+"e"+strconv.Itoa(-places), 64)
	if err != nil {
		return math.NaN()
	}
	return rounded
}

// toMultiple rounds a number to a multiple of another, 1 by default.
func toMultiple(n []float64, round func(float64) float64) grid.Cell {
	factor := 1.0
	if len(n) > 1 {
		factor = n[1]
	}
	switch {
	case factor == 0:
		return grid.NumberCell(0)
	case n[0] > 0 && factor < 0:
		return numError
	case n[0] < 0 && factor < 0:
		return numeric(roundTo(n[0]/factor, 0, round) * factor)
	}
	return numeric(roundTo(n[0]/factor, 0, round) * factor)
}
