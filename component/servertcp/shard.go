package servertcp

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gopoe/poe/kernel"
)

// shard is one listener among those to which connections are handed over. All
// methods do nothing on a nil one, which is a listener by itself.
type shard struct {
	all     *shardList
	id      kernel.ID
	accepts bool         // it has the socket
	open    atomic.Int64 // connections that it has or that are on their way to it
	limit   atomic.Int64 // as Listener.Concurrency: -1 is none
}

// enter counts a connection, which the accepting listener does before it hands
// it over.
func (s *shard) enter() {
	if s != nil {
		s.open.Add(1)
	}
}

// leave counts one less.
func (s *shard) leave() {
	if s != nil {
		s.open.Add(-1)
	}
}

func (s *shard) setLimit(n int) {
	if s != nil {
		s.limit.Store(int64(n))
	}
}

func (s *shard) full() bool {
	limit := s.limit.Load()
	return limit >= 0 && s.open.Load() >= limit
}

// shardList are the listeners that take connections.
type shardList struct {
	mu       sync.Mutex
	members  []*shard
	turn     int
	acceptor kernel.ID
}

func (a *shardList) size() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.members)
}

// next finds the listener whose turn it is and counts the connection for it.
// When all are full that is the accepting one's own.
func (a *shardList) next(own *shard) *shard {
	a.mu.Lock()
	defer a.mu.Unlock()
	for range a.members {
		s := a.members[a.turn%len(a.members)]
		a.turn++
		if !s.full() {
			s.enter()
			return s
		}
	}
	own.enter()
	return own
}

// full reports whether no listener may have another connection.
func (a *shardList) full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !slices.ContainsFunc(a.members, func(s *shard) bool { return !s.full() })
}

func (a *shardList) accepting() kernel.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.acceptor
}

// joinShards enters the listener among those that get connections, and reports
// whether another one accepts them. Then it watches no socket, and is kept
// alive by a reference until it is shut down.
func (l *Listener) joinShards(e kernel.Event) (elsewhere bool) {
	s := l.config.shard
	if s == nil {
		return false
	}
	s.id = e.Session
	s.all.mu.Lock()
	s.all.members = append(s.all.members, s)
	if s.accepts {
		s.all.acceptor = s.id
	}
	s.all.mu.Unlock()
	if s.accepts {
		return false
	}
	// The session exists, so it can be counted.
	_, _ = e.Kernel.RefcountIncrement(e.Session, shardTag)
	return true
}

// shardTag is the tag that keeps a listener without a socket alive.
const shardTag = "servertcp: shard"

// leaveShards ends the handing over of connections to this listener.
func (l *Listener) leaveShards() {
	s := l.config.shard
	if s == nil {
		return
	}
	s.all.mu.Lock()
	before := len(s.all.members)
	s.all.members = slices.DeleteFunc(s.all.members, func(m *shard) bool { return m == s })
	left := len(s.all.members) < before
	s.all.mu.Unlock()
	if left && !s.accepts {
		_, _ = l.Kernel.RefcountDecrement(l.id, shardTag) // as counted above
		l.notifyAcceptor()
	}
}

// notifyAcceptor has the accepting listener look again who is full.
func (l *Listener) notifyAcceptor() {
	s := l.config.shard
	if s == nil || s.accepts {
		return
	}
	if to := s.all.accepting(); to.Alive() {
		// It may stop meanwhile, and then accepts nothing anyway.
		_ = l.Kernel.Post(to, "tcp_server_adjust")
	}
}
