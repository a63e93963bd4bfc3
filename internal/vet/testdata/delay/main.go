// Durations without a unit.
package main

import (
	"time"

	"github.com/gopoe/poe"
)

const pause = 30

func main() {}

func handler(e poe.Event) {
	e.Delay("tick", 5)            // want `Delay waits 5ns`
	e.DelaySet("tick", pause)     // want `DelaySet waits 30ns`
	e.Kernel.DelayAdd("tick", -1) // want `DelayAdd waits -1ns`
	e.Kernel.DelayAdjust(0, 2)    // want `DelayAdjust waits 2ns`
	e.Delay("tick", 0)
	e.Delay("tick", 5*time.Second)
	e.Delay("tick", time.Duration(5)) // want `Delay waits 5ns`
}
