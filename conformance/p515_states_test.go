package conformance

import (
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// heapName is $_[HEAP]{name} in a connection's session.
func heapName(e kernel.Event) any { return session.Heap[servertcp.Client](e).Heap }

// statesObject is Perl's package Obj.
type statesObject struct {
	p   *port
	tag string
}

func (o *statesObject) byObject(e kernel.Event) {
	o.p.out("by_object", o.tag, "heap", heapName(e), "arg", e.Arg(0))
}

func (o *statesObject) other(e kernel.Event) {
	o.p.out("renamed to", e.Name, o.tag)
	e.Kernel.Yield("by_package", 3)
}

// statesPackage is Perl's package Pkg.
type statesPackage struct{ p *port }

func (s *statesPackage) byPackage(e kernel.Event) {
	s.p.out("by_package", "Pkg", "heap", heapName(e), "arg", e.Arg(0))
	e.Kernel.Yield("missing")
}

func (s *statesPackage) finish(e kernel.Event) {
	s.p.out("finish in", "Pkg")
	e.Kernel.Yield("shutdown")
}

func p515(p *port) {
	k := p.kernel()
	var me kernel.ID
	pkg := &statesPackage{p}
	server := p.server(k, servertcp.Config{
		Alias:           "server",
		Started:         func(*servertcp.Listener) { k.Yield("inline") },
		ClientConnected: func(c *servertcp.Client) { c.Heap = "conn" },
		ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
			me = c.Session
			k.Yield("inline", 1)
		}),
		ClientDisconnected: func(*servertcp.Client) {
			p.out("ClientDisconnected")
			k.Post(kernel.Alias("server"), "shutdown")
		},
		InlineStates: states{
			"inline": func(e kernel.Event) {
				p.out("inline", "OBJECT", nothing, "heap", heapName(e), "session is the connection", yesNo(e.Session == me))
				k.Yield("by_object", 2)
				k.Yield("alias_of_other")
				inline(k, states{
					"_start": func(e kernel.Event) { e.Return("kid") },
					"_stop":  func(e kernel.Event) { e.Return("bye") },
				})
			},
			"_child": func(e kernel.Event) {
				p.out("_child", e.Arg(0), e.Arg(2))
				if e.Arg(0) == "lose" {
					k.Yield("finish")
				}
			},
			"by_object":      session.Bind(&statesObject{p, "o1"}, (*statesObject).byObject),
			"alias_of_other": session.Bind(&statesObject{p, "o2"}, (*statesObject).other),
			"by_package":     session.Bind(pkg, (*statesPackage).byPackage),
			"finish":         session.Bind(pkg, (*statesPackage).finish),
		},
	})
	p.dial(portOf(server.Addr())).write("go\n")
	k.Run()
}
