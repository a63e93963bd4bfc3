//go:build linux

package compat

import (
	"reflect"

	"github.com/gopoe/poe/perl"
)

// States maps the names of events to their handlers.
type States map[string]*perl.Code

// Session holds the arguments of POE::Session->create. A zero field omits its
// argument.
type Session struct {
	Heap, Args, Options any
	States              States // POE: inline_states
}

// ServerTCP holds the arguments of POE::Component::Server::TCP->new. A zero
// field omits its argument.
type ServerTCP struct {
	Alias                                                                        string
	Address, Hostname, Port, Domain, Concurrency                                 any
	Started, Stopped, Error, Acceptor                                            *perl.Code
	ClientConnected, ClientDisconnected, ClientError, ClientFlushed, ClientInput *perl.Code
	ClientHigh, ClientLow, ClientPreConnect                                      *perl.Code
	ClientFilter, ClientInputFilter, ClientOutputFilter                          any
	ClientShutdownOnError, ClientArgs, ListenerArgs, HighMark, LowMark           any
	InlineStates                                                                 States
	ListenerHeap                                                                 any        // of the listener, a struct with a Listening
	ClientHeap                                                                   func() any // makes the heap of a connection, a struct with a Connection
}

// ClientTCP holds the arguments of POE::Component::Client::TCP->new. A zero
// field omits its argument.
type ClientTCP struct {
	Alias                                                            string
	RemoteAddress, RemotePort, BindAddress, BindPort, Domain, Filter any
	ConnectTimeout, Args, HighMark, LowMark                          any
	Started, PreConnect, Connected, ConnectError, Disconnected       *perl.Code
	ServerInput, ServerError, ServerFlushed, ServerHigh, ServerLow   *perl.Code
	InlineStates                                                     States
	Heap                                                             any // a struct with a Connected
}

// ReadWrite holds the arguments of POE::Wheel::ReadWrite->new. A zero field
// omits its argument.
type ReadWrite struct {
	Handle, InputHandle, OutputHandle                         any
	Filter, InputFilter, OutputFilter                         any
	AutoFlush, HighMark, LowMark                              any
	InputEvent, FlushedEvent, ErrorEvent, HighEvent, LowEvent string
}

// SocketFactory holds the arguments of POE::Wheel::SocketFactory->new. A zero
// field omits its argument.
type SocketFactory struct {
	BindAddress, BindPort, RemoteAddress, RemotePort             any
	Reuse, ListenQueue, SocketDomain, SocketType, SocketProtocol any
	SuccessEvent, FailureEvent                                   string
}

// Run holds the arguments of POE::Wheel::Run->new. A zero field omits its
// argument.
type Run struct {
	Program, ProgramArgs                                         any
	Filter, StdioFilter, StdinFilter, StdoutFilter, StderrFilter any
	Conduit, CloseOnCall, NoStdin, NoSetSid, NoSetPgrp, Priority any
	StdinEvent, StdoutEvent, StderrEvent, ErrorEvent, CloseEvent string
}

// FollowTail holds the arguments of POE::Wheel::FollowTail->new. A zero field
// omits its argument.
type FollowTail struct {
	Filename, Handle, Filter, PollInterval, Seek, SeekBack any
	InputEvent, ErrorEvent, ResetEvent, IdleEvent          string
}

// Create creates a session or a component and returns what POE's constructor
// returns. It dies as that does.
func Create[T Session | ServerTCP | ClientTCP](c T) any {
	class, method := "POE::Session", "create"
	switch any(c).(type) {
	case ServerTCP:
		class, method = "POE::Component::Server::TCP", "new"
	case ClientTCP:
		class, method = "POE::Component::Client::TCP", "new"
	}
	return perl.Call(class, method, named(c)...)
}

// New creates a wheel. It dies as POE's constructor does.
func New[T ReadWrite | SocketFactory | Run | FollowTail](c T) *Wheel {
	class := ""
	switch any(c).(type) {
	case ReadWrite:
		class = "POE::Wheel::ReadWrite"
	case SocketFactory:
		class = "POE::Wheel::SocketFactory"
	case Run:
		class = "POE::Wheel::Run"
	case FollowTail:
		class = "POE::Wheel::FollowTail"
	}
	return perl.Call(class, "new", named(c)...).(*Wheel)
}

// perlNames are the arguments of POE::Session->create.
var perlNames = map[string]string{"Heap": "heap", "Args": "args", "Options": "options", "States": "inline_states"}

// named returns the fields of a struct that are set as names and values.
func named(c any) []any {
	v := reflect.ValueOf(c)
	_, session := c.(Session)
	var args []any
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		name := v.Type().Field(i).Name
		if session {
			name = perlNames[name]
		}
		value := f.Interface()
		if s, isTable := value.(States); isTable {
			h := perl.NewHash()
			for event, code := range s {
				h.Set(event, code)
			}
			value = h
		}
		args = append(args, name, value)
	}
	return args
}

// Replace releases w as Release does and returns by, which replaces it. w may
// be nil.
func (w *Wheel) Replace(by *Wheel) *Wheel {
	w.Release()
	return by
}

// Release closes w unless a hash or an array holds it. It does nothing if w is
// nil.
func (w *Wheel) Release() {
	if w != nil && w.held <= 0 {
		w.Destroy()
	}
}
