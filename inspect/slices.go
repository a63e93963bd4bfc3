package inspect

import (
	"context"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// The kernel is not held up for long: what looks at many things is done in slices, and
// between them the kernel continues. A slice ends when it has looked at sliceItems
// things, and begins no step after sliceTime has passed. A step looks at stepSize
// things at most, which takes some tens of microseconds. Things that take longer to
// look at count more than once.
const (
	sliceTime  = 300 * time.Microsecond
	sliceItems = 250
	stepSize   = 25
)

// What one thing of a kind counts.
const (
	itemsOfArgs     = 5          // the text of an event's arguments
	itemsOfEndpoint = 10         // what a server, connection or wheel shows of itself
	itemsOfNode     = sliceItems // what a node or a cluster shows of itself
)

// now is the clock by which slices end.
var now = time.Now

// slices calls step on the kernel's goroutine, in slices, until more is false, and
// between after each slice, on this goroutine. step returns how many things it has
// looked at. Slices of several requests never follow each other without a turn of the
// kernel.
func (i *Inspector) slices(ctx context.Context, step func() (items int, more bool), between ...func()) error {
	for more := true; more; {
		err := i.onKernel(ctx, func() {
			items := 0
			for began := now(); more && items < sliceItems && now().Sub(began) < sliceTime; {
				var n int
				n, more = step()
				items += n
			}
			if sliced != nil {
				sliced(items)
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

// sliced, if it is not nil, is called after each slice with what it has looked at.
var sliced func(items int)

// walk goes through all sessions and calls do, on this goroutine, for some at a time.
// What is in the rows was true at one moment, a different one for each slice; sessions
// that begin or end meanwhile may be missing.
func (i *Inspector) walk(ctx context.Context, do func([]SessionRow)) error {
	var (
		infos = make([]observe.SessionInfo, 0, stepSize)
		page  = make([]SessionRow, 0, sliceItems+stepSize)
		seen  []uint64 // the sessions of all slices before this one
		after uint64
	)
	step := func() (int, bool) {
		list, next, ok := i.view.Sessions(infos, after)
		if !ok { // it has stopped: where the one before it is
			if seen = seen[:max(0, len(seen)-1)]; len(seen) == 0 {
				return 1, false
			}
			after = seen[len(seen)-1]
			return 1, true
		}
		for _, s := range list {
			page = append(page, row(s))
		}
		after = next
		return max(1, len(list)), next != 0
	}
	return i.slices(ctx, step, func() {
		for _, s := range page {
			seen = append(seen, s.Number)
		}
		do(page)
		page = page[:0]
	})
}
