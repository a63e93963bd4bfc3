package clientdns

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// question is what is asked for; equal questions are asked once.
type question struct {
	name        string // in lower case, with the final dot
	kind, class uint16
}

// asker is one who waits for an answer.
type asker struct {
	to      kernel.ID
	request Request
	names   []string // still to be tried, from the search list
	alarm   kernel.AlarmID
	lookup  *lookup
	done    bool
}

func (r *Resolver) resolveEvent(e kernel.Event) {
	request, ok := kernel.ArgOK[Request](e, 0)
	if !ok || request.Event == "" {
		r.k.Host().Logger().Warn("clientdns: resolve needs a Request with an event", "sender", e.Sender, "args", e.Args)
		return
	}
	r.begin(e.Sender, request, true)
}

// Resolve looks up a name for the active session. If the answer is known at
// once, from the cache or the hosts file or because the request is refused, it
// is returned and no event comes; otherwise nil is returned and the event comes
// later. POE: the method resolve.
func (r *Resolver) Resolve(request Request) *Answer {
	return r.begin(r.k.ActiveSession(), request, false)
}

// Lookup returns the request for a task of package await to wait for; its Event
// is ignored.
func (r *Resolver) Lookup(request Request) await.Awaitable[*Answer] {
	return await.Awaitable[*Answer]{
		Begin: func(_ *await.Task, event string) (func(), error) {
			request.Event = event
			r.begin(r.k.ActiveSession(), request, true)
			return nil, nil
		},
		Result: func(e kernel.Event) (*Answer, error) {
			a := AnswerOf(e)
			return a, a.Err
		},
	}
}

// begin answers a request at once if that is possible. The answer is posted, if
// post says so, and returned.
func (r *Resolver) begin(to kernel.ID, request Request, post bool) *Answer {
	answer := r.known(&request)
	if answer == nil {
		answer = r.ask(to, request)
	}
	if answer != nil && post {
		r.post(to, request, answer)
	}
	return answer
}

// known returns an answer for which no server needs to be asked, or nil.
func (r *Resolver) known(request *Request) *Answer {
	if addr, err := netip.ParseAddr(request.Host); err == nil {
		if request.Type == 0 {
			request.Type = dns.TypePTR
		}
		if request.Type == dns.TypePTR {
			request.Host, _ = dns.ReverseAddr(addr.WithZone("").String()) // of an address it never fails
		}
	}
	configerror.SetDefault(&request.Type, dns.TypeA)
	configerror.SetDefault(&request.Class, dns.ClassINET)
	a := &Answer{Host: request.Host, Type: request.Type, Class: request.Class, Context: request.Context}
	if _, ok := dns.IsDomainName(request.Host); !ok || request.Host == "" {
		a.Err = fmt.Errorf("%w: %q", ErrName, request.Host)
		return a
	}
	if r.over {
		a.Err = ErrShutdown
		return a
	}
	if a.Message = r.hosts.answer(request); a.Message != nil {
		return a
	}
	return nil
}

// ask tries the names that a request may mean, one after the other.
func (r *Resolver) ask(to kernel.ID, request Request) *Answer {
	if r.asked >= r.config.MaxOpen+r.config.MaxPending {
		return &Answer{Host: request.Host, Type: request.Type, Class: request.Class, Context: request.Context, Err: ErrBusy}
	}
	a := &asker{to: to, request: request, names: r.names(request.Host)}
	r.asked++
	_, _ = r.k.RefcountIncrement(to, r.tag()) // an asker that has stopped gets no answer
	if answer := r.next(a); answer != nil {
		r.asked--
		_, _ = r.k.RefcountDecrement(to, r.tag()) // or it has stopped
		return answer
	}
	if a.done { // the question cannot be sent: its answer is on the way
		return nil
	}
	timeout := request.Timeout
	configerror.SetDefault(&timeout, r.config.Timeout)
	r.in(func() {
		a.alarm, _ = r.k.Host().DelayFunc("clientdns: time-out", timeout, func(kernel.Event) {
			a.alarm = 0
			r.finish(a, &Answer{Err: a.lookup.timeout()})
		})
	})
	return nil
}

// names returns the names to be tried for a host.
func (r *Resolver) names(host string) []string {
	if dns.IsFqdn(host) {
		return []string{strings.ToLower(host)}
	}
	var names []string
	for _, domain := range r.config.Search {
		name := dns.Fqdn(strings.ToLower(host + "." + domain))
		if _, ok := dns.IsDomainName(name); ok {
			names = append(names, name)
		}
	}
	absolute := dns.Fqdn(strings.ToLower(host))
	if strings.Count(host, ".") >= r.config.Ndots {
		return append([]string{absolute}, names...)
	}
	return append(names, absolute)
}

// next looks for the next name. It returns an answer from the cache, or nil if
// one is to come.
func (r *Resolver) next(a *asker) *Answer {
	for {
		q := question{a.names[0], a.request.Type, a.request.Class}
		a.names = a.names[1:]
		if m := r.cache.get(q, r.k.Now()); m != nil {
			if answer := answerOf(m); len(a.names) == 0 || !answer.missing() {
				return a.complete(answer)
			}
			continue
		}
		l := r.pending[q]
		if l == nil {
			l = &lookup{r: r, question: q}
			r.pending[q] = l
			r.waiting = append(r.waiting, l)
		}
		l.askers = append(l.askers, a)
		a.lookup = l
		r.in(r.start)
		return nil
	}
}

// complete adds what the asker has asked for.
func (a *asker) complete(answer *Answer) *Answer {
	mine := *answer
	mine.Host, mine.Type, mine.Class, mine.Context = a.request.Host, a.request.Type, a.request.Class, a.request.Context
	return &mine
}

// start begins lookups as far as there may be sockets.
func (r *Resolver) start() {
	for len(r.waiting) > 0 && r.open < r.config.MaxOpen {
		l := r.waiting[0]
		r.waiting[0] = nil
		r.waiting = r.waiting[1:]
		if len(l.askers) == 0 {
			delete(r.pending, l.question)
			continue
		}
		r.open++
		l.begin()
	}
}

// answered gives the askers of a lookup their answer, or tries their next
// name.
func (r *Resolver) answered(l *lookup, answer *Answer) {
	l.close()
	if r.pending[l.question] == l {
		delete(r.pending, l.question)
	}
	r.open--
	askers := l.askers
	l.askers = nil
	for _, a := range askers {
		if a.done {
			continue
		}
		if len(a.names) > 0 && answer.missing() {
			if known := r.next(a); known != nil {
				r.finish(a, known)
			}
			continue
		}
		r.finish(a, answer)
	}
	r.start()
}

// finish answers an asker.
func (r *Resolver) finish(a *asker, answer *Answer) {
	if a.done {
		return
	}
	a.done = true
	r.asked--
	if a.alarm != 0 {
		id := a.alarm
		r.in(func() { _, _ = r.k.AlarmRemove(id) }) // it has not fired
	}
	a.lookup.leave(a)
	r.post(a.to, a.request, a.complete(answer))
	_, _ = r.k.RefcountDecrement(a.to, r.tag()) // it may have stopped by force
}

func (r *Resolver) post(to kernel.ID, request Request, answer *Answer) {
	if request.reply != nil {
		request.reply(answer)
		return
	}
	if err := r.k.Post(to, request.Event, answer); err != nil && !errors.Is(err, kernel.ErrNoSession) {
		r.k.Host().Logger().Warn("clientdns: the answer reaches nobody", "host", request.Host, "event", request.Event, "error", err)
	}
}

// tag is the reference count that keeps askers alive.
func (r *Resolver) tag() string { return "clientdns " + r.config.Alias }

// in runs f in the component's session.
func (r *Resolver) in(f func()) {
	_ = r.k.Host().CallFunc(r.id, "clientdns", func(kernel.Event) { f() }) // once it has stopped nothing is to be done
}

// Pending returns the number of requests without an answer.
func (r *Resolver) Pending() int { return r.asked }

// Shutdown answers all pending requests with ErrShutdown and ends the component.
// POE: the event and method shutdown.
func (r *Resolver) Shutdown() {
	if r.over {
		return
	}
	r.stop()
	r.in(func() { _ = r.k.AliasRemove(r.config.Alias) }) // set in _start
}

// stop gives everything up.
func (r *Resolver) stop() {
	r.over = true
	r.waiting = nil
	r.closeLookups()
	for _, l := range r.pending {
		for _, a := range slices.Clone(l.askers) {
			r.finish(a, &Answer{Err: ErrShutdown})
		}
	}
	clear(r.pending)
}

// closeLookups closes the sockets of all questions.
func (r *Resolver) closeLookups() {
	for _, l := range r.pending {
		l.close()
	}
}

// closer answers the requests which a component that ends by force has left. It
// runs after the session's end, which drops the events that the session has
// posted.
type closer struct{ r *Resolver }

func (c closer) Close() error {
	c.r.stop()
	return nil
}
