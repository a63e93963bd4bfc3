package port

import (
	"strings"
)

// handlerOf returns the sub that an element of a table of handlers is, nil if that
// is not known.
func (h *heaps) handlerOf(n *node) *function {
	switch n.kind {
	case kSub:
		h.consumed[n] = true
		return n.fn
	case kRef:
		if c := n.kids[0]; c.kind == kCall && c.amp {
			h.consumed[n] = true
			return h.p.subs["main::"+c.text]
		}
	}
	return nil
}

// constructors finds the calls that create sessions.
func (h *heaps) constructors() {
	walkAll(h.p.statements, func(n *node) bool {
		if n.kind == kMethod {
			h.refused = h.refused || n.text == "get_heap"
			if c := n.kids[0]; c.kind == kBare {
				switch {
				case c.text == "POE::Session" && n.text == "create":
					h.session(n)
				case c.text == "POE::Component::Server::TCP" && n.text == "new":
					h.server(n)
				case c.text == "POE::Component::Client::TCP" && n.text == "new":
					h.client(n)
				case c.text == "POE::NFA" || strings.HasPrefix(c.text, "POE::Session::") || c.text == "POE::Session":
					h.refused = true
				}
			}
		}
		return !h.refused
	})
}

// options returns the named arguments of a constructor.
func (h *heaps) options(n *node) map[string]*node {
	args := n.kids[1:]
	out := map[string]*node{}
	if len(args)%2 != 0 {
		h.refused = true
		return out
	}
	for i := 0; i < len(args); i += 2 {
		if args[i].kind != kStr || isListy(args[i+1]) && args[i+1].kind != kMethod && args[i+1].kind != kCall {
			h.refused = true
		}
		out[args[i].text] = args[i+1]
	}
	return out
}

func (h *heaps) table(c *heapClass, n *node) {
	if n == nil {
		return
	}
	if n.kind != kHash || len(n.kids)%2 != 0 {
		c.root().refused = true
		return
	}
	for i := 1; i < len(n.kids); i += 2 {
		f := h.handlerOf(n.kids[i])
		if f == nil {
			c.root().refused = true
			continue
		}
		if n.kids[i-1].text == "_start" && f.name != "" {
			_, c.base = splitName(f.name)
		}
		h.join(c, f)
	}
}

func (h *heaps) session(n *node) {
	o := h.options(n)
	c := h.newClass(sessionHeap, "")
	c.sites = append(c.sites, n)
	h.table(c, o["inline_states"])
	c.root().refused = c.root().refused || o["object_states"] != nil || o["package_states"] != nil
	if init := o["heap"]; init != nil {
		if init.kind != kHash || len(init.kids)%2 != 0 {
			c.root().refused = true
			return
		}
		for i := 0; i < len(init.kids); i += 2 {
			if init.kids[i].kind != kStr || isListy(init.kids[i+1]) {
				c.root().refused = true
			}
		}
	}
}

func (h *heaps) callbacks(c *heapClass, o map[string]*node, names ...string) {
	for _, name := range names {
		if v := o[name]; v != nil {
			if f := h.handlerOf(v); f != nil {
				h.join(c, f)
			} else {
				c.root().refused = true
			}
		}
	}
}

func (h *heaps) server(n *node) {
	o := h.options(n)
	l := h.newClass(listenerHeap, "listener")
	l.sites = append(l.sites, n)
	h.callbacks(l, o, "Started", "Stopped", "Error", "Acceptor")
	c := h.newClass(connectionHeap, "connection")
	c.sites = append(c.sites, n)
	h.callbacks(c, o, "ClientPreConnect", "ClientConnected", "ClientDisconnected", "ClientError", "ClientFlushed", "ClientInput", "ClientHigh", "ClientLow")
	h.table(c, o["InlineStates"])
	if o["ObjectStates"] != nil || o["PackageStates"] != nil || o["SessionType"] != nil {
		c.root().refused, l.root().refused = true, true
	}
}

func (h *heaps) client(n *node) {
	o := h.options(n)
	c := h.newClass(clientHeap, "server")
	c.sites = append(c.sites, n)
	h.callbacks(c, o, "Started", "PreConnect", "Connected", "ConnectError", "Disconnected", "ServerInput", "ServerError", "ServerFlushed", "ServerHigh", "ServerLow")
	h.table(c, o["InlineStates"])
	if o["ObjectStates"] != nil || o["PackageStates"] != nil || o["SessionType"] != nil {
		c.root().refused = true
	}
}
