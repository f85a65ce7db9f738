package formula

import (
	"math"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
)

// maxSerial is the last day that Sheets can represent: 31 December 99999.
const maxSerial = 35_830_290

// dayOf returns the day of a serial number.
func dayOf(serial float64) time.Time { return grid.DayZero().AddDate(0, 0, int(math.Floor(serial))) }

// ofDate returns a function of a date.
func ofDate(apply func(t time.Time, serial float64) float64) function {
	return ofNumbers(1, 1, func(n []float64) grid.Cell {
		if n[0] < -693_000 || n[0] > maxSerial {
			return numError
		}
		return numeric(apply(dayOf(n[0]), n[0]))
	})
}

// ofClock returns a function of the seconds of a day.
func ofClock(apply func(seconds int) int) function {
	return ofNumbers(1, 1, func(n []float64) grid.Cell {
		if n[0] < 0 || n[0] > maxSerial {
			return numError
		}
		return numeric(float64(apply(int(math.Round((n[0]-math.Floor(n[0]))*86400)) % 86400)))
	})
}

func dateFunctions() map[string]function {
	return map[string]function{
		"NOW": ofValues(0, 0, func(e *evaluator, _ []grid.Cell) grid.Cell { return grid.NumberCell(grid.Serial(e.Now.UTC())) }),
		"TODAY": ofValues(0, 0, func(e *evaluator, _ []grid.Cell) grid.Cell {
			return grid.NumberCell(math.Floor(grid.Serial(e.Now.UTC())))
		}),
		"DATE":  ofNumbers(3, 3, date),
		"TIME":  ofNumbers(3, 3, clock),
		"YEAR":  ofDate(func(t time.Time, _ float64) float64 { return float64(t.Year()) }),
		"MONTH": ofDate(func(t time.Time, _ float64) float64 { return float64(t.Month()) }),
		"DAY":   ofDate(func(t time.Time, _ float64) float64 { return float64(t.Day()) }),
		"ISOWEEKNUM": ofDate(func(t time.Time, _ float64) float64 {
			_, week := t.ISOWeek()
			return float64(week)
		}),
		"HOUR":   ofClock(func(s int) int { return s / 3600 }),
		"MINUTE": ofClock(func(s int) int { return s / 60 % 60 }),
		"SECOND": ofClock(func(s int) int { return s % 60 }),
		"WEEKDAY": ofNumbers(1, 2, func(n []float64) grid.Cell {
			day, first := int(dayOf(n[0]).Weekday()), 1.0 // Sunday is 0
			if len(n) > 1 {
				first = n[1]
			}
			switch first {
			case 1:
				return numeric(float64(day + 1))
			case 2:
				return numeric(float64((day+6)%7 + 1))
			case 3:
				return numeric(float64((day + 6) % 7))
			}
			return numError
		}),
		"EDATE":     ofNumbers(2, 2, func(n []float64) grid.Cell { return addMonths(n[0], n[1], false) }),
		"EOMONTH":   ofNumbers(2, 2, func(n []float64) grid.Cell { return addMonths(n[0], n[1], true) }),
		"DAYS":      ofNumbers(2, 2, func(n []float64) grid.Cell { return numeric(math.Floor(n[0]) - math.Floor(n[1])) }),
		"DATEDIF":   ofValues(3, 3, dateDifference),
		"DATEVALUE": ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell { return typedTime(v[0], math.Floor) }),
		"TIMEVALUE": ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell {
			return typedTime(v[0], func(x float64) float64 { return x - math.Floor(x) })
		}),
	}
}

// date is DATE. Years before 1900 are counted from there, months and days may
// be out of range.
func date(n []float64) grid.Cell {
	year := math.Trunc(n[0])
	if year < 1900 {
		year += 1900
	}
	if year < 1900 || year > 99999 || math.Abs(n[1]) > 1e6 || math.Abs(n[2]) > 1e7 {
		return numError
	}
	t := time.Date(int(year), time.Month(math.Trunc(n[1])), int(math.Trunc(n[2])), 0, 0, 0, 0, time.UTC)
	if serial := grid.Serial(t); serial >= 0 {
		return numeric(serial)
	}
	return numError
}

func clock(n []float64) grid.Cell {
	seconds := math.Trunc(n[0])*3600 + math.Trunc(n[1])*60 + math.Trunc(n[2])
	if seconds < 0 {
		return numError
	}
	return numeric(math.Mod(seconds, 86400) / 86400)
}

// addMonths moves a date by months: to the same day or the last one of the month.
func addMonths(serial, months float64, toEnd bool) grid.Cell {
	if serial < 0 || serial > maxSerial || math.Abs(months) > 1.2e6 {
		return numError
	}
	t := dayOf(serial)
	last := time.Date(t.Year(), t.Month()+time.Month(math.Trunc(months))+1, 0, 0, 0, 0, 0, time.UTC)
	if day := t.Day(); !toEnd && day < last.Day() {
		last = time.Date(last.Year(), last.Month(), day, 0, 0, 0, 0, time.UTC)
	}
	return numeric(grid.Serial(last))
}

// typedTime returns the date or the time of day of a text or a date.
func typedTime(v grid.Cell, part func(float64) float64) grid.Cell {
	n, ok := number(v)
	if !ok || v.Kind == grid.KindBool || v.Kind == grid.KindBlank {
		return valueError
	}
	if v.Kind == grid.KindText {
		if typed, err := grid.ParseUserEntered(v.Text, time.Time{}); err != nil || !grid.IsDate(typed.NumberFormat()) {
			return valueError
		}
	}
	return numeric(part(n))
}

// dateDifference is DATEDIF.
func dateDifference(_ *evaluator, v []grid.Cell) grid.Cell {
	n, failed := numbers(v[:2])
	if failed != nil {
		return *failed
	}
	if n[1] < n[0] {
		return numError
	}
	from, to := dayOf(n[0]), dayOf(n[1])
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if to.Day() < from.Day() {
		months--
	}
	switch text(v[2]) {
	case "D", "d":
		return numeric(math.Floor(n[1]) - math.Floor(n[0]))
	case "M", "m":
		return numeric(float64(months))
	case "Y", "y":
		return numeric(float64(months / 12))
	case "YM", "ym":
		return numeric(float64(months % 12))
	case "MD", "md", "YD", "yd":
		return uncalculated("DATEDIF with the unit " + text(v[2]))
	}
	return numError
}
