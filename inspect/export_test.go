package inspect

import "time"

// Now replaces the clock by which slices end.
func Now(f func() time.Time) (restore func()) {
	was := now
	now = f
	return func() { now = was }
}

// Measure runs all that is done on the kernel's goroutine by f.
func Measure(f func(do func())) (restore func()) {
	measure = f
	return func() { measure = nil }
}

// Sliced is called with what each slice has looked at.
func Sliced(f func(items int)) (restore func()) {
	sliced = f
	return func() { sliced = nil }
}

// The measures of a slice.
const (
	SliceTime  = sliceTime
	SliceItems = sliceItems
	StepSize   = stepSize
)
