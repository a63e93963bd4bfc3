package servertcp

import (
	"errors"
	"net/netip"
	"time"

	"github.com/gopoe/poe/component/internal/ratelimit"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Limits bound what peers may use; 0 is no limit unless the field has a default. Config.MaxClients is the
// limit of connections in total.
type Limits struct {
	// PerPeer is how many connections one IP address may have open. Further
	// ones are closed at once, see Config.Refused.
	PerPeer int
	// AcceptRate is how many connections are accepted in a second; further
	// ones wait in the system's queue.
	AcceptRate int
	// Output is how many bytes may wait to be written to one peer. A Put that
	// finds as many is dropped, and the connection fails with the operation
	// "write" and readwrite.ErrPending.
	Output int
	// Backpressure is the high mark of a connection's output, in bytes, or the
	// connection's equal share of Memory if that is less: while
	// as many wait to be written, nothing is read from that peer and no record
	// comes that has been read already, until no more than half of them are left. 0 is DefaultBackpressure, Unlimited disables
	// it.
	Backpressure int
	// Memory is how many bytes all connections together may hold, as output
	// that waits and as input that is no whole record yet. When they hold more,
	// those that hold more than their equal share of it are not read; one that
	// does not get below it in 10 seconds ends. When output is added to output
	// that waits until they hold half as much again, the connection that holds
	// most ends; output that is put counts after 64 KiB of it for each connection,
	// or when some is written. Both are errors that wrap ErrMemory. 0 is DefaultMemory,
	// Unlimited disables it. What a filter holds by itself is not counted;
	// filters have limits of their own.
	Memory int
	// ReadRate and WriteRate are how many bytes a second one connection may
	// send, and is sent; TotalReadRate and TotalWriteRate are the same for all
	// connections together. Up to a quarter of a second's worth goes at once.
	// What is over it waits: in the system's buffers, so that the peer is
	// slowed down, or as output. With TLS, what is encrypted is counted.
	ReadRate, WriteRate           int
	TotalReadRate, TotalWriteRate int
}

// ErrPeerLimit indicates that a peer has as many connections as Limits.PerPeer
// allows.
var ErrPeerLimit = errors.New("servertcp: too many connections of one peer")

// limiter counts what Limits bound.
type limiter struct {
	peers    map[netip.Addr]int
	accepted int            // in this second
	second   kernel.AlarmID // its end

	read, write *ratelimit.Bucket // of all connections
}

// admit reports whether a peer may have a new connection, and returns the
// address for which it is counted, if any.
func (l *Listener) admit(peer netip.AddrPort) (counted *netip.Addr, ok bool) {
	limit := l.config.Limits.PerPeer
	if limit == 0 || !peer.IsValid() {
		return nil, true
	}
	addr := peer.Addr()
	if l.limiter.peers == nil {
		l.limiter.peers = map[netip.Addr]int{}
	}
	if l.limiter.peers[addr] >= limit {
		return nil, false
	}
	l.limiter.peers[addr]++
	return &addr, true
}

// release counts one connection of a peer less.
func (l *Listener) release(counted *netip.Addr) {
	if counted == nil {
		return
	}
	if l.limiter.peers[*counted]--; l.limiter.peers[*counted] <= 0 {
		delete(l.limiter.peers, *counted)
	}
}

// newRate makes the limiter of a connection's speed, nil without limits.
func newRate(k *kernel.Kernel, limits *Limits, all *limiter) *ratelimit.Limiter {
	return ratelimit.New(k, ratelimit.NewBucket(limits.ReadRate), ratelimit.NewBucket(limits.WriteRate), all.read, all.write)
}

// refuse closes a connection that is one too many.
func (l *Listener) refuse(s socketfactory.Socket, why error) {
	l.stats.Refused++
	l.config.shard.leave()
	if l.config.Refused != nil {
		l.config.Refused(l, s, why)
	}
	s.Handle.Close()
}

// countAccept holds the rate of accepting: the first connection begins a
// second, and the last that it has space for pauses until it is over.
func (l *Listener) countAccept() {
	rate := l.config.Limits.AcceptRate
	if rate == 0 {
		return
	}
	l.limiter.accepted++
	if l.limiter.second != 0 {
		return
	}
	timer, err := l.Kernel.Host().DelayFunc("tcp_server_second", time.Second, func(e kernel.Event) {
		l.Event = e
		l.limiter.accepted, l.limiter.second = 0, 0
		l.adjustAccept()
	})
	if err != nil {
		l.Kernel.Host().Logger().Warn("servertcp: no timer for the accept rate", "error", err)
	}
	l.limiter.second = timer
}

// full reports whether no more connections may be accepted now.
func (l *Listener) full() bool {
	rate := l.config.Limits.AcceptRate
	if rate > 0 && l.limiter.accepted >= rate || l.acceptTimer != 0 {
		return true
	}
	if s := l.config.shard; s != nil {
		return s.all.full()
	}
	return l.Concurrency >= 0 && l.Connections >= l.Concurrency
}

// adjustAccept pauses or resumes accepting.
func (l *Listener) adjustAccept() {
	for _, w := range l.wheels {
		if l.full() {
			w.PauseAccept()
		} else {
			w.ResumeAccept()
		}
	}
	l.notifyAcceptor()
}
