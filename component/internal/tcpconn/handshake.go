package tcpconn

import (
	"context"
	"crypto/tls"
	"errors"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Handshake is a TLS handshake that proceeds on a goroutine of its own. Its
// methods belong to the kernel's goroutine.
type Handshake struct {
	Conn *tls.Conn

	cancel  context.CancelFunc
	session kernel.ID
}

const handshakeTag = "handshake"

// StartHandshake begins a handshake for a session, which it keeps alive, within
// a time; 0 is forever. When it has ended the session gets an event, with the
// Handshake, its error or nil, and args as arguments. A handshake that took too
// long ends with syscall.ETIMEDOUT.
func StartHandshake(session kernel.ID, conn *tls.Conn, timeout time.Duration, event string, args ...any) (*Handshake, error) {
	k := session.Kernel()
	if _, err := k.RefcountIncrement(session, handshakeTag); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(context.Background(), timeout)
	}
	s := &Handshake{Conn: conn, cancel: cancel, session: session}
	outside := k.Outside()
	go func() {
		err := conn.HandshakeContext(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = syscall.ETIMEDOUT
		}
		outside.Post(session, event, append([]any{s, err}, args...)...)
	}()
	return s, nil
}

// Cancel makes the handshake fail. Its event still comes.
func (s *Handshake) Cancel() { s.cancel() }

// Drop ends a handshake, and closes its connection unless that is to be used.
// An event that is still to come must be ignored.
func (s *Handshake) Drop(use bool) {
	s.cancel()
	if !use {
		_ = s.Conn.NetConn().Close() // the connection is given up, so its error has no meaning
	}
	// The reference is the handshake's own; if the session has stopped it is gone.
	_, _ = s.session.Kernel().RefcountDecrement(s.session, handshakeTag)
}
