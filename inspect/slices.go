package inspect

import (
	"context"
	"time"
)

// The kernel is not held up for long: what takes many steps is done in slices, and
// between them the kernel continues. A slice begins no step after sliceTime has
// passed; a step looks at stepSize things, which takes some tens of
// microseconds.
const (
	sliceTime = 300 * time.Microsecond
	stepSize  = 25
)

// now is the clock by which slices end.
var now = time.Now

type slice struct{ began time.Time }

func newSlice() slice { return slice{now()} }

func (s slice) over() bool { return now().Sub(s.began) >= sliceTime }

// slices calls step on the kernel's goroutine, in slices, as long as it returns true, and
// between after each slice, while the kernel continues.
func (i *Inspector) slices(ctx context.Context, step func() (more bool), between ...func()) error {
	for more := true; more; {
		err := i.onKernel(ctx, func() {
			for s := newSlice(); more && !s.over(); {
				more = step()
			}
		})
		if err != nil {
			return err
		}
		for _, f := range between {
			f()
		}
	}
	return nil
}
