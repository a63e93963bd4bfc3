//go:build linux

package compat

import (
	"net"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func init() {
	perl.Package("POE::Component::Server::TCP", perl.Subs{"new": newServer})
	perl.Package("POE::Component::Client::TCP", perl.Subs{"new": newClient})
}

func domain(v any) socketfactory.Domain {
	switch perl.Int(v) {
	case unix.AF_INET6:
		return socketfactory.Inet6
	case unix.AF_UNIX:
		return socketfactory.Unix
	}
	return 0
}

// cb returns the code of a callback, nil if there is none.
func cb(c *perl.Hash, key string) *perl.Code {
	if v := c.Get(key); v != nil {
		return perl.CodeOf(v)
	}
	return nil
}

// clientHeap returns the heap of a connection: what the component keeps in it, and
// what the program does.
func clientHeap(c *servertcp.Client) any {
	if s, isStruct := c.Heap.(interface{ connection() *Connection }); isStruct {
		s.connection().refresh(c)
		return c.Heap
	}
	h, isHash := c.Heap.(*perl.Hash)
	if !isHash {
		h = perl.NewHash()
		c.Heap = h
	}
	wheelIn(h, "client", c.Wheel)
	h.Set("remote_ip", ipOf(c.RemoteIP))
	h.Set("remote_port", any(c.RemotePort))
	if c.RemoteIP == "LOCAL" {
		h.Set("remote_port", nil)
	}
	h.Set("remote_addr", perl.PackAddr(net.TCPAddrFromAddrPort(c.RemoteAddr)))
	h.Set("shutdown", perl.If(c.ShuttingDown, 1, 0))
	h.Set("got_an_error", perl.If(c.GotAnError, 1, 0))
	h.Set("shutdown_on_error", perl.If(c.ShutdownOnError, 1, 0))
	return h
}

func ipOf(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// wheelIn keeps a component's wheel in the heap for as long as it lives.
func wheelIn(h *perl.Hash, key string, rw *readwrite.Wheel) {
	if rw == nil || rw.Closed() {
		if h.Exists(key) {
			if w, isWheel := h.Get(key).(*Wheel); isWheel {
				w.gone = true
			}
			h.Remove(key)
		}
		return
	}
	if w, isWheel := h.Get(key).(*Wheel); isWheel && w.id == rw.ID() {
		return
	}
	w := wrapReadWrite(rw, nil)
	h.Set(key, w)
}

func listenerHeap(l *servertcp.Listener) any {
	if s, isStruct := l.Heap.(interface{ listening() *Listening }); isStruct {
		s.listening().refresh(l)
		return l.Heap
	}
	h, isHash := l.Heap.(*perl.Hash)
	if !isHash {
		h = perl.NewHash()
		l.Heap = h
	}
	h.Set("connections", l.Connections)
	h.Set("concurrency", l.Concurrency)
	if l.Wheel == nil {
		h.Remove("listener")
	}
	if l.Wheel != nil && !h.Exists("listener") {
		h.Set("listener", wrapListener(l.Wheel))
	}
	return h
}

func connectionHeap(c *clienttcp.Client) any {
	if s, isStruct := c.Heap.(interface{ connected() *Connected }); isStruct {
		s.connected().refresh(c)
		return c.Heap
	}
	h, isHash := c.Heap.(*perl.Hash)
	if !isHash {
		h = perl.NewHash()
		c.Heap = h
	}
	wheelIn(h, "server", c.Wheel)
	if c.Wheel == nil && c.Factory != nil {
		if !h.Exists("server") {
			h.Set("server", &Wheel{class: "POE::Wheel::SocketFactory", id: c.Factory.ID(), close: func() {}, call: func(string, []any) ([]any, bool) { return nil, false }})
		}
	}
	if c.GotAnError {
		h.Set("got_an_error", 1)
	}
	h.Set("connected", perl.If(c.Connected, 1, 0))
	h.Set("shutdown", perl.If(c.ShuttingDown, 1, 0))
	h.Set("shutdown_on_error", perl.If(c.ShutdownOnError, 1, 0))
	return h
}

func newServer(_ perl.Want, args ...any) []any {
	c := pairs(args, "POE::Component::Server::TCP->new() requires an even number of parameters")
	checkServer(c)
	cfg := servertcp.Config{Alias: text(c, "Alias"), Address: text(c, "Address"), Domain: domain(c.Get("Domain")), Marks: marksOf(c, "HighMark", "LowMark")}
	if cfg.Address == "" {
		cfg.Address = text(c, "Hostname")
	}
	if len(cfg.Address) == 4 && perl.InetAton(cfg.Address) == nil {
		cfg.Address = perl.InetNtoa(cfg.Address)
	}
	if v := c.Get("Port"); perl.LooksLikeNumber(v) {
		cfg.Port = perl.Int(v)
	} else {
		cfg.Service = perl.Str(v)
	}
	if v := c.Get("Concurrency"); v != nil {
		switch n := perl.Int(v); {
		case n == 0:
			cfg.Paused = true
		case n > 0:
			cfg.MaxClients = n
		}
	}
	if v := c.Get("ClientShutdownOnError"); v != nil && !perl.True(v) {
		cfg.ClientKeepOnError = true
	}
	if v := c.Get("ListenerArgs"); v != nil {
		cfg.ListenerArgs = append([]any(nil), perl.A(v).All()...)
	}
	if v := c.Get("ClientArgs"); v != nil {
		cfg.ClientArgs = append([]any(nil), perl.A(v).All()...)
	} else if v := c.Get("Args"); v != nil {
		cfg.ClientArgs = append([]any(nil), perl.A(v).All()...)
	}
	cfg.ClientFilter, cfg.ClientInputFilter, cfg.ClientOutputFilter = clientFilter(c, "ClientFilter"), clientFilter(c, "ClientInputFilter"), clientFilter(c, "ClientOutputFilter")
	cfg.ListenerOptions, cfg.ClientOptions = sessionOptions(c), sessionOptions(c)
	var l *servertcp.Listener
	serverCallbacks(&cfg, c, func() {
		if l != nil && l.Heap != nil {
			listenerHeap(l)
		}
	})
	if cfg.Acceptor == nil {
		cfg.InlineStates = tables(c, "InlineStates", "ObjectStates", "PackageStates")
	}
	var err error
	l, err = servertcp.New(Kernel(), cfg)
	if err != nil {
		return failed(err)
	}
	return perl.L(int(l.ID().Number()))
}

// clientFilter is a filter of a server's connections. If its class is not there, a
// warning says so for each, and it is the line filter.
func clientFilter(c *perl.Hash, key string) func() filter.Filter {
	v := c.Get(key)
	class, args := v, []any(nil)
	if list, ok := v.(*perl.Array); ok && perl.Class(list) == "" {
		class, args = list.Get(0), perl.From(list.All(), 1)
	}
	name, isName := class.(string)
	if !isName || perl.FindMethod(name, "new") != nil {
		return filterMaker(v)
	}
	return func() filter.Filter {
		perl.WarnHere("Failed to load [%s]\nReason Can't locate %s.pm in @INC\nUsing default POE::Filter::Line ", name, strings.ReplaceAll(name, "::", "/"))
		return filterOf(perl.Call("POE::Filter::Line", "new", args...))
	}
}

// serverCallbacks sets the callbacks. What a connection sees of the listener's heap
// is brought up to date by refresh.
func serverCallbacks(cfg *servertcp.Config, c *perl.Hash, refresh func()) {
	own := c.Get("ListenerHeap")
	ensure := func(l *servertcp.Listener) func() any {
		if l.Heap == nil {
			l.Heap = own
		}
		return func() any { return listenerHeap(l) }
	}
	newHeap, _ := c.Get("ClientHeap").(func() any)
	runClient := func(cl *servertcp.Client, code *perl.Code, args ...any) []any {
		if cl.Heap == nil && newHeap != nil {
			cl.Heap = newHeap()
		}
		if code == nil {
			return nil
		}
		return runClient(cl, code, args...)
	}
	listener := func(key string) func(l *servertcp.Listener) {
		code := cb(c, key)
		if code == nil {
			return nil
		}
		return func(l *servertcp.Listener) { dispatch(l.Event, code, nil, ensure(l)) }
	}
	client := func(key string) func(cl *servertcp.Client) {
		code := cb(c, key)
		if code == nil {
			return nil
		}
		return func(cl *servertcp.Client) { refresh(); runClient(cl, code) }
	}
	cfg.Started, cfg.Stopped = listener("Started"), listener("Stopped")
	cfg.ClientConnected, cfg.ClientDisconnected = client("ClientConnected"), client("ClientDisconnected")
	if cfg.ClientConnected == nil && newHeap != nil {
		cfg.ClientConnected = func(cl *servertcp.Client) { runClient(cl, nil) }
	}
	cfg.ClientFlushed, cfg.ClientHigh, cfg.ClientLow = client("ClientFlushed"), client("ClientHigh"), client("ClientLow")
	if code := cb(c, "Error"); code != nil {
		cfg.Error = func(l *servertcp.Listener, err *kernel.OpError) {
			dispatch(l.Event, code, nil, ensure(l), errorArgs(err, int(err.Wheel))...)
		}
	}
	if code := cb(c, "ClientError"); code != nil {
		cfg.ClientError = func(cl *servertcp.Client, err *kernel.OpError) {
			runClient(cl, code, errorArgs(err, int(err.Wheel))...)
		}
	}
	if code := cb(c, "ClientInput"); code != nil {
		cfg.ClientInput = servertcp.Input(func(cl *servertcp.Client, rec any) {
			var id any
			if cl.Wheel != nil {
				id = int(cl.Wheel.ID())
			}
			refresh()
			runClient(cl, code, rec, id)
		})
	}
	if code := cb(c, "ClientPreConnect"); code != nil {
		cfg.ClientPreConnect = func(cl *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			refresh()
			want = perl.Scalar
			out := runClient(cl, code, fileOf(h), perl.NewArray(cfg.ClientArgs...))
			if f := perl.F(perl.First(out)); f != nil {
				if h, err := adopt(f); err == nil {
					return h
				}
			}
			return nil
		}
	}
	if code := cb(c, "Acceptor"); code != nil {
		cfg.Acceptor = func(l *servertcp.Listener, s socketfactory.Socket) {
			dispatch(l.Event, code, nil, ensure(l), fileOf(s.Handle), value(s.Peer.Addr()), int(s.Peer.Port()), int(l.Wheel.ID()))
		}
	}
}

// runClient runs a callback of a connection and carries over what it has changed
// in its heap.
func runClient(cl *servertcp.Client, code *perl.Code, args ...any) []any {
	out := dispatch(cl.Event, code, nil, func() any { return clientHeap(cl) }, args...)
	if s, isStruct := cl.Heap.(interface{ connection() *Connection }); isStruct {
		cl.ShutdownOnError = s.connection().ShutdownOnError != 0
	}
	if h, isHash := cl.Heap.(*perl.Hash); isHash {
		cl.ShutdownOnError = perl.True(h.Get("shutdown_on_error"))
	}
	return out
}

func newClient(_ perl.Want, args ...any) []any {
	c := pairs(args, "POE::Component::Client::TCP->new() requires an even number of parameters")
	checkClient(c)
	cfg := clienttcp.Config{Alias: text(c, "Alias"), RemoteAddress: text(c, "RemoteAddress"), BindAddress: text(c, "BindAddress"), BindPort: perl.Int(c.Get("BindPort")),
		Domain: domain(c.Get("Domain")), Marks: marksOf(c, "HighMark", "LowMark"), Filter: filterMaker(c.Get("Filter"))}
	if v := c.Get("RemotePort"); perl.LooksLikeNumber(v) {
		cfg.RemotePort = perl.Int(v)
	} else {
		cfg.RemoteService = perl.Str(v)
	}
	if v := c.Get("ConnectTimeout"); v != nil {
		cfg.ConnectTimeout = perl.Seconds(v)
	}
	if v := c.Get("Args"); v != nil {
		cfg.Args = append([]any(nil), perl.A(v).All()...)
	}
	clientCallbacks(&cfg, c)
	cfg.Options = sessionOptions(c)
	cfg.InlineStates = tables(c, "InlineStates", "ObjectStates", "PackageStates")
	cl, err := clienttcp.New(Kernel(), cfg)
	if err != nil {
		return failed(err)
	}
	return perl.L(int(cl.ID().Number()))
}

func clientCallbacks(cfg *clienttcp.Config, c *perl.Hash) {
	own := c.Get("Heap")
	runC := func(cl *clienttcp.Client, code *perl.Code, args ...any) []any {
		if cl.Heap == nil {
			cl.Heap = own
		}
		if code == nil {
			return nil
		}
		out := dispatch(cl.Event, code, nil, func() any { return connectionHeap(cl) }, args...)
		if s, isStruct := cl.Heap.(interface{ connected() *Connected }); isStruct {
			cl.ShutdownOnError = s.connected().ShutdownOnError != 0
		}
		if h, isHash := cl.Heap.(*perl.Hash); isHash {
			cl.ShutdownOnError = perl.True(h.Get("shutdown_on_error"))
		}
		return out
	}
	plain := func(key string) func(cl *clienttcp.Client) {
		code := cb(c, key)
		if code == nil {
			return nil
		}
		return func(cl *clienttcp.Client) { runC(cl, code) }
	}
	failure := func(key string) func(cl *clienttcp.Client, err *kernel.OpError) {
		code := cb(c, key)
		if code == nil {
			return nil
		}
		return func(cl *clienttcp.Client, err *kernel.OpError) { runC(cl, code, errorArgs(err, int(err.Wheel))...) }
	}
	cfg.Started, cfg.Disconnected = plain("Started"), plain("Disconnected")
	if cfg.Started == nil && own != nil {
		cfg.Started = func(cl *clienttcp.Client) { runC(cl, nil) }
	}
	cfg.ServerFlushed, cfg.ServerHigh, cfg.ServerLow = plain("ServerFlushed"), plain("ServerHigh"), plain("ServerLow")
	cfg.ConnectError, cfg.ServerError = failure("ConnectError"), failure("ServerError")
	cfg.Connected = plain("Connected")
	if code := cb(c, "ServerInput"); code != nil {
		cfg.ServerInput = clienttcp.Input(func(cl *clienttcp.Client, rec any) {
			var id any
			if cl.Wheel != nil {
				id = int(cl.Wheel.ID())
			}
			runC(cl, code, rec, id)
		})
	}
	if code := cb(c, "PreConnect"); code != nil {
		cfg.PreConnect = func(cl *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
			addr, port := perl.PackAddrIP(h.RemoteAddr())
			var id any
			if cl.Factory != nil {
				id = int(cl.Factory.ID())
			}
			want = perl.Scalar
			out := runC(cl, code, fileOf(h), addr, port, id)
			if f := perl.F(perl.First(out)); f != nil {
				if h, err := adopt(f); err == nil {
					return h
				}
			}
			return nil
		}
	}
}
