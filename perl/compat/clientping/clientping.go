//go:build linux

// Package clientping is POE::Component::Client::Ping for translated programs, on
// component/clientping.
package clientping

import (
	"time"

	"github.com/gopoe/poe/component/clientping"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/session"
)

const class = "POE::Component::Client::Ping"

func init() { perl.Package(class, perl.Subs{"spawn": spawn}) }

// pending is a ping of the program.
type pending struct {
	sender   kernel.ID
	event    string
	returned []any // what comes back with each reply
	at       time.Time
	timeout  time.Duration
}

// front is the session that the program knows as the component.
type front struct {
	pinger  *clientping.Pinger
	timeout time.Duration
}

func spawn(_ perl.Want, args ...any) []any {
	c := compat.Options(class, args, "Alias Timeout Retry OneReply Parallelism BufferSize AlwaysDecodeAddress")
	config := clientping.Config{Timeout: time.Second, Retry: perl.Int(c.Get("retry")), OneReply: perl.True(c.Get("onereply")), Parallelism: perl.Int(c.Get("parallelism"))}
	if v := c.Get("timeout"); v != nil {
		config.Timeout = perl.Seconds(v)
	}
	alias := clientping.DefaultAlias
	if v := c.Get("alias"); v != nil {
		alias = perl.Str(v)
	}
	config.Alias = alias + " (packets)"
	f := &front{timeout: config.Timeout}
	begin := func(k *kernel.Kernel) (err error) {
		f.pinger, err = clientping.New(k, config)
		return err
	}
	id := compat.Front(alias, begin, session.Funcs{
		"ping": f.ping, "pong": f.pong,
		"clear": func(kernel.Event) { perl.Die("%s: the event clear is not translated", class) },
		"shutdown": func(e kernel.Event) {
			_ = e.Kernel.AliasRemove(alias)
			f.pinger.Shutdown()
		},
	})
	return perl.L(id)
}

// ping is the event of that name: event, or a list of it and what is returned, address,
// time-out, attempts.
func (f *front) ping(e kernel.Event) {
	p := &pending{sender: e.Sender, at: e.Kernel.Now(), timeout: f.timeout}
	if list, ok := e.Arg(0).(*perl.Array); ok {
		p.event, p.returned = perl.Str(list.Get(0)), append([]any(nil), perl.From(list.All(), 1)...)
	} else {
		p.event = perl.Str(e.Arg(0))
	}
	if v := e.Arg(2); v != nil {
		p.timeout = perl.Seconds(v)
	}
	address := perl.Str(e.Arg(1))
	if len(address) == 4 && perl.InetAton(address) == nil { // packed
		address = perl.InetNtoa(address)
	}
	_, _ = e.Kernel.RefcountIncrement(p.sender, class)
	if err := f.pinger.Ping(clientping.Request{Addr: address, Event: "pong", Timeout: p.timeout, Retry: perl.Int(e.Arg(3)), Context: p}); err != nil {
		perl.Die("%v", err)
	}
}

func (f *front) pong(e kernel.Event) {
	r := clientping.ReplyOf(e)
	p := r.Request.Context.(*pending)
	request := perl.NewArray(r.Request.Addr, p.timeout.Seconds(), perl.Unix(p.at))
	request.Push(p.returned...)
	var from, trip any
	if r.From.IsValid() {
		from, trip = r.From.String(), r.RoundTrip.Seconds()
	}
	_ = e.Kernel.Post(p.sender, p.event, request, perl.NewArray(from, trip, perl.Unix(e.Kernel.Now()), nil))
	if r.Last {
		_, _ = e.Kernel.RefcountDecrement(p.sender, class)
	}
}
