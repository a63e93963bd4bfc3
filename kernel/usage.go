package kernel

import (
	"fmt"
	"time"
)

// Mistakes that compile and only show much later are looked for in strict mode
// and under Assert.Usage, where they are panics.

func (k *Kernel) assertsUsage() bool { return k.debug != nil && k.debug.assert&assertUsage != 0 }

// checkGoroutine complains about a method that is called on another goroutine
// while the kernel runs on its own.
func (k *Kernel) checkGoroutine(method string) {
	if k.debug != nil {
		k.assertGoroutine(method)
	}
}

func (k *Kernel) assertGoroutine(method string) {
	if k.assertsUsage() && k.inbox.running.Load() && !k.onOwnGoroutine() {
		panic(callError(method, nil, errForeignGoroutine))
	}
}

// checkDelay complains about a delay of some nanoseconds, which is a number of
// seconds in Perl.
func (k *Kernel) checkDelay(method, event string, d time.Duration) {
	if 0 < d && d < time.Microsecond && k.assertsUsage() {
		panic(callError(method, event, fmt.Errorf("a delay of %v: multiply by a unit, as in %d*time.Second: %w", d, d.Nanoseconds(), ErrInvalid)))
	}
}
