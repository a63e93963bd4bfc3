package metrics

// kindStats are the counters of all sessions of a kind. They belong to the kernel's
// goroutine.
type kindStats struct {
	events map[string]*counter
	recent [1 << recentBits]*counter // of events, by place
	other  *counter
}

// counter counts one event of a kind. What has ended since the last settlement
// belongs to the kernel's goroutine, and all else is guarded by the Collector's
// mutex, which is then not locked for every event.
type counter struct {
	m     *Collector
	name  string // of the event
	ended uint64
	event *Event
}

// maxPending is how many events are counted before they are settled.
const maxPending = 256

const recentBits = 4

// place is where an event's counter is found without a map: events seldom have
// the same length, beginning, and end.
func place(name string) uint {
	n := uint(len(name))
	return (uint(name[0]) + 5*uint(name[n-1]) + 3*n) % (1 << recentBits)
}

// counter returns the counter of an event.
func (k *kindStats) counter(m *Collector, sessionType, event string) *counter {
	if event == "" {
		return k.find(m, sessionType, event)
	}
	at := &k.recent[place(event)]
	if c := *at; c != nil && c.name == event {
		return c
	}
	c := k.find(m, sessionType, event)
	if c != k.other {
		*at = c
	}
	return c
}

// find returns the counter from the map, and makes it if there is none.
func (k *kindStats) find(m *Collector, sessionType, event string) *counter {
	if c := k.events[event]; c != nil {
		return c
	}
	if m.pairs < m.limit {
		m.pairs++
		c := m.newCounter(sessionType, event)
		k.events[event] = c
		return c
	}
	if k.other == nil {
		k.other = m.newCounter(sessionType, Other)
	}
	return k.other
}

func (m *Collector) newCounter(kind, event string) *counter {
	c := &counter{m: m, name: event, event: &Event{Kind: kind, Event: event}}
	m.mu.Lock()
	m.all = append(m.all, c)
	m.mu.Unlock()
	return c
}

// Add implements [observe.Counter].
func (c *counter) Add(n uint64) {
	c.m.count(c, n)
	c.m.settleMany()
}

// count counts events that have ended.
func (m *Collector) count(c *counter, n uint64) {
	if c.ended == 0 {
		m.pending = append(m.pending, c)
	}
	c.ended += n
	m.counted += n
}

// settleMany settles if many events have ended.
func (m *Collector) settleMany() {
	if m.counted < maxPending {
		return
	}
	m.mu.Lock()
	m.settle()
	m.mu.Unlock()
}

// settle adds what has ended to the numbers. The lock is held.
func (m *Collector) settle() {
	for i, c := range m.pending {
		c.event.Count += c.ended
		m.dispatched += c.ended
		c.ended, m.pending[i] = 0, nil
	}
	m.pending, m.counted = m.pending[:0], 0
}
