// Package turns decides which of several requests that wait begins next. At most a
// number of them are under way in all, and to one host. They begin in the order in
// which they were added, except that those of a host at its limit are passed over.
//
// An addition, a removal and a turn take a time that grows with the logarithm of the
// number of hosts, and not with the number of requests.
package turns

import "container/heap"

// Unlimited disables a limit.
const Unlimited = -1

// Queue has the requests that wait, and counts those that are under way. The zero
// value is not valid; see New.
type Queue[T any] struct {
	limit, perHost int
	open, waiting  int
	serial         uint64
	hosts          map[Host]*host[T]
	ready          readyHosts[T]
}

// Host is a server: requests to it share a limit.
type Host struct{ Scheme, Name string }

// Place is the place of a request in a queue.
type Place[T any] struct {
	value        T
	serial       uint64
	host         *host[T]
	before, next *Place[T]
	queued       bool
}

// host has the requests to one host, oldest first.
type host[T any] struct {
	name        Host
	first, last *Place[T]
	open        int
	index       int // in ready, -1 if it is not there
}

// New makes a queue with a limit for all requests and one for those to a host.
func New[T any](limit, perHost int) *Queue[T] {
	return &Queue[T]{limit: limit, perHost: perHost, hosts: map[Host]*host[T]{}}
}

// Add has a request wait for its turn.
func (q *Queue[T]) Add(name Host, value T) *Place[T] {
	h := q.hosts[name]
	if h == nil {
		h = &host[T]{name: name, index: -1}
		q.hosts[name] = h
	}
	q.serial++
	p := &Place[T]{value: value, serial: q.serial, host: h, before: h.last, queued: true}
	if h.last == nil {
		h.first = p
	} else {
		h.last.next = p
	}
	h.last = p
	q.waiting++
	q.update(h)
	return p
}

// Remove takes a request out that has not had its turn, and reports whether that was
// so.
func (q *Queue[T]) Remove(p *Place[T]) bool {
	if !p.queued {
		return false
	}
	q.unlink(p)
	q.update(p.host)
	return true
}

// Next begins a request: it returns the one whose turn it is, if there may be
// another.
func (q *Queue[T]) Next() (value T, ok bool) {
	if q.ready.Len() == 0 || q.limit != Unlimited && q.open >= q.limit {
		return value, false
	}
	h := q.ready.hosts[0]
	p := h.first
	q.unlink(p)
	h.open++
	q.open++
	q.update(h)
	return p.value, true
}

// Done ends a request that had its turn.
func (q *Queue[T]) Done(p *Place[T]) {
	h := p.host
	h.open--
	q.open--
	q.update(h)
}

// Open returns the number of requests that are under way.
func (q *Queue[T]) Open() int { return q.open }

// Waiting returns the number of requests that wait.
func (q *Queue[T]) Waiting() int { return q.waiting }

// update enters a host in the list of those that may begin a request, or takes it
// out, after a change. It drops a host with which nothing is left to do.
func (q *Queue[T]) update(h *host[T]) {
	ready := h.first != nil && (q.perHost == Unlimited || h.open < q.perHost)
	switch {
	case ready && h.index < 0:
		heap.Push(&q.ready, h)
	case ready:
		heap.Fix(&q.ready, h.index)
	case h.index >= 0:
		heap.Remove(&q.ready, h.index)
	}
	if h.first == nil && h.open == 0 {
		delete(q.hosts, h.name)
	}
}

func (q *Queue[T]) unlink(p *Place[T]) {
	h := p.host
	if p.before == nil {
		h.first = p.next
	} else {
		p.before.next = p.next
	}
	if p.next == nil {
		h.last = p.before
	} else {
		p.next.before = p.before
	}
	p.before, p.next, p.queued = nil, nil, false
	q.waiting--
}

// readyHosts is a heap of hosts, that with the oldest request first.
type readyHosts[T any] struct {
	hosts    []*host[T]
	compared int // how often two were compared, for the tests
}

func (r *readyHosts[T]) Len() int { return len(r.hosts) }

func (r *readyHosts[T]) Less(i, j int) bool {
	r.compared++
	return r.hosts[i].first.serial < r.hosts[j].first.serial
}

func (r *readyHosts[T]) Swap(i, j int) {
	r.hosts[i], r.hosts[j] = r.hosts[j], r.hosts[i]
	r.hosts[i].index, r.hosts[j].index = i, j
}

func (r *readyHosts[T]) Push(x any) {
	h := x.(*host[T])
	h.index = len(r.hosts)
	r.hosts = append(r.hosts, h)
}

func (r *readyHosts[T]) Pop() any {
	n := len(r.hosts) - 1
	h := r.hosts[n]
	r.hosts[n] = nil
	r.hosts = r.hosts[:n]
	h.index = -1
	return h
}
