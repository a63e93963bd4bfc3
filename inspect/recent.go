package inspect

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// eventID is an event's ID in JSON: text, since JavaScript has not enough bits.
type eventID observe.ID

func (id eventID) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(id), 36), nil }

func (id *eventID) UnmarshalText(text []byte) (err error) {
	*id, err = parseID(string(text))
	return err
}

func parseID(text string) (eventID, error) {
	n, err := strconv.ParseUint(text, 36, 64)
	return eventID(n), err
}

// record is an event that was dispatched.
type record struct {
	ID, Cause, Trace eventID
	Kind             string
	Depth            int
	Event            string
	Session          uint64
	Type             string
	Sender           uint64
	Time             time.Time
	Waited, Ran      float64 // seconds; Ran is negative while the handler runs
	Sampled          bool
	Threw            bool
	Args             string `json:",omitempty"`
}

func recordOf(s *observe.Span) record {
	return record{
		ID: eventID(s.ID), Cause: eventID(s.Cause), Trace: eventID(s.Trace), Kind: s.Kind.String(), Depth: s.Depth, Event: s.Name,
		Session: s.Session.Number, Type: s.Session.Type, Sender: s.Sender, Waited: s.Queued.Seconds(), Ran: -1, Sampled: s.Sampled,
	}
}

// recent keeps the last events, and shows each to those that follow the trace. The
// kernel's goroutine writes it; readers lock it for a page at a time.
type recent struct {
	mu      sync.Mutex
	ring    []record
	next    uint64   // of the records: record n is at n modulo the size
	open    []uint64 // by depth: the records of the handlers that run
	follows atomic.Pointer[[]*follower]
}

func newRecent(size int) *recent { return &recent{ring: make([]record, size)} }

func (r *recent) begin(s *observe.Span) {
	if len(r.ring) == 0 {
		return
	}
	x := recordOf(s)
	if s.Sampled {
		x.Time = time.Now()
	}
	if all := r.follows.Load(); all != nil && wantArgs(*all) {
		x.Args = briefAll(s.Args)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ring[r.next%uint64(len(r.ring))] = x
	for len(r.open) <= s.Depth {
		r.open = append(r.open, 0)
	}
	r.open = r.open[:s.Depth+1]
	r.open[s.Depth] = r.next + 1
	r.next++
}

func (r *recent) end(s *observe.Span) {
	if len(r.ring) == 0 {
		return
	}
	r.mu.Lock()
	x := record{}
	if s.Depth < len(r.open) && r.open[s.Depth] != 0 {
		at := r.open[s.Depth] - 1
		r.open = r.open[:s.Depth]
		if slot := &r.ring[at%uint64(len(r.ring))]; slot.ID == eventID(s.ID) {
			slot.Ran, slot.Threw = s.Ran.Seconds(), s.Threw
			x = *slot
		}
	}
	r.mu.Unlock()
	if x.ID == 0 {
		x = recordOf(s) // it has run so long that it has left the ring
		x.Ran, x.Threw = s.Ran.Seconds(), s.Threw
	}
	if all := r.follows.Load(); all != nil {
		for _, f := range *all {
			f.offer(&x)
		}
	}
}

// running lists the handlers that run, outermost first, without the one that
// is about to.
func (r *recent) running() (list []record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range r.open {
		if at == 0 {
			continue
		}
		if x := r.ring[(at-1)%uint64(len(r.ring))]; x.Ran < 0 {
			list = append(list, x)
		}
	}
	return list
}

// pageSize is how many records are looked at while the kernel may have to wait.
const pageSize = 512

// all calls do for every record that is kept, oldest first.
func (r *recent) all(do func(x *record)) {
	page := make([]record, 0, pageSize)
	for from := uint64(0); ; {
		page = page[:0]
		r.mu.Lock()
		if size := uint64(len(r.ring)); r.next > size {
			from = max(from, r.next-size)
		}
		for ; from < r.next && len(page) < pageSize; from++ {
			page = append(page, r.ring[from%uint64(len(r.ring))])
		}
		r.mu.Unlock()
		if len(page) == 0 {
			return
		}
		for i := range page {
			do(&page[i])
		}
	}
}

// filter says which events a trace shows: those that agree with all fields that
// are set.
type filter struct {
	Session uint64 // of the session or the sender; 0 is all
	Event   string // name, or with * at the end its beginning
	Type    string // what the type of the heap contains
	Kind    string
	Arg     string  // what the arguments contain
	Min     float64 // seconds that the handler runs at least
	Trace   eventID
	args    bool // show arguments
}

func (f *filter) matches(x *record) bool {
	return (f.Session == 0 || x.Session == f.Session || x.Sender == f.Session) &&
		(f.Event == "" || matchName(f.Event, x.Event)) &&
		(f.Type == "" || strings.Contains(x.Type, f.Type)) &&
		(f.Kind == "" || f.Kind == x.Kind) &&
		(f.Trace == 0 || f.Trace == x.Trace) &&
		(f.Min == 0 || x.Ran >= f.Min) &&
		(f.Arg == "" || strings.Contains(x.Args, f.Arg))
}

// follower gets the events that a filter lets through, as many as it can take.
type follower struct {
	filter  filter
	events  chan record
	dropped atomic.Uint64
}

func (f *follower) offer(x *record) {
	if !f.filter.matches(x) {
		return
	}
	select {
	case f.events <- *x:
	default:
		f.dropped.Add(1)
	}
}

func wantArgs(all []*follower) bool {
	for _, f := range all {
		if f.filter.args || f.filter.Arg != "" {
			return true
		}
	}
	return false
}

// follow shows events to a follower until stop is called.
func (r *recent) follow(by filter) (f *follower, stop func()) {
	f = &follower{filter: by, events: make(chan record, 256)}
	r.change(func(all []*follower) []*follower { return append(all, f) })
	return f, func() {
		r.change(func(all []*follower) (left []*follower) {
			for _, x := range all {
				if x != f {
					left = append(left, x)
				}
			}
			return left
		})
	}
}

func (r *recent) change(do func([]*follower) []*follower) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*follower
	if now := r.follows.Load(); now != nil {
		all = append(all, *now...)
	}
	if all = do(all); len(all) == 0 {
		r.follows.Store(nil)
		return
	}
	r.follows.Store(&all)
}

// branch is an event with all that is known to follow from it.
type branch struct {
	record
	Lost    bool // the cause is not kept any more
	Effects []*branch
}

// causes returns the tree of a whole trace, as far as it is kept, up to max events,
// and whether there were more.
func (r *recent) causes(of eventID, max int) (roots []*branch, more bool) {
	trace := eventID(0)
	r.all(func(x *record) {
		if x.ID == of {
			trace = x.Trace
		}
	})
	if trace == 0 {
		return nil, false
	}
	known := map[eventID]*branch{}
	var order []*branch
	r.all(func(x *record) {
		// A request from elsewhere continues the trace of those who have sent it.
		if x.Trace != trace && known[x.Cause] == nil {
			return
		}
		if len(order) == max {
			more = true
			return
		}
		t := &branch{record: *x}
		known[x.ID] = t
		order = append(order, t)
	})
	for _, t := range order {
		switch cause := known[t.Cause]; {
		case cause != nil:
			cause.Effects = append(cause.Effects, t)
		default:
			t.Lost = t.Cause != 0
			roots = append(roots, t)
		}
	}
	return r.withCauses(roots), more
}

// withCauses puts events of other traces above the roots that they have caused.
func (r *recent) withCauses(roots []*branch) (all []*branch) {
	lost := map[eventID][]*branch{}
	for _, t := range roots {
		if t.Lost {
			lost[t.Cause] = append(lost[t.Cause], t)
		}
	}
	if len(lost) == 0 {
		return roots
	}
	r.all(func(x *record) {
		effects := lost[x.ID]
		if len(effects) == 0 {
			return
		}
		for _, t := range effects {
			t.Lost = false
		}
		all = append(all, &branch{record: *x, Lost: x.Cause != 0, Effects: effects})
		delete(lost, x.ID)
	})
	for _, t := range roots {
		if t.Lost || t.Cause == 0 {
			all = append(all, t)
		}
	}
	return all
}
