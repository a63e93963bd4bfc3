package sim

import (
	"maps"
	"time"
)

// The shrinker is one of its own. pgregory.net/rapid, the runner-up, shrinks the
// sequence of numbers that a test draws; a world draws some hundred thousand, at
// moments that depend on what the program does, so that a number less makes another
// world of all that follows. Faults, in contrast, can be left out one by one while
// all other numbers remain: they have generators of their own, and keep their
// numbers when others do not happen. So the set of faults is reduced, by halves
// first (delta debugging), as long as the same property fails.

// shrinkTime bounds, in real time, how long is looked for fewer faults.
const shrinkTime = 20 * time.Second

// shrink looks for fewer faults with which a seed fails in the same way.
func shrink(c Config, o outcome, build func(w *World)) (small outcome, runs int) {
	small = o
	skip := map[uint64]bool{}
	deadline := time.Now().Add(shrinkTime)
	more := func() bool { return runs < c.Shrink && time.Now().Before(deadline) }
	for part := (len(o.faults) + 1) / 2; part > 0; {
		reduced := false
		for from := 0; from < len(small.faults) && more(); {
			without := maps.Clone(skip)
			for _, f := range small.faults[from:min(from+part, len(small.faults))] {
				without[f.key] = true
			}
			runs++
			again := runSeed(c, o.seed, without, build)
			if again.failure != nil && again.failure.Property == o.failure.Property && len(again.faults) < len(small.faults) {
				small, skip, reduced = again, without, true
				continue
			}
			from += part
		}
		if !more() || part == 1 && !reduced {
			break
		}
		if !reduced || part > len(small.faults) {
			part = max(1, part/2)
		}
		if len(small.faults) == 0 {
			break
		}
	}
	return small, runs
}
