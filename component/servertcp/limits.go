package servertcp

import (
	"errors"
	"net/netip"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Limits bound what peers may take; 0 is no limit. Config.MaxClients is the
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
}

// ErrPeerLimit says that a peer has as many connections as Limits.PerPeer
// allows.
var ErrPeerLimit = errors.New("servertcp: too many connections of one peer")

// limiter counts what Limits bound.
type limiter struct {
	peers    map[netip.Addr]int
	accepted int            // in this second
	second   kernel.AlarmID // its end
}

// admit counts a new connection and tells whether its peer may have it.
func (l *Listener) admit(peer netip.AddrPort) bool {
	limit := l.config.Limits.PerPeer
	if limit == 0 || !peer.IsValid() {
		return true
	}
	if l.limiter.peers == nil {
		l.limiter.peers = map[netip.Addr]int{}
	}
	if l.limiter.peers[peer.Addr()] >= limit {
		return false
	}
	l.limiter.peers[peer.Addr()]++
	return true
}

// release takes a connection from its peer's count.
func (l *Listener) release(peer netip.AddrPort) {
	if l.limiter.peers == nil || !peer.IsValid() {
		return
	}
	if l.limiter.peers[peer.Addr()]--; l.limiter.peers[peer.Addr()] <= 0 {
		delete(l.limiter.peers, peer.Addr())
	}
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
// second, and the last that it has room for pauses until it is over.
func (l *Listener) countAccept() {
	rate := l.config.Limits.AcceptRate
	if rate == 0 {
		return
	}
	l.limiter.accepted++
	if l.limiter.second != 0 {
		return
	}
	timer, err := l.Kernel.DelayFunc("tcp_server_second", time.Second, func(e kernel.Event) {
		l.Event = e
		l.limiter.accepted, l.limiter.second = 0, 0
		l.adjustAccept()
	})
	if err != nil {
		l.Kernel.Warn("servertcp: no timer for the accept rate", "error", err)
	}
	l.limiter.second = timer
}

// full tells whether no more connections are to be accepted now.
func (l *Listener) full() bool {
	rate := l.config.Limits.AcceptRate
	if rate > 0 && l.limiter.accepted >= rate {
		return true
	}
	if s := l.config.shard; s != nil {
		return s.all.full()
	}
	return l.MaxClients > 0 && l.Connections >= l.MaxClients
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
	l.tellAcceptor()
}
