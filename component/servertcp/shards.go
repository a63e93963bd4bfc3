package servertcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// ShardConfig specifies where a server that runs on several kernels listens.
type ShardConfig struct {
	// Address is where to listen. If its port is 0, the system chooses one port
	// for all kernels.
	Address
	// Shards is the number of kernels, at least 1.
	Shards int
	// ListenQueue and Socket are as in Config.
	ListenQueue int
	Socket      socketfactory.Options
	// HandOff makes one kernel accept for all. It is implied where the system
	// cannot distribute connections itself: for unix sockets, if Listener is
	// set, and on systems other than Linux.
	HandOff bool
}

// Shards is one server on several kernels of a process: each kernel has a
// listener, and each connection stays with the kernel to which it is assigned.
//
// On Linux every listener has its own socket on the same port, and the system
// distributes connections by a hash of the addresses. Elsewhere, or with
// HandOff, the first listener accepts and assigns the connections to all
// listeners in turn, itself included, skipping those that have MaxClients
// connections; it pauses while all have.
//
// Its methods may be called from any goroutine, except New.
type Shards struct {
	handOff bool
	addr    net.Addr

	mu      sync.Mutex
	handles []*kernel.Handle // not given to a listener yet
	left    int              // listeners that are still to be made
	ids     []kernel.ID      // of the listeners that were made
	shards  shardList        // when connections are handed over
}

// NewShards opens the sockets of a server on several kernels. Shards.New must
// then be called for each kernel. It may block while a name is looked up. The
// error is a *kernel.ConfigError or a *kernel.OpError.
func NewShards(c ShardConfig) (*Shards, error) {
	if c.Shards < 1 {
		return nil, &kernel.ConfigError{Package: "servertcp", Field: "Shards", Err: fmt.Errorf("%d is less than 1", c.Shards)}
	}
	s := &Shards{left: c.Shards}
	s.handOff = c.HandOff || !sharesPorts || c.Domain == socketfactory.Unix || c.Listener != nil
	if c.Listener != nil {
		s.handles = []*kernel.Handle{c.Listener}
	} else if err := s.open(c); err != nil {
		s.Close()
		return nil, err
	}
	s.addr = s.handles[0].LocalAddr()
	return s, nil
}

// open opens the listening sockets, all on the port of the first.
func (s *Shards) open(c ShardConfig) error {
	config := Config{ListenQueue: c.ListenQueue, Socket: c.Socket}
	sockets := 1
	if !s.handOff {
		sockets, config.Socket.ReusePort = c.Shards, true
	}
	at := c.Address
	for range sockets {
		h, err := socketfactory.Listen(config.factory(at))
		if err != nil {
			return err
		}
		s.handles = append(s.handles, h)
		if tcp, ok := h.LocalAddr().(*net.TCPAddr); ok {
			at.Port, at.Service = tcp.Port, ""
		}
	}
	return nil
}

// Addr returns the address at which the server listens.
func (s *Shards) Addr() net.Addr { return s.addr }

// HandsOff reports whether the first listener accepts for all.
func (s *Shards) HandsOff() bool { return s.handOff }

// New creates the server's listener in a kernel and must be called on its
// goroutine. It is the function [New] with c, whose fields Address, Port,
// Service, Domain, Listener and ExtraAddresses must not be set. Callbacks that
// several kernels share run on several goroutines. MaxClients and Limits apply
// to each kernel separately.
func (s *Shards) New(k *kernel.Kernel, c Config) (*Listener, error) {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "servertcp", Field: field, Err: errors.New(what)}
	}
	if c.Address != "" || c.Port != 0 || c.Service != "" || c.Domain != 0 || c.Listener != nil || len(c.ExtraAddresses) > 0 {
		return nil, wrong("Address", "is that of the Shards")
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.left == 0 {
		s.mu.Unlock()
		return nil, wrong("Shards", "all listeners are made, or the server is closed")
	}
	s.left--
	if len(s.handles) > 0 {
		c.Listener, s.handles = s.handles[0], s.handles[1:]
	}
	if s.handOff {
		c.shard = &shard{all: &s.shards, accepts: c.Listener != nil}
		c.shard.setLimit(c.concurrency())
	}
	s.mu.Unlock()
	l, err := New(k, c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.ids = append(s.ids, l.ID())
	s.mu.Unlock()
	return l, nil
}

// Post posts an event to all listeners: "shutdown", "drain" with a
// time.Duration, "set_concurrency" with the number for each of them. It does
// not wait; listeners that have stopped are skipped.
func (s *Shards) Post(event string, args ...any) {
	for _, id := range s.listeners() {
		id.Kernel().Outside().Post(id, event, args...)
	}
}

// Stats returns the sum of the figures of all listeners whose kernels run. It
// waits for their kernels, so it must not be called on a kernel's goroutine. If
// ctx ends first, it returns the error and the sum so far.
func (s *Shards) Stats(ctx context.Context) (Stats, error) {
	var sum Stats
	for _, id := range s.listeners() {
		v, err := id.Kernel().Outside().Call(ctx, id, "stats")
		switch {
		case errors.Is(err, kernel.ErrNotRunning), errors.Is(err, kernel.ErrNoSession):
			continue
		case err != nil:
			return sum, err
		}
		one := v.(Stats)
		sum.Open += one.Open
		sum.Held += one.Held
		sum.Accepted += one.Accepted
		sum.Refused += one.Refused
		sum.Errors += one.Errors
		sum.ForceClosed += one.ForceClosed
		sum.BytesIn += one.BytesIn
		sum.BytesOut += one.BytesOut
	}
	return sum, nil
}

func (s *Shards) listeners() []kernel.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]kernel.ID(nil), s.ids...)
}

// Close closes the sockets for which no listener was created; further calls of
// New fail. Existing listeners continue.
func (s *Shards) Close() error {
	s.mu.Lock()
	handles := s.handles
	s.handles, s.left = nil, 0
	s.mu.Unlock()
	var all []error
	for _, h := range handles {
		all = append(all, h.Close())
	}
	return errors.Join(all...)
}

// handed is a connection on its way to another kernel.
type handed struct {
	to   *shard
	args []any // of the event tcp_server_got_connection
}

// Undelivered closes a connection that has come too late.
func (h *handed) Undelivered() {
	h.to.leave()
	_ = h.args[0].(*kernel.Handle).Close() // the connection is given up, so its error has no meaning
}

// handOver gives a new connection to another kernel, if it is another's turn.
func (l *Listener) handOver(e kernel.Event) bool {
	own := l.config.shard
	if own == nil {
		return false
	}
	for range own.all.size() {
		s := own.all.next(own)
		if s == own {
			return false
		}
		// Its kernel may have ended, or have too much to do.
		if e.Kernel.Post(s.id, "tcp_server_handed", &handed{s, e.Args}) == nil {
			l.countAccept()
			if l.full() {
				l.adjustAccept()
			}
			return true
		}
		s.leave()
	}
	own.enter()
	return false
}

// gotHanded serves a connection that another kernel has accepted.
func (l *Listener) gotHanded(e kernel.Event) {
	e.Args = kernel.Arg[*handed](e, 0).args
	l.Event = e
	l.serveAccepted(e, socketOf(e))
}
