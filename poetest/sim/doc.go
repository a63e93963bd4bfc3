// Package sim runs programs in a simulated world: hosts, each with a kernel, on one
// virtual clock, with a network between them that delays, loses, splits and breaks,
// hosts that crash, stand still and have their clocks set, and disks that tear what
// was not synchronised. All that happens follows from one seed, so a run that fails
// can be run again as often as it takes.
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
// The function builds the world; then Run lets Config.Duration of virtual time pass
// with faults, repairs everything, and lets Config.Settle pass without. Properties
// are checked as described at [World.Always], [World.Eventually] and
// [World.Sometimes]. A kernel that ends with an error, or turns round without time
// passing, breaks the run as well.
//
// What programs do must depend on nothing but the world: on the time of their
// kernel, its random numbers, and what the network brings. Jobs of Offload run on
// goroutines, for which the clock stands; their order is not seeded. Every
// [Config.Check] seeds one is run twice and must do the same both times.
//
// Everything here belongs to the goroutine of Run.
package sim
