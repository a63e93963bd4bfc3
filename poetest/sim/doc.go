// Package sim runs programs in a simulated world: hosts, each with a kernel, on
// one virtual clock, with a network between them that delays, loses, splits and
// breaks, hosts that crash, pause and have their clocks set, and disks that
// lose a part of what was not synchronised. Everything that happens is
// determined by one seed, so that a run which fails can be repeated.
//
//	func TestLedger(t *testing.T) {
//		sim.Run(t, sim.Config{Seeds: 100, Faults: sim.Hostile()}, func(w *sim.World) {
//			server := w.Host("server", func(h *sim.Host) { serve(h.Kernel, h.Listen(7)) })
//			client := w.Host("client", func(h *sim.Host) { talk(h) })
//			w.Always("no record comes twice", func() error { ... })
//			w.Eventually("all records have come", func() error { ... })
//		})
//	}
//
// The function builds the world; then Run lets Config.Duration of virtual time
// pass with faults, repairs everything, and lets Config.Settle pass without.
// Properties are checked as described at [World.Always], [World.Eventually] and
// [World.Sometimes]. A kernel that ends with an error, or runs on without time
// passing, fails the run as well.
//
// What programs do must depend on nothing but the world: the time of their
// kernel, its random numbers, and what arrives from the network. Jobs of
// Offload run on goroutines, during which the clock does not advance; the seed
// does not determine their order. One seed in every [Config.Check] is run twice
// and must do the same both times.
//
// The hosts of a failing run are recorded; [Replay] replays one of them without its
// world.
//
// All functions and methods of this package belong to the goroutine of Run.
package sim
