// What a repeated run would see differently.
package main

import (
	"math/rand/v2"
	"time"

	"github.com/gopoe/poe"
)

func main() { _ = time.Now() }

func handler(e poe.Event) {
	_ = time.Now()              // want `a handler calls time.Now: Kernel.Now`
	_ = time.Since(time.Time{}) // want `time.Since`
	_ = rand.IntN(6)            // want `math/rand`
	_ = e.Kernel.Now()
}
