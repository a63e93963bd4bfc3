//go:build linux

package compat

import (
	"net"
	"reflect"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// On returns a code reference to an event handler of sessions whose heap is an
// *H. The handler dies if the heap has a different type.
func On[H any](f func(heap *H, e *Event)) *perl.Code {
	return Handler(func(e *Event) {
		heap, ok := e.Heap().(*H)
		if !ok {
			perl.Die("the heap of %s is a %T", e.State(), e.Heap())
		}
		f(heap, e)
	})
}

// Connection is the part of a connection's heap which
// POE::Component::Server::TCP maintains. The heap of a program embeds it. Its
// flags are 1 or 0.
type Connection struct {
	Client          *Wheel // nil when the connection is closed
	RemoteIP        any    // a string
	RemotePort      any    // a number; nil for a local socket
	RemoteAddr      any    // packed
	Shutdown        int    // 1 or 0, as the others
	GotAnError      int
	ShutdownOnError int // may be set
}

func (h *Connection) connection() *Connection { return h }

func (h *Connection) refresh(c *servertcp.Client) {
	h.Client = wheelFor(h.Client, c.Wheel)
	h.RemoteIP, h.RemotePort = ipOf(c.RemoteIP), any(c.RemotePort)
	if c.RemoteIP == "LOCAL" {
		h.RemotePort = nil
	}
	h.RemoteAddr = perl.PackAddr(net.TCPAddrFromAddrPort(c.RemoteAddr))
	h.Shutdown, h.GotAnError, h.ShutdownOnError = perl.If(c.ShuttingDown, 1, 0), perl.If(c.GotAnError, 1, 0), perl.If(c.ShutdownOnError, 1, 0)
}

// wheelFor returns the wheel of POE for one of package readwrite, nil if it is closed.
func wheelFor(w *Wheel, rw *readwrite.Wheel) *Wheel {
	if rw == nil || rw.Closed() {
		if w != nil {
			w.gone = true
		}
		return nil
	}
	if w != nil && w.id == rw.ID() {
		return w
	}
	w = wrapReadWrite(rw, nil)
	w.held = 1
	return w
}

// Listening is the part of the listener's heap which
// POE::Component::Server::TCP maintains. The heap of a program embeds it.
type Listening struct {
	Listener    *Wheel // nil when it does not listen
	Connections int
	Concurrency int
}

func (h *Listening) listening() *Listening { return h }

func (h *Listening) refresh(l *servertcp.Listener) {
	h.Connections, h.Concurrency = l.Connections, l.Concurrency
	switch {
	case l.Wheel == nil:
		h.Listener = nil
	case h.Listener == nil:
		h.Listener = wrapListener(l.Wheel)
	}
}

// wrapListener makes a wheel of POE of the listening one of a server.
func wrapListener(sf *socketfactory.Wheel) *Wheel {
	return &Wheel{class: "POE::Wheel::SocketFactory", id: sf.ID(), held: 1, close: func() { _ = sf.Close() }, call: func(method string, args []any) ([]any, bool) {
		switch method {
		case "getsockname":
			return perl.L(perl.PackAddr(sf.LocalAddr())), true
		case "pause_accept":
			sf.PauseAccept()
			return nil, true
		case "resume_accept":
			sf.ResumeAccept()
			return nil, true
		}
		return nil, false
	}}
}

// Connected is the part of the heap which POE::Component::Client::TCP
// maintains. The heap of a program embeds it. Its numbers are 1 or 0.
type Connected struct {
	Server          *Wheel // of the connection, or the one that connects
	Connected       int    // 1 or 0, as the others
	Shutdown        int
	GotAnError      int
	ShutdownOnError int // may be set
}

func (h *Connected) connected() *Connected { return h }

func (h *Connected) refresh(c *clienttcp.Client) {
	if c.Wheel == nil && c.Factory != nil {
		if h.Server == nil || h.Server.class != "POE::Wheel::SocketFactory" {
			h.Server = &Wheel{class: "POE::Wheel::SocketFactory", id: c.Factory.ID(), held: 1, close: func() {}, call: func(string, []any) ([]any, bool) { return nil, false }}
		}
	} else {
		h.Server = wheelFor(h.Server, c.Wheel)
	}
	if c.GotAnError {
		h.GotAnError = 1
	}
	h.Connected, h.Shutdown, h.ShutdownOnError = perl.If(c.Connected, 1, 0), perl.If(c.ShuttingDown, 1, 0), perl.If(c.ShutdownOnError, 1, 0)
}

// isStruct reports whether a heap is a struct of a translated program.
func isStruct(heap any) bool {
	switch heap.(type) {
	case *perl.Hash, *perl.Array:
		return false
	}
	v := reflect.ValueOf(heap)
	return v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct
}

// releaseFields destroys what the fields of a heap hold when its session has stopped.
func releaseFields(heap any) {
	v := reflect.ValueOf(heap).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() != reflect.Interface && f.Kind() != reflect.Pointer || f.IsNil() {
			continue
		}
		perl.DropValue(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem().Interface())
	}
	perl.FreeTemps()
}
