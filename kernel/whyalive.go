package kernel

import (
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
)

// Reason is one thing that keeps a session alive.
type Reason struct {
	// Kind is "event", "timer", "alias", "reference", "handle", "child" or "process".
	// "sent" is an event that the session has sent and that is still queued.
	Kind string
	Name string // the event, the alias, the tag ...
	Site string // file:line where it was added; only with Trace.Refcount
}

// String returns the reason as one line.
func (r Reason) String() string {
	text := r.Kind + " " + r.Name
	if r.Site != "" {
		text += " from " + r.Site
	}
	return text
}

// WhyAlive lists everything that keeps a session alive. With Trace.Refcount
// each reason has the place at which it was added. If there is no such living
// session, it returns nil.
func (k *Kernel) WhyAlive(id ID) []Reason {
	e, err := k.resolve(id)
	if err != nil {
		return nil
	}
	return slices.Collect(k.reasons(e, math.MaxUint64))
}

// reasons yields everything that keeps a session alive. Of the queue, and of the
// references and child processes, it looks at the first places.
func (k *Kernel) reasons(e *entry, places uint64) iter.Seq[Reason] {
	return func(yield func(Reason) bool) {
		add := func(kind, name string, s *site) bool { return yield(Reason{kind, name, s.String()}) }
		_ = k.queuedReasons(e, places, add) && e.ownReasons(add) && e.coldReasons(places, add)
	}
}

// addReason notes a reason and reports whether more are wanted.
type addReason func(kind, name string, s *site) bool

// queuedReasons adds the events to and from a session.
func (k *Kernel) queuedReasons(e *entry, places uint64, add addReason) bool {
	if e.eventsTo+e.eventsFrom == 0 {
		return true
	}
	for i := k.fifo.head; i != k.fifo.tail && places > 0; i, places = i+1, places-1 {
		more := true
		switch it := k.fifo.at(i); {
		case it.dest == nil:
		case it.dest == e && it.kind == kindGC:
			more = add("event", "(just created)", it.extra.where())
		case it.dest == e:
			more = add("event", it.name, it.extra.where())
		case it.from == e:
			more = add("sent", it.name+" to session "+ID{it.dest}.String(), it.extra.where())
		}
		if !more {
			return false
		}
	}
	return true
}

// ownReasons adds the timers, aliases, handles and children of a session.
func (e *entry) ownReasons(add addReason) bool {
	for x := range e.allTimers() {
		if !add("timer", x.name, x.extra.where()) {
			return false
		}
	}
	for a := e.aliases.Load(); a != nil; a = a.next {
		if !add("alias", a.name, a.site) {
			return false
		}
	}
	for w := e.watchers; w != nil; w = w.nextOfSess {
		for m := Read; m < modes; m++ {
			if w.watches(m) && !add("handle", fmt.Sprintf("%v for %v", w.handle, m), w.in(m).site) {
				return false
			}
		}
	}
	for child := e.firstChild; child != nil; child = child.nextSibling {
		var born *site
		if child.cold != nil {
			born = child.cold.createdAt
		}
		if !add("child", ID{child}.String(), born) {
			return false
		}
	}
	return true
}

// coldReasons adds the references and child processes of a session.
func (e *entry) coldReasons(places uint64, add addReason) bool {
	if e.cold == nil {
		return true
	}
	for _, tag := range slices.Sorted(firstKeys(e.cold.extrefs, places)) {
		if !add("reference", fmt.Sprintf("%s (%d)", tag, e.cold.extrefs[tag].count), e.cold.extrefs[tag].site) {
			return false
		}
	}
	watches := slices.SortedFunc(firstKeys(e.cold.children, places), func(a, b *childWatch) int { return a.process.pid - b.process.pid })
	for _, w := range watches {
		if !add("process", fmt.Sprintf("%d for %s", w.process.pid, w.event), w.site) {
			return false
		}
	}
	return true
}

// firstKeys yields up to most keys of a map, in any order.
func firstKeys[K comparable, V any](m map[K]V, most uint64) iter.Seq[K] {
	return func(yield func(K) bool) {
		for key := range m {
			if most == 0 || !yield(key) {
				return
			}
			most--
		}
	}
}

func (x *extra) where() *site {
	if x == nil {
		return nil
	}
	return x.site
}

// DumpAlive writes the tree of living sessions with everything that keeps each
// of them alive, and what else keeps the kernel running. A line that begins with -
// is a reason to live, one with + a wheel or another thing that the session owns.
// The error is that of w.
func (k *Kernel) DumpAlive(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d sessions, %d queued, %d handles\n", k.name, k.sessions, k.EventCount(), k.handles.count)
	for h := range k.holds {
		fmt.Fprintf(&b, "held: %s %s\n", h.why, h.site)
	}
	for child := k.root.firstChild; child != nil; child = child.nextSibling {
		k.dump(&b, child, 1)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (k *Kernel) dump(b *strings.Builder, e *entry, depth int) {
	in := strings.Repeat("  ", depth)
	fmt.Fprintf(b, "%ssession %v\n", in, ID{e})
	for _, r := range k.WhyAlive(ID{e}) {
		fmt.Fprintf(b, "%s  - %v\n", in, r)
	}
	e.owned.all(func(o *owned) { fmt.Fprintf(b, "%s  + %v\n", in, o) })
	for child := e.firstChild; child != nil; child = child.nextSibling {
		k.dump(b, child, depth+1)
	}
}

// reportLeaks warns of what is left when Run returns: nothing, unless a
// program holds on to something.
func (k *Kernel) reportLeaks() {
	for h := range k.holds {
		k.warn("a hold was not released when Run returned", "why", h.why, "site", h.site.String())
	}
	if k.sessions > 0 {
		var b strings.Builder
		if err := k.DumpAlive(&b); err == nil {
			k.warn("sessions are left as Run returns", "alive", b.String())
		}
	}
}
