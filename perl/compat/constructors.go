//go:build linux

package compat

import (
	"reflect"

	"github.com/gopoe/poe/perl"
)

// States is a table of handlers by the names of their events.
type States map[string]*perl.Code

// Session holds the arguments of POE::Session->create.
type Session struct {
	Heap, Args, Options any
	States              States // POE: inline_states
}

// ServerTCP holds the arguments of POE::Component::Server::TCP->new.
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

// ClientTCP holds the arguments of POE::Component::Client::TCP->new.
type ClientTCP struct {
	Alias                                                            string
	RemoteAddress, RemotePort, BindAddress, BindPort, Domain, Filter any
	ConnectTimeout, Args, HighMark, LowMark                          any
	Started, PreConnect, Connected, ConnectError, Disconnected       *perl.Code
	ServerInput, ServerError, ServerFlushed, ServerHigh, ServerLow   *perl.Code
	InlineStates                                                     States
	Heap                                                             any // a struct with a Connected
}

// ReadWrite holds the arguments of POE::Wheel::ReadWrite->new.
type ReadWrite struct {
	Handle, InputHandle, OutputHandle                         any
	Filter, InputFilter, OutputFilter                         any
	AutoFlush, HighMark, LowMark                              any
	InputEvent, FlushedEvent, ErrorEvent, HighEvent, LowEvent string
}

// SocketFactory holds the arguments of POE::Wheel::SocketFactory->new.
type SocketFactory struct {
	BindAddress, BindPort, RemoteAddress, RemotePort             any
	Reuse, ListenQueue, SocketDomain, SocketType, SocketProtocol any
	SuccessEvent, FailureEvent                                   string
}

// Run holds the arguments of POE::Wheel::Run->new.
type Run struct {
	Program, ProgramArgs                                         any
	Filter, StdioFilter, StdinFilter, StdoutFilter, StderrFilter any
	Conduit, CloseOnCall, NoStdin, NoSetSid, NoSetPgrp, Priority any
	StdinEvent, StdoutEvent, StderrEvent, ErrorEvent, CloseEvent string
}

// FollowTail holds the arguments of POE::Wheel::FollowTail->new.
type FollowTail struct {
	Filename, Handle, Filter, PollInterval, Seek, SeekBack any
	InputEvent, ErrorEvent, ResetEvent, IdleEvent          string
}

// Create makes a session or a component from its arguments. It returns what POE does.
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

// New makes a wheel from its arguments. It dies as POE does.
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

// Replace closes w, unless a hash or an array holds it, and returns the wheel that
// takes its place. It may be called on nil.
func (w *Wheel) Replace(by *Wheel) *Wheel {
	w.Release()
	return by
}

// Release closes w, unless a hash or an array holds it. It may be called on nil.
func (w *Wheel) Release() {
	if w != nil && w.held <= 0 {
		w.Destroy()
	}
}
