package grid

import (
	"math"
	"strconv"

	"google.golang.org/api/sheets/v4"
)

// ColorChannel returns n/255 in the precision that Google stores, a 32-bit
// float.
func ColorChannel(n int) float64 {
	short := strconv.FormatFloat(float64(n)/255, 'g', -1, 32)
	f, _ := strconv.ParseFloat(short, 64)
	return f
}

// roundColor returns a colour as Google returns it: each channel is one of 256
// steps (recorded: 0.5 becomes 0.49803922).
func roundColor(c *sheets.Color) *sheets.Color {
	if c == nil {
		return nil
	}
	// A little more, so that n/255 is not rounded down.
	step := func(x float64) float64 { return ColorChannel(int(math.Min(math.Max(x, 0), 1)*255 + 1e-4)) }
	return &sheets.Color{Red: step(c.Red), Green: step(c.Green), Blue: step(c.Blue)}
}

// SyncColors sets the older and the newer field for one colour from each other.
// The style has precedence (recorded: the response has both, whichever was
// sent).
func SyncColors(plain **sheets.Color, style **sheets.ColorStyle) {
	switch {
	case *style != nil && (*style).RgbColor != nil:
		*plain = roundColor((*style).RgbColor)
	case *style != nil:
		*plain = nil // a theme colour, or no colour
		if (*style).ThemeColor == "" {
			*style = nil
		}
		return
	case *plain != nil:
		*plain = roundColor(*plain)
	default:
		return
	}
	*style = &sheets.ColorStyle{RgbColor: *plain}
}
