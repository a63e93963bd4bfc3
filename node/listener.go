package node

import (
	"context"
	"errors"
	"net"
	"time"
)

// listener accepts the connections of other nodes. An error of accept does not
// end it: it is logged, and accept is tried again after a while.
type listener struct {
	net.Listener
	t *library
}

// Delays between attempts to accept while the system refuses.
const (
	minAcceptDelay = 5 * time.Millisecond
	maxAcceptDelay = time.Second
)

// Accept waits for a connection that has place in the table.
func (l *listener) Accept() (net.Conn, error) {
	for delay := time.Duration(0); ; {
		raw, err := l.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			delay = min(max(2*delay, minAcceptDelay), maxAcceptDelay)
			l.t.n.log.Warn("node: cannot accept a connection", "address", l.t.n.address, "error", err, "again in", delay)
			if !l.pause(delay) {
				return nil, net.ErrClosed
			}
			continue
		}
		delay = 0
		c, err := l.t.conns.addInbound(raw)
		if err == nil {
			return c, nil
		}
		_ = raw.Close() // it is refused
		if !errors.Is(err, ErrClosed) {
			l.t.n.warn("node: refusing a connection", "from", raw.RemoteAddr(), "error", err)
		}
	}
}

// pause waits, and reports whether the node is still listening.
func (l *listener) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.t.conns.lifetime.Done():
		return false
	}
}

// dial makes outbound connections for the library.
func (t *library) dial(ctx context.Context, endpoint string) (net.Conn, error) {
	l := t.linkAt(endpoint)
	if l == nil {
		return nil, errNotWanted
	}
	ctx, cancel := context.WithTimeout(ctx, t.n.config.DeadAfter)
	defer cancel()
	stop := context.AfterFunc(t.conns.lifetime, cancel)
	defer stop()
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", l.address)
	if err != nil {
		return nil, err
	}
	c, err := t.conns.addOutbound(raw, l)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	if t.linkAt(endpoint) == nil { // disconnect may not have seen it
		return nil, errors.Join(errNotWanted, c.Close())
	}
	return c, nil
}

var errNotWanted = errors.New("node: the connection is not wanted any more")
