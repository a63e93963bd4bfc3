package servertcp

import (
	"net"
	"net/netip"
	"slices"

	"github.com/gopoe/poe/internal/override"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Listener is the heap of the session that listens, and, while one of its
// callbacks runs, the current event. It belongs to the kernel's goroutine.
type Listener struct {
	kernel.Event

	// Wheel is the listening wheel; nil after "shutdown".
	// POE: $heap->{listener}.
	Wheel *socketfactory.Wheel
	// Connections is how many connections are open. With an Acceptor it never
	// decreases.
	Connections int
	// Concurrency is how many connections may be open: -1 means no limit, 0
	// allows none. It is for reading: the event "set_concurrency" changes it.
	// POE: $heap->{concurrency}.
	Concurrency int
	// Heap is for the program; the server does not use it.
	Heap any

	id       kernel.ID
	config   *Config
	wheels   []*socketfactory.Wheel
	addrs    []net.Addr // where they listen, if Listen has opened them
	limiter  limiter
	stats    Stats
	deadline kernel.AlarmID // of a drain
	paused   *int           // by an inspector: what Concurrency was; nil if it is not
	accepting

	clientArgs   any // of the configuration, boxed once
	memory       memory
	share        shares
	work         work
	peerText     lastText
	backpressure int            // bytes of output from which on a connection is not read, 0 for none
	outputCheck  kernel.AlarmID // looks for peers that do not read
	first        *Client        // the connections, oldest first
	last         *Client
}

// The events of the wheels that listen.
const (
	connectionEvent = "tcp_server_got_connection"
	errorEvent      = "tcp_server_got_error"
)

var listenerEvents = socketfactory.Names{Success: connectionEvent, Failure: errorEvent}

var listenerStates = session.States[Listener]{
	"_start":            (*Listener).start,
	"_stop":             (*Listener).stop,
	"_child":            func(*Listener, kernel.Event) {},
	connectionEvent:     (*Listener).gotConnection,
	errorEvent:          (*Listener).gotError,
	"disconnected":      (*Listener).disconnected,
	"set_concurrency":   (*Listener).setConcurrency,
	"tcp_server_handed": (*Listener).gotHanded,
	"tcp_server_adjust": func(l *Listener, e kernel.Event) { l.Event = e; l.adjustAccept() },
	"shutdown":          (*Listener).shutdown,
	"drain":             (*Listener).drain,
	"stats":             func(l *Listener, e kernel.Event) { e.Return(l.Stats()) },
	override.Event:      (*Listener).handlerChanged,
}

// ID returns the listener's session.
func (l *Listener) ID() kernel.ID { return l.id }

// Addr returns the address at which the server listens, nil if it does not
// listen.
func (l *Listener) Addr() net.Addr {
	if l.Wheel == nil {
		return nil
	}
	return l.addrOf(0, l.Wheel)
}

// addrOf returns the address of a wheel: the one that Listen has seen, since the
// system may refuse to say it again.
func (l *Listener) addrOf(i int, w *socketfactory.Wheel) net.Addr {
	if i < len(l.addrs) {
		return l.addrs[i]
	}
	return w.LocalAddr()
}

func (l *Listener) start(e kernel.Event) {
	l.Event, l.id = e, e.Session
	if alias := l.config.Alias; alias != "" {
		if err := e.Kernel.AliasSet(alias); err != nil {
			e.Kernel.Host().Logger().Warn("servertcp: the alias is taken", "alias", alias, "error", err)
		}
	}
	l.listen(e)
	if l.full() {
		l.adjustAccept()
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
	if !l.handOver(e) {
		l.serveAccepted(e, socketOf(e))
	}
}

// direct reports whether the wheels that listen may call the server instead of
// sending it the event of a new connection, as those of connections do. Nothing must
// be able to see the event or its arguments.
func (l *Listener) direct() bool {
	c := l.config
	return c.Acceptor == nil && c.shard == nil && c.SessionType == nil && !l.Kernel.Host().Tracing()
}

// handlerChanged makes the wheels send the event of a new connection once Kernel.State
// has changed its handler.
func (l *Listener) handlerChanged(e kernel.Event) {
	if kernel.Arg[string](e, 0) == connectionEvent {
		for _, w := range l.wheels {
			w.ReplaceEvents(listenerEvents)
		}
	}
}

// accepted is gotConnection without the event.
func (l *Listener) accepted(_ *socketfactory.Wheel, s socketfactory.Socket) {
	l.Event = kernel.Event{Kernel: l.Kernel, Session: l.id, Sender: l.id, Name: connectionEvent}
	l.serveAccepted(l.Event, s)
}

// failed is gotError without the event.
func (l *Listener) failed(_ *socketfactory.Wheel, err *kernel.OpError) {
	_ = l.Kernel.Host().CallError(l.id, errorEvent, err) // without a session nothing is left to report to
}

// serveAccepted serves a connection that is for this listener.
func (l *Listener) serveAccepted(e kernel.Event, s socketfactory.Socket) {
	var counted *netip.Addr
	if !l.config.Proxy.trusts(s.Peer) {
		var ok bool
		if counted, ok = l.admit(s.Peer); !ok {
			l.refuse(s, ErrPeerLimit)
			return
		}
	}
	l.stats.Accepted++
	l.acceptDelay = 0
	l.Connections++
	l.countAccept()
	if l.full() {
		l.adjustAccept()
	}
	if l.config.Acceptor != nil {
		l.config.Acceptor(l, s)
		return
	}
	l.serve(e, s, counted)
}

// serve makes the session of a connection.
func (l *Listener) serve(e kernel.Event, s socketfactory.Socket, counted *netip.Addr) {
	c := &Client{listener: l, ShutdownOnError: !l.config.ClientKeepOnError, pace: l.work.newPace()}
	if counted != nil {
		c.ensureCold().counted = counted
	}
	c.setRemote(s.Peer)
	l.enter(c)
	l.startOutputCheck()
	if err := l.startSession(e.Kernel, c, s.Handle, l.clientArgs); err != nil {
		l.leave(c)
		l.release(counted)
		l.Connections--
		s.Handle.Close()
		e.Kernel.Host().Logger().Warn("servertcp: no session for a connection", "error", err)
	}
}

// startSession starts the session of a connection.
func (l *Listener) startSession(k *kernel.Kernel, c *Client, args ...any) (err error) {
	config := l.config
	if config.InlineStates == nil && config.ClientOptions == nil && config.SessionType == nil {
		_, err = session.Create(k, c, clientStates, args...) // does not keep the list
		return err
	}
	_, err = session.New(k, session.Config[Client]{
		Heap: c, States: clientStates, Funcs: config.InlineStates, Options: config.ClientOptions,
		Args: slices.Clone(args), Type: config.SessionType,
	})
	return err
}

func (l *Listener) gotError(e kernel.Event) {
	l.Event = e
	err := errorOf(e)
	if err == nil {
		return
	}
	if err.Op == "accept" {
		l.backOff(ClassOf(err))
	}
	if l.config.Error != nil {
		l.config.Error(l, err)
		return
	}
	l.warnError(err)
	if ClassOf(err) == Fatal {
		l.drop()
	}
}

// disconnected is what the sessions of connections call as they stop.
func (l *Listener) disconnected(e kernel.Event) {
	l.Event = e
	l.config.shard.leave()
	if l.Connections--; l.Connections < 0 {
		l.Connections = 0
		e.Kernel.Host().Logger().Warn("servertcp: more connections reported as ended than there were", "sender", e.Sender)
	}
	if l.Concurrency > 0 && l.Connections == l.Concurrency-1 {
		l.adjustAccept()
	}
	l.drained()
	l.stopOutputCheck()
}

// setConcurrency changes the limit, which is counted as POE does it: -1 is no
// limit, 0 allows none. It closes no connection.
func (l *Listener) setConcurrency(e kernel.Event) {
	l.Event = e
	limit, ok := kernel.ArgOK[int](e, 0)
	if !ok {
		e.Kernel.Host().Logger().Warn("servertcp: set_concurrency needs an int", "args", e.Args, "sender", e.Sender)
		return
	}
	if l.Concurrency = max(-1, limit); limit != 0 {
		l.paused = nil
	}
	l.config.shard.setLimit(l.Concurrency)
	l.adjustAccept()
}

func (l *Listener) shutdown(e kernel.Event) {
	l.Event = e
	l.drop()
	if alias := l.config.Alias; alias != "" {
		// A second shutdown finds it gone.
		_ = e.Kernel.AliasRemove(alias)
	}
}

// drop closes the listening sockets.
func (l *Listener) drop() {
	for _, w := range l.wheels {
		if err := w.Close(); err != nil {
			l.Kernel.Host().Logger().Warn("servertcp: closing a listening socket", "error", err)
		}
	}
	l.Wheel, l.wheels = nil, nil
	l.leaveShards()
	l.stopBackOff()
	if l.limiter.second != 0 {
		_, _ = l.Kernel.AlarmRemove(l.limiter.second)
		l.limiter.second = 0
	}
}
