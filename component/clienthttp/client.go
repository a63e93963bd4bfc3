package clienthttp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/clienthttp/internal/turns"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Client is the component. Its methods belong to the kernel's goroutine.
type Client struct {
	k         *kernel.Kernel
	service   service.Service
	config    Config
	http      *http.Client
	transport *http.Transport // made here, nil if it was given

	transactions map[*http.Request]*transaction
	replayed     map[uint64]*transaction // that a replay answers, by number
	turns        *turns.Queue[*transaction]
	workers      workers
	arrivals     *kernel.Postback // while anything is under way
	serial       uint64
	over         bool
}

var states = session.States[Client]{
	"_start":                 func(c *Client, e kernel.Event) { c.service.Start(e, "requests", c.close, nil) },
	"_stop":                  func(*Client, kernel.Event) {},
	"_child":                 func(*Client, kernel.Event) {},
	"request":                (*Client).requestEvent,
	"cancel":                 (*Client).cancelEvent,
	"pending_requests_count": func(c *Client, e kernel.Event) { e.Return(len(c.transactions)) },
	"shutdown":               func(c *Client, _ kernel.Event) { c.Shutdown() },
	"arrived":                (*Client).arrived,
	"handled":                func(_ *Client, e kernel.Event) { kernel.Arg[*transaction](e, 0).more() },
	"timeout":                (*Client).timeout,
}

// close answers the requests which a component that ends by force has left. It
// runs after the session's end, which drops the events that the session has
// posted.
func (c *Client) close() {
	c.over = true
	for _, t := range c.inOrder() {
		t.fail(http.StatusRequestTimeout, ErrShutdown)
	}
	c.workers.end()
	c.closeIdle()
}

func (c *Client) closeIdle() {
	if c.transport != nil {
		c.transport.CloseIdleConnections()
	}
}

// Request is the argument of Client.Do.
type Request struct {
	// HTTP is the request itself.
	HTTP *http.Request
	// Event is the event of the active session that brings the response.
	Event string
	// Tag is copied to Result.Tag.
	Tag any
	// Progress is an event that reports how much of the response has arrived.
	// Its arguments are a list of the request and its tag, and a list of the
	// bytes so far and the total, -1 if unknown. If empty, there is none.
	Progress string
	// Proxy is the URL of the proxy for this request. If nil, Config.Proxy
	// chooses it.
	Proxy *url.URL
}

// Do sends a request for the active session. Its failure is reported by a
// response. Do's own error is kernel.ErrInvalid, outside of any session or
// without Event or HTTP; then no response comes. POE: the event "request".
func (c *Client) Do(r Request) error {
	id := c.k.ActiveSession()
	if id == c.k.ID() || r.Event == "" || r.HTTP == nil {
		return fmt.Errorf("clienthttp: Do: %w", kernel.ErrInvalid)
	}
	c.add(id, r)
	return nil
}

// Fetch returns the request for a task of package await to wait for; its Event
// is ignored. With Streaming the result is that of the first event only.
func (c *Client) Fetch(r Request) await.Awaitable[*Result] {
	return await.Awaitable[*Result]{
		Begin: func(_ *await.Task, event string) (func(), error) {
			r.Event = event
			return func() { c.Cancel(r.HTTP) }, c.Do(r)
		},
		Result: func(e kernel.Event) (*Result, error) {
			result := ResultOf(e)
			return result, result.Err
		},
	}
}

// requestEvent unpacks POE's argument list.
func (c *Client) requestEvent(e kernel.Event) {
	r := Request{Tag: e.Arg(2)}
	var ok, hasRequest bool
	r.Event, ok = kernel.ArgOK[string](e, 0)
	r.HTTP, hasRequest = kernel.ArgOK[*http.Request](e, 1)
	if !ok || !hasRequest || r.HTTP == nil || r.Event == "" {
		c.k.Host().Logger().Warn("clienthttp: a request needs an event and a *http.Request", "sender", e.Sender, "args", e.Args)
		return
	}
	r.Progress, _ = kernel.ArgOK[string](e, 3)
	if proxy, _ := kernel.ArgOK[string](e, 4); proxy != "" {
		var err error
		if r.Proxy, err = url.Parse(proxy); err != nil {
			if c.transactions[r.HTTP] == nil {
				closeBody(r.HTTP)
			}
			c.refuse(e.Sender, r, http.StatusBadRequest, fmt.Errorf("%w: proxy: %w", ErrRequest, err))
			return
		}
	}
	c.add(e.Sender, r)
}

// closeBody closes the body of a request that is not sent, as net/http does with
// those that are.
func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// add takes a request on.
func (c *Client) add(asker kernel.ID, r Request) {
	if c.transactions[r.HTTP] != nil { // whose body this is
		c.refuse(asker, r, http.StatusBadRequest, fmt.Errorf("%w: it is pending already", ErrRequest))
		return
	}
	switch {
	case c.over:
		closeBody(r.HTTP)
		c.refuse(asker, r, http.StatusRequestTimeout, ErrShutdown)
		return
	case len(c.transactions) >= c.config.MaxPending:
		closeBody(r.HTTP)
		c.refuse(asker, r, http.StatusInternalServerError, ErrBusy)
		return
	case r.HTTP.URL == nil || r.HTTP.URL.Host == "" || r.HTTP.URL.Scheme != "http" && r.HTTP.URL.Scheme != "https":
		closeBody(r.HTTP)
		c.refuse(asker, r, http.StatusBadRequest, fmt.Errorf("%w: its URL must be absolute, with http or https", ErrRequest))
		return
	}
	if err := c.service.Keep(asker); err != nil {
		closeBody(r.HTTP)
		return // the asker has stopped meanwhile
	}
	c.serial++
	t := &transaction{client: c, serial: c.serial, asker: asker, request: r}
	if c.config.Streaming > 0 {
		t.credit = make(chan struct{}, 1)
	}
	t.ctx, t.cancel = context.WithCancel(r.HTTP.Context())
	if !c.config.NoTrace {
		t.trace, _ = c.k.Host().TraceContext()
	}
	c.transactions[r.HTTP] = t
	if c.arrivals == nil {
		c.arrivals = c.service.ID.Postback("arrived")
	}
	if c.config.Timeout > 0 {
		t.alarm = c.service.Delay("timeout", c.config.Timeout, t)
	}
	t.place = c.turns.Add(turns.Host{Scheme: r.HTTP.URL.Scheme, Name: strings.ToLower(r.HTTP.URL.Host)}, t)
	c.begin()
}

// begin starts the requests whose turn it is.
func (c *Client) begin() {
	for {
		t, ok := c.turns.Next()
		if !ok {
			return
		}
		t.begun, t.running = true, true
		t.setBusy(true)
		if c.k.Host().Replaying() {
			c.replayed[t.serial] = t
			closeBody(t.request.HTTP)
		} else {
			c.workers.run(job{t, c.prepare(t), c.arrivals})
		}
	}
}

// prepare makes the request that is sent of the program's, which stays as it is.
func (c *Client) prepare(t *transaction) *http.Request {
	r := t.request.HTTP.WithContext(t.ctx)
	if t.request.Proxy != nil {
		r = r.WithContext(context.WithValue(t.ctx, proxyKey{}, t.request.Proxy))
	}
	if len(r.Header) > 0 || c.config.Jar != nil || t.trace.Valid() { // or else nothing is added here
		if r.Header = r.Header.Clone(); r.Header == nil {
			r.Header = http.Header{}
		}
	}
	if _, set := r.Header["Traceparent"]; !set && t.trace.Valid() {
		r.Header.Set("Traceparent", t.trace.String())
		if t.trace.State != "" {
			r.Header.Set("Tracestate", t.trace.State)
		}
	}
	r.RequestURI = ""
	return r
}

func (c *Client) cancelEvent(e kernel.Event) {
	if r, ok := kernel.ArgOK[*http.Request](e, 0); ok {
		c.Cancel(r)
	}
}

// Cancel abandons a request: no response comes. It does nothing if the request
// is not pending. POE: the event "cancel".
func (c *Client) Cancel(r *http.Request) {
	if t := c.transactions[r]; t != nil {
		c.finish(t)
	}
}

// Pending returns the number of requests without a response. POE: the event
// "pending_requests_count".
func (c *Client) Pending() int { return len(c.transactions) }

// Shutdown answers all pending requests with 408 and ends the component. POE:
// the event "shutdown".
func (c *Client) Shutdown() {
	if c.over {
		return
	}
	c.over = true
	for _, t := range c.inOrder() {
		t.fail(http.StatusRequestTimeout, ErrShutdown)
	}
	c.service.RemoveAlias()
	c.closeIdle()
}

// arrived takes what a request's goroutine has sent.
func (c *Client) arrived(e kernel.Event) {
	a := kernel.Arg[[]any](e, 1)[0].(*arrival)
	t := c.find(a)
	if t == nil {
		return
	}
	if a.progress {
		t.told.Store(false)
	} else {
		t.setBusy(false)
	}
	if a.last {
		c.turns.Done(t.place)
		c.workers.release(a.worker)
		t.running = false
		defer c.release()
	}
	if !t.done {
		t.deliver(a)
	}
	if a.last {
		c.begin()
	}
}

// release ends the postback when nothing is under way any more.
func (c *Client) release() {
	if c.turns.Open() == 0 && c.turns.Waiting() == 0 && c.arrivals != nil {
		c.arrivals.Release()
		c.arrivals = nil
		c.workers.close()
	}
}

func (c *Client) timeout(e kernel.Event) {
	if t := kernel.Arg[*transaction](e, 0); !t.done {
		t.alarm = 0
		t.fail(http.StatusRequestTimeout, ErrTimeout)
	}
}

// finish forgets a request. Its goroutine, if there is one, ends by its context.
func (c *Client) finish(t *transaction) {
	if t.done {
		return
	}
	t.done = true
	t.cancel()
	delete(c.transactions, t.request.HTTP)
	if !t.begun {
		closeBody(t.request.HTTP)
	}
	c.service.RemoveAlarm(&t.alarm)
	c.service.Release(t.asker)
	if c.turns.Remove(t.place) {
		c.release()
	}
}
