//go:build linux

// Package clienthttp is POE::Component::Client::HTTP for translated programs, on
// component/clienthttp.
package clienthttp

import (
	"net/http"
	"net/url"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/session"
)

const class = "POE::Component::Client::HTTP"

func init() { perl.Package(class, perl.Subs{"spawn": spawn, "new": spawn}) }

// front is the session that the program knows as the component.
type front struct {
	client    *clienthttp.Client
	streaming bool
	pending   map[*http.Request]*pending
}

// pending is a request of the program.
type pending struct {
	sender   kernel.ID
	event    string
	progress string
	request  any // the program's
	tag      any
}

func spawn(_ perl.Want, args ...any) []any {
	c := compat.Options(class, args, "Alias Agent From Timeout MaxSize FollowRedirects Proxy NoProxy Streaming")
	config := clienthttp.Config{Agent: agents(c.Get("agent")), From: perl.Str(c.Get("from")), FollowRedirects: perl.Int(c.Get("followredirects")), Streaming: perl.Int(c.Get("streaming"))}
	if v := c.Get("timeout"); v != nil {
		config.Timeout = perl.Seconds(v)
	}
	config.MaxSize = clienthttp.Unlimited
	if v := c.Get("maxsize"); v != nil {
		config.MaxSize = int64(perl.Int(v))
	}
	if v := c.Get("proxy"); v != nil {
		u, err := url.Parse(proxyText(v))
		if err != nil {
			perl.Die("%v", err)
		}
		config.Proxy = http.ProxyURL(u)
	}
	alias := clienthttp.DefaultAlias
	if v := c.Get("alias"); v != nil {
		alias = perl.Str(v)
	}
	config.Alias = alias + " (requests)"
	f := &front{streaming: config.Streaming != 0, pending: map[*http.Request]*pending{}}
	begin := func(k *kernel.Kernel) (err error) {
		f.client, err = clienthttp.New(k, config)
		return err
	}
	id := compat.Front(alias, begin, session.Funcs{
		"request": f.request, "got": f.got, "progress": f.progress, "cancel": f.cancel,
		"pending_requests_count": func(e kernel.Event) { e.Return(len(f.pending)) },
		"shutdown": func(e kernel.Event) {
			_ = e.Kernel.AliasRemove(alias)
			f.client.Shutdown()
		},
	})
	return perl.L(id)
}

// agents are the agents of which one is chosen for each request.
func agents(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case *perl.Array:
		var out []string
		for _, a := range v.All() {
			out = append(out, perl.Str(a))
		}
		return out
	}
	return []string{perl.Str(v)}
}

// proxyText is the URL of a proxy, which may be a list of host and port.
func proxyText(v any) string {
	if a, ok := v.(*perl.Array); ok {
		return "http://" + perl.Str(a.Get(0)) + ":" + perl.Str(a.Get(1))
	}
	return perl.Str(v)
}

// request is the event of that name: event, request, tag, event of progress, proxy.
func (f *front) request(e kernel.Event) {
	p := &pending{sender: e.Sender, event: perl.Str(e.Arg(0)), request: e.Arg(1), tag: e.Arg(2), progress: perl.Str(e.Arg(3))}
	message, ok := p.request.(*compat.Message)
	if !ok {
		perl.Die("%s: the request is no HTTP::Request", class)
	}
	r, err := message.Request()
	if err != nil {
		f.answer(e, p, compat.NewResponse(http.StatusBadRequest, err.Error(), p.request))
		return
	}
	request := clienthttp.Request{HTTP: r, Event: "got", Tag: p}
	if p.progress != "" {
		request.Progress = "progress"
	}
	if v := e.Arg(4); v != nil {
		if request.Proxy, err = url.Parse(proxyText(v)); err != nil {
			perl.Die("%v", err)
		}
	}
	f.pending[r] = p
	_, _ = e.Kernel.RefcountIncrement(p.sender, class)
	if err := f.client.Do(request); err != nil {
		perl.Die("%v", err)
	}
}

// got brings a response, or with Streaming a part of one.
func (f *front) got(e kernel.Event) {
	r := clienthttp.ResultOf(e)
	p := r.Tag.(*pending)
	if !f.streaming {
		f.answer(e, p, compat.ResponseTo(r.Response, r.Body, p.request))
		f.end(e, r.Request, p)
		return
	}
	var chunk any
	if r.Body != nil {
		chunk = string(r.Body)
	}
	f.answer(e, p, compat.ResponseTo(r.Response, nil, p.request), chunk)
	if r.Body == nil {
		f.end(e, r.Request, p)
	}
}

// valuesOf is an argument of an event as an array of Perl.
func valuesOf(e kernel.Event, i int) any {
	if list, ok := e.Arg(i).([]any); ok {
		return perl.NewArray(list...)
	}
	return perl.NewArray()
}

func (f *front) answer(e kernel.Event, p *pending, response ...any) {
	_ = e.Kernel.Post(p.sender, p.event, perl.NewArray(p.request, p.tag), perl.NewArray(response...))
}

func (f *front) end(e kernel.Event, r *http.Request, p *pending) {
	if f.pending[r] != nil {
		delete(f.pending, r)
		_, _ = e.Kernel.RefcountDecrement(p.sender, class)
	}
}

func (f *front) progress(e kernel.Event) {
	list, _ := e.Arg(0).([]any)
	if len(list) < 2 {
		return
	}
	if p, ok := list[1].(*pending); ok {
		_ = e.Kernel.Post(p.sender, p.progress, perl.NewArray(p.request, p.tag), valuesOf(e, 1))
	}
}

// cancel abandons a request: its response is 408, as in Perl.
func (f *front) cancel(e kernel.Event) {
	for r, p := range f.pending {
		if p.request == e.Arg(0) {
			f.client.Cancel(r)
			f.answer(e, p, compat.NewResponse(http.StatusRequestTimeout, "Request timed out (request canceled)", p.request))
			f.end(e, r, p)
			return
		}
	}
}
