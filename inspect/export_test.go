package inspect

import (
	"context"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// Growth walks all sessions.
func Growth(i *Inspector, ctx context.Context) error {
	return i.walk(ctx, func([]observe.SessionInfo) {})
}

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

// The measures of a slice.
const (
	SliceTime = sliceTime
	StepSize  = stepSize
)
