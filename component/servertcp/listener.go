package servertcp

import (
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Listener is the heap of the session that listens, and, while one of its
// callbacks runs, the event at hand. It belongs to the kernel's goroutine.
type Listener struct {
	kernel.Event

	// Wheel is the listening wheel; nil after "shutdown".
	// POE: $heap->{listener}.
	Wheel *socketfactory.Wheel
	// Connections is how many connections are open. With an Acceptor nothing
	// ever takes one away.
	Connections int
	// MaxClients is the limit; the event "set_concurrency" changes it.
	MaxClients int
	// Heap is the program's.
	Heap any

	id     kernel.ID
	config *Config
	args   argList
}

var listenerStates = session.States[Listener]{
	"_start":                    (*Listener).start,
	"_stop":                     (*Listener).stop,
	"_child":                    func(*Listener, kernel.Event) {},
	"tcp_server_got_connection": (*Listener).gotConnection,
	"tcp_server_got_error":      (*Listener).gotError,
	"disconnected":              (*Listener).disconnected,
	"set_concurrency":           (*Listener).setConcurrency,
	"shutdown":                  (*Listener).shutdown,
}

// ID returns the listener's session.
func (l *Listener) ID() kernel.ID { return l.id }

// Addr returns the address at which the server listens, nil if it does not.
func (l *Listener) Addr() net.Addr {
	if l.Wheel == nil {
		return nil
	}
	return l.Wheel.LocalAddr()
}

func (l *Listener) start(e kernel.Event) {
	l.Event, l.id = e, e.Session
	if alias := l.config.Alias; alias != "" {
		if err := e.Kernel.AliasSet(alias); err != nil {
			e.Kernel.Warn("servertcp: the alias is taken", "alias", alias, "error", err)
		}
	}
	var err error
	if l.Wheel, err = socketfactory.New(e.Kernel, l.config.factory()); err != nil {
		panic(err)
	}
	if l.config.Started != nil {
		l.config.Started(l)
	}
}

func (l *Listener) stop(e kernel.Event) {
	l.Event = e
	if l.config.Stopped != nil {
		l.config.Stopped(l)
	}
}

func (l *Listener) gotConnection(e kernel.Event) {
	l.Event = e
	l.Connections++
	if l.full() {
		l.Wheel.PauseAccept()
	}
	s := socketOf(e)
	if l.config.Acceptor != nil {
		l.config.Acceptor(l, s)
		return
	}
	c := &Client{listener: l, ShutdownOnError: !l.config.ClientKeepOnError, peer: s}
	_, err := session.New(e.Kernel, session.Config[Client]{
		Heap: c, States: clientStates, Funcs: l.config.InlineStates, Options: l.config.ClientOptions,
		Args: []any{s.Handle, l.config.ClientArgs},
	})
	if err != nil {
		s.Handle.Close()
		e.Kernel.Warn("servertcp: no session for a connection", "error", err)
	}
}

func (l *Listener) full() bool {
	return l.MaxClients > 0 && l.Wheel != nil && l.Connections >= l.MaxClients
}

func (l *Listener) gotError(e kernel.Event) {
	l.Event = e
	err := kernel.OpErrorOf(e)
	if l.config.Error != nil {
		l.config.Error(l, err)
		return
	}
	e.Kernel.Warn("servertcp: server error", "session", e.Session, "op", err.Op, "errno", int(err.Errno()), "error", err.Text())
	l.drop()
}

// disconnected is what the sessions of connections call as they stop.
func (l *Listener) disconnected(e kernel.Event) {
	l.Event = e
	if l.Connections--; l.Connections < 0 {
		l.Connections = 0
		e.Kernel.Warn("servertcp: more connections reported as ended than there were", "sender", e.Sender)
	}
	if l.MaxClients > 0 && l.Wheel != nil && l.Connections == l.MaxClients-1 {
		l.Wheel.ResumeAccept()
	}
}

// setConcurrency changes the limit. It disconnects nobody.
func (l *Listener) setConcurrency(e kernel.Event) {
	l.Event = e
	l.MaxClients = max(0, kernel.Arg[int](e, 0))
	switch {
	case l.Wheel == nil:
	case l.full():
		l.Wheel.PauseAccept()
	default:
		l.Wheel.ResumeAccept()
	}
}

func (l *Listener) shutdown(e kernel.Event) {
	l.Event = e
	l.drop()
	if alias := l.config.Alias; alias != "" {
		// A second shutdown finds it gone.
		_ = e.Kernel.AliasRemove(alias)
	}
}

// drop closes the listening socket.
func (l *Listener) drop() {
	if l.Wheel == nil {
		return
	}
	if err := l.Wheel.Close(); err != nil {
		l.Kernel.Warn("servertcp: closing the listening socket", "error", err)
	}
	l.Wheel = nil
}
