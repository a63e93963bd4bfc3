//go:build linux

// Package clientdns is POE::Component::Client::DNS for translated programs, with the
// packets of Net::DNS that it returns, on component/clientdns.
package clientdns

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/session"
)

const class = "POE::Component::Client::DNS"

// port is the port of name servers: Net::DNS::Resolver->port.
var port = 53

func init() {
	perl.Package(class, perl.Subs{"spawn": spawn})
	perl.Package("Net::DNS::Resolver", perl.Subs{"port": func(_ perl.Want, args ...any) []any {
		if len(args) > 1 {
			port = perl.Int(args[1])
		}
		return perl.L(port)
	}})
	perl.Native(func(*resolver) string { return class }, compat.Method(map[string]func(*resolver, []any) []any{
		"resolve":  (*resolver).resolve,
		"shutdown": (*resolver).shutdown,
	}))
}

// resolver is the component as the program knows it: an object, and a session.
type resolver struct {
	inner *clientdns.Resolver
	front kernel.ID
	alias string
	over  bool
}

// question is one of the program.
type question struct {
	sender      kernel.ID
	event       string
	context     any
	host        string
	class, kind string
}

func spawn(_ perl.Want, args ...any) []any {
	c := compat.Options(class, args, "Alias Timeout Nameservers Hosts")
	r := &resolver{alias: clientdns.DefaultAlias}
	if v := c.Get("alias"); v != nil {
		r.alias = perl.Str(v)
	}
	config := clientdns.Config{Alias: r.alias + " (questions)", HostsFile: perl.Str(c.Get("hosts"))}
	if v := c.Get("timeout"); v != nil {
		config.Timeout = perl.Seconds(v)
	}
	if v := c.Get("nameservers"); v != nil {
		for _, server := range perl.A(v).All() {
			ip, err := netip.ParseAddr(perl.Str(server))
			if err != nil {
				perl.Die("%s: the name server %s is no address", class, perl.Str(server))
			}
			config.Nameservers = append(config.Nameservers, netip.AddrPortFrom(ip, uint16(port)))
		}
	}
	begin := func(k *kernel.Kernel) (err error) {
		r.inner, err = clientdns.New(k, config)
		return err
	}
	r.front = compat.Front(r.alias, begin, session.Funcs{
		"resolve":  r.resolveEvent,
		"ask":      func(e kernel.Event) { r.ask(e.Kernel, e.Arg(0).(*question)) },
		"answer":   r.answer,
		"shutdown": func(kernel.Event) { r.shutdown(nil) },
		"close":    func(e kernel.Event) { _ = e.Kernel.AliasRemove(r.alias) },
	})
	return perl.L(r)
}

func (r *resolver) shutdown([]any) []any {
	if !r.over {
		r.over = true
		_ = compat.Kernel().Post(r.front, "close")
		r.inner.Shutdown()
	}
	return nil
}

// resolve is the method of that name: event, host, type, class, context. What the
// component knows already comes by the event, too.
func (r *resolver) resolve(args []any) []any {
	c := perl.NewHash(args...).Borrow()
	q := &question{sender: compat.Kernel().ActiveSession(), event: perl.Str(c.Get("event")), context: c.Get("context"), host: perl.Str(c.Get("host")), kind: "A", class: "IN"}
	if v := c.Get("type"); v != nil {
		q.kind = perl.Str(v)
	}
	if v := c.Get("class"); v != nil {
		q.class = perl.Str(v)
	}
	r.begin(compat.Kernel(), q)
	return perl.L(nil)
}

// resolveEvent is the event of that name: the event and the context as a list, the host,
// the type, the class.
func (r *resolver) resolveEvent(e kernel.Event) {
	list, ok := e.Arg(0).(*perl.Array)
	if !ok {
		perl.Die("%s: the event resolve with these arguments is not translated", class)
	}
	q := &question{sender: e.Sender, event: perl.Str(list.Get(0)), context: list, host: perl.Str(e.Arg(1)), kind: "A", class: "IN"}
	if v := e.Arg(2); v != nil {
		q.kind = perl.Str(v)
	}
	if v := e.Arg(3); v != nil {
		q.class = perl.Str(v)
	}
	r.begin(e.Kernel, q)
}

func (r *resolver) begin(k *kernel.Kernel, q *question) {
	if _, ok := dns.StringToType[strings.ToUpper(q.kind)]; !ok || strings.ToUpper(q.class) != "IN" {
		perl.Die("%s: the type %s %s is not known", class, q.class, q.kind)
	}
	_, _ = k.RefcountIncrement(q.sender, class)
	_ = k.Post(r.front, "ask", q)
}

// ask asks for the session of the component.
func (r *resolver) ask(k *kernel.Kernel, q *question) {
	known := r.inner.Resolve(clientdns.Request{Host: q.host, Type: dns.StringToType[strings.ToUpper(q.kind)], Event: "answer", Context: q})
	if known != nil {
		r.deliver(k, known)
	}
}

func (r *resolver) answer(e kernel.Event) { r.deliver(e.Kernel, clientdns.AnswerOf(e)) }

func (r *resolver) deliver(k *kernel.Kernel, a *clientdns.Answer) {
	q := a.Context.(*question)
	answer := perl.NewHash("host", q.host, "type", q.kind, "class", q.class, "context", q.context, "response", nil, "error", "")
	if a.Message != nil {
		answer.Set("response", &packet{a.Message})
	} else if a.Err != nil {
		answer.Set("error", a.Err.Error())
	}
	_ = k.Post(q.sender, q.event, answer)
	_, _ = k.RefcountDecrement(q.sender, class)
}
