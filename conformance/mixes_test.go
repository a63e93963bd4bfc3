package conformance

// mixPrograms are the ports of programs that use several of POE's means at once.
var mixPrograms = map[string]func(*port){
	"701-mix-signals-timers-refcounts": p701,
	"702-mix-select-states":            p702,
	"703-mix-nfa-children":             p703,
	"704-mix-wheels-end-each-other":    p704,
	"705-mix-call-contexts":            p705,
	"706-mix-alarm-ids":                p706,
	"707-mix-postbacks":                p707,
	"708-mix-die-everywhere":           p708,
	"709-mix-detach-tree":              p709,
	"710-mix-aliases-gc":               p710,
	"711-mix-signal-trees":             p711,
	"712-mix-timeslices":               p712,
	"713-mix-filters-midstream":        p713,
	"714-mix-events-on-the-fly":        p714,
	"715-mix-run-and-timers":           p715,
}
