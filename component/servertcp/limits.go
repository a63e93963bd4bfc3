package servertcp

import (
	"errors"
	"net/netip"
	"time"

	"github.com/gopoe/poe/component/internal/ratelimit"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Limits bounds the resources that peers may use. 0 means no limit unless the
// field has a default. Config.MaxClients is the limit of connections in total.
type Limits struct {
	// PerPeer is how many connections one IP address may have open. Further
	// ones are closed immediately, see Config.Refused.
	PerPeer int
	// AcceptRate is how many connections are accepted in a second; further
	// ones wait in the system's queue.
	AcceptRate int
	// Output is how many bytes may be pending for one peer. A record that is
	// put while as many are pending is dropped, and the connection fails with
	// the operation "write" and readwrite.ErrPending.
	Output int
	// Backpressure is the amount of pending output, in bytes, at which a
	// connection's input stops: nothing is read from that peer, and no record
	// that was read already is delivered, until no more than half of it is
	// left. If the connection's equal share of Memory is less, that counts
	// instead, but at least 16 KiB. 0 means DefaultBackpressure; Unlimited
	// disables it.
	Backpressure int
	// Memory is how many bytes all connections together may hold, as pending
	// output and as incomplete input records. When they hold more, connections
	// that hold more than their equal share of it are not read; one that does
	// not fall below its share within 10 seconds ends. When pending output
	// makes them hold more than one and a half times Memory, the connection
	// that holds most ends; output is counted after each 64 KiB that were put
	// on a connection, or when some of it is written. Both errors wrap
	// ErrMemory. 0 means DefaultMemory; Unlimited disables the limit. What a
	// filter holds by itself is not counted; filters have limits of their own.
	Memory int
	// ReadRate and WriteRate are how many bytes per second are read from and
	// written to one connection; TotalReadRate and TotalWriteRate are the same
	// for all connections together. Bursts of up to a quarter of a second are
	// permitted. Excess input waits in the system's buffers, which slows the
	// peer down; excess output stays pending. With TLS, encrypted bytes are
	// counted.
	ReadRate, WriteRate           int
	TotalReadRate, TotalWriteRate int
}

// ErrPeerLimit indicates that a peer already has as many connections as
// Limits.PerPeer allows.
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
