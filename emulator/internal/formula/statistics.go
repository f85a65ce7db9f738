package formula

import (
	"math"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
)

// collect returns the numbers of ranges and arguments: of ranges only numbers,
// of other arguments also text and booleans that are numbers. It returns an
// error value for an error, or for an argument that is not a number.
func (e *evaluator) collect(args []operand) (list []float64, failed *grid.Cell) {
	for _, o := range args {
		alone := o.rows == 1 && o.columns == 1 && o.from == nil
		e.visit(o, func(_, _ int, v grid.Cell) bool {
			switch {
			case isError(v):
				failed = &v
			case v.Kind == grid.KindNumber:
				list = append(list, v.Number)
			case alone && v.Kind != grid.KindBlank:
				n, ok := number(v)
				if list = append(list, n); !ok {
					failed = &valueError
				}
			}
			return failed == nil
		})
		if failed != nil {
			return nil, failed
		}
	}
	return list, nil
}

// ofCollected returns a function of the numbers of its arguments. The parameter none
// is its value where no argument has a number.
func ofCollected(none grid.Cell, apply func(list []float64) grid.Cell) function {
	return ofRanges(1, -1, false, func(e *evaluator, args []operand) operand {
		list, failed := e.collect(args)
		switch {
		case failed != nil:
			return single(*failed)
		case len(list) == 0:
			return single(none)
		}
		return single(apply(list))
	})
}

func sum(list []float64) float64 {
	total := 0.0
	for _, n := range list {
		total += n
	}
	return total
}

// variance returns the sum of the squared distances from the mean, over the
// number of values less some.
func variance(list []float64, less int) float64 {
	if len(list) <= less {
		return math.NaN()
	}
	mean, total := sum(list)/float64(len(list)), 0.0
	for _, n := range list {
		total += (n - mean) * (n - mean)
	}
	return total / float64(len(list)-less)
}

// deviation returns a function of the variance, #DIV/0! for too few values.
func deviation(less int, of func(float64) float64) function {
	return ofCollected(divideByZero, func(list []float64) grid.Cell {
		if len(list) <= less {
			return divideByZero
		}
		return numeric(of(variance(list, less)))
	})
}

func statisticFunctions() map[string]function {
	zero := grid.NumberCell(0)
	same := func(x float64) float64 { return x }
	list := map[string]function{
		"SUM":     ofCollected(zero, func(l []float64) grid.Cell { return numeric(sum(l)) }),
		"AVERAGE": ofCollected(divideByZero, func(l []float64) grid.Cell { return numeric(sum(l) / float64(len(l))) }),
		"MIN":     ofCollected(zero, func(l []float64) grid.Cell { return numeric(slices.Min(l)) }),
		"MAX":     ofCollected(zero, func(l []float64) grid.Cell { return numeric(slices.Max(l)) }),
		"MEDIAN":  ofCollected(numError, func(l []float64) grid.Cell { return percentile(l, 0.5) }),
		"PRODUCT": ofCollected(zero, func(l []float64) grid.Cell {
			product := 1.0
			for _, n := range l {
				product *= n
			}
			return numeric(product)
		}),
		"SUMSQ": ofCollected(zero, func(l []float64) grid.Cell {
			total := 0.0
			for _, n := range l {
				total += n * n
			}
			return numeric(total)
		}),
	}
	for name, d := range map[string]function{
		"STDEV": deviation(1, math.Sqrt), "STDEV.S": deviation(1, math.Sqrt), "STDEVP": deviation(0, math.Sqrt), "STDEV.P": deviation(0, math.Sqrt),
		"VAR": deviation(1, same), "VAR.S": deviation(1, same), "VARP": deviation(0, same), "VAR.P": deviation(0, same),
		"LARGE": ranked(func(l []float64, k float64) grid.Cell { return nth(l, len(l)-int(k)) }),
		"SMALL": ranked(func(l []float64, k float64) grid.Cell { return nth(l, int(k)-1) }),
		"RANK":  rankFunction(), "RANK.EQ": rankFunction(),
		"PERCENTILE": ranked(percentile), "PERCENTILE.INC": ranked(percentile),
		"QUARTILE": ranked(quartile), "QUARTILE.INC": ranked(quartile),
	} {
		list[name] = d
	}
	return list
}

// countingFunctions are the functions that count values.
func countingFunctions() map[string]function {
	return map[string]function{
		"COUNT": ofRanges(1, -1, false, func(e *evaluator, args []operand) operand {
			return single(e.count(args, func(v grid.Cell, alone bool) bool {
				_, ok := number(v)
				return v.Kind == grid.KindNumber || alone && ok
			}))
		}),
		"COUNTA": ofRanges(1, -1, false, func(e *evaluator, args []operand) operand {
			return single(e.count(args, func(v grid.Cell, alone bool) bool { return v.Kind != grid.KindBlank || alone }))
		}),
		"COUNTBLANK": ofRanges(1, 1, false, func(e *evaluator, args []operand) operand {
			filled := e.count(args, func(v grid.Cell, _ bool) bool {
				return v.Kind != grid.KindBlank && (v.Kind != grid.KindText || v.Text != "")
			})
			if isError(filled) {
				return single(filled)
			}
			return single(grid.NumberCell(float64(args[0].rows*args[0].columns) - filled.Number))
		}),
		"COUNTUNIQUE": ofRanges(1, -1, false, func(e *evaluator, args []operand) operand {
			seen := map[grid.Cell]bool{}
			counted := e.count(args, func(v grid.Cell, _ bool) bool {
				key := uniqueKey(v)
				fresh := v.Kind != grid.KindBlank && !seen[key]
				seen[key] = true
				return fresh
			})
			return single(counted)
		}),
	}
}

// count counts values. A value that is not emulated is the result.
func (e *evaluator) count(args []operand, fits func(v grid.Cell, alone bool) bool) grid.Cell {
	n := 0
	var failed *grid.Cell
	for _, o := range args {
		alone := o.rows == 1 && o.columns == 1 && o.from == nil
		e.visit(o, func(_, _ int, v grid.Cell) bool {
			if v.Kind == grid.KindUncalculated {
				failed = &v
				return false
			}
			if fits(v, alone) {
				n++
			}
			return true
		})
	}
	if failed != nil {
		return *failed
	}
	return grid.NumberCell(float64(n))
}

// ranked returns a function of sorted numbers and one number.
func ranked(apply func(sorted []float64, k float64) grid.Cell) function {
	return ofRanges(2, 2, false, func(e *evaluator, args []operand) operand {
		list, failed := e.collect(args[:1])
		k, alsoFailed := numbers([]grid.Cell{e.one(args[1])})
		switch {
		case failed != nil:
			return single(*failed)
		case alsoFailed != nil:
			return single(*alsoFailed)
		case len(list) == 0:
			return single(numError)
		}
		slices.Sort(list)
		return single(apply(list, k[0]))
	})
}

func nth(sorted []float64, i int) grid.Cell {
	if i < 0 || i >= len(sorted) {
		return numError
	}
	return numeric(sorted[i])
}

// percentile returns the value below which a fraction of the numbers is, between
// two of them if need be.
func percentile(list []float64, fraction float64) grid.Cell {
	if fraction < 0 || fraction > 1 {
		return numError
	}
	sorted := slices.Sorted(slices.Values(list))
	at := fraction * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return numeric(sorted[low])
	}
	return numeric(sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low]))
}

func quartile(list []float64, quarter float64) grid.Cell {
	return percentile(list, math.Trunc(quarter)/4)
}

func rankFunction() function {
	return ofRanges(2, 3, false, func(e *evaluator, args []operand) operand {
		list, failed := e.collect(args[1:2])
		if failed != nil {
			return single(*failed)
		}
		given := []grid.Cell{e.one(args[0]), grid.NumberCell(0)}
		if len(args) > 2 {
			given[1] = e.one(args[2])
		}
		n, failed := numbers(given)
		if failed != nil {
			return single(*failed)
		}
		before, found := 0, false
		for _, other := range list {
			found = found || other == n[0]
			if n[1] == 0 && other > n[0] || n[1] != 0 && other < n[0] {
				before++
			}
		}
		if !found {
			return single(notAvailable)
		}
		return single(grid.NumberCell(float64(before + 1)))
	})
}
