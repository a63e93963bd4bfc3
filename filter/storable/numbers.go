package storable

import (
	"math"
	"strconv"
	"strings"
)

// Int64 returns the integer that v, a scalar as [Unmarshal] returns it, holds:
// a number, or a string that is a number, since nfreeze writes integers beyond
// 32 bits in this form. ok is false for any other value, for numbers with a
// fraction and for those out of range.
func Int64(v any) (n int64, ok bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float64:
		return int64(v), v == math.Trunc(v) && v >= -1<<63 && v < 1<<63
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err == nil {
			return n, true
		}
		f, ok := Float64(v)
		if !ok {
			return 0, false
		}
		return Int64(f)
	}
	return 0, false
}

// Float64 returns the number that v, a scalar as [Unmarshal] returns it, holds:
// a number, or a string that is a number, since nfreeze writes floating point
// in this form. ok is false for any other value.
func Float64(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		if strings.ContainsAny(v, "xX_") { // Go's notation, not Perl's
			return 0, false
		}
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}
