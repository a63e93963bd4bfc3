package httpserver

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// connection is the heap of a connection: the responses that are under way, in
// the order of their requests. Only the first of them writes.
type connection struct {
	client  *servertcp.Client
	server  *Server
	queue   []*Response
	paused  bool // nothing is read, for there are too many
	closing bool // after the last response
	high    bool // so much output waits that producers should pause
	taken   bool // by Upgrade: HTTP is over
	idle    kernel.AlarmID
}

func connectionOf(c *servertcp.Client) *connection { return servertcp.HeapOf[connection](c) }

// in runs f in the connection's session: who completes a response may be another
// one. Once the session has stopped it does nothing.
func (c *connection) in(f func()) {
	_ = c.client.Kernel.Host().CallFunc(c.client.Session, "httpserver", func(kernel.Event) { f() })
}

// connected begins to wait for the first request.
func (s *Server) connected(c *servertcp.Client) {
	conn := connectionOf(c)
	conn.client, conn.server = c, s
	conn.startIdling()
	if s.config.Server.ClientConnected != nil {
		s.config.Server.ClientConnected(c)
	}
}

// input gets a record of the codec's.
func (s *Server) input(c *servertcp.Client, record any) {
	conn := connectionOf(c)
	conn.stopIdling()
	switch record := record.(type) {
	case *http.Request:
		record.RemoteAddr = c.RemoteAddr.String()
		record.TLS = c.TLS
		conn.add(newResponse(conn, record))
	case *http.Response:
		conn.refused(record)
	}
}

// refused gets the codec's answer to a bad request, or 100 Continue.
func (c *connection) refused(answer *http.Response) {
	if httpd.Cause(answer) == nil {
		if len(c.queue) == 0 {
			c.client.Put(answer) // behind another response it would come too early
		}
		return
	}
	request := answer.Request
	if request == nil {
		request = &http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	}
	request.RemoteAddr = c.client.RemoteAddr.String()
	r := newResponse(c, request)
	r.refusal = answer
	c.add(r)
}

// add appends a response; the first one begins at once.
func (c *connection) add(r *Response) {
	if c.closing {
		return // what was sent behind the last request
	}
	c.queue = append(c.queue, r)
	if len(c.queue) > c.server.config.MaxPipelined && !c.paused {
		c.paused = true
		c.client.Wheel.PauseInput()
	}
	if len(c.queue) == 1 {
		c.begin()
	}
}

// begin lets the first request be answered.
func (c *connection) begin() {
	r := c.queue[0]
	if r.refusal != nil {
		r.Status = r.refusal.StatusCode
		c.client.Put(r.refusal)
		r.begun, r.closes = true, true
		r.end()
		return
	}
	// What the request causes belongs to the trace of those who have sent it.
	trace, _ := observe.ParseTraceContext(r.Request.Header.Get("Traceparent"), strings.Join(r.Request.Header.Values("Tracestate"), ","))
	c.client.Kernel.Host().InTrace(trace, func() { c.server.route(r) })
}

// next begins the next request when the first response has ended.
func (c *connection) next(closes bool) {
	c.queue = slices.Delete(c.queue, 0, 1)
	if c.client.Wheel == nil || c.taken {
		return
	}
	if closes || c.closing && len(c.queue) == 0 || c.server.over && len(c.queue) == 0 {
		c.closing = true
		c.client.Shutdown()
		return
	}
	if c.paused && len(c.queue) <= c.server.config.MaxPipelined/2 {
		c.paused = false
		c.client.Wheel.ResumeInput()
	}
	if len(c.queue) > 0 {
		c.in(c.begin)
		return
	}
	c.in(c.startIdling)
}

// startIdling limits the time until the next request has come.
func (c *connection) startIdling() {
	id, err := c.client.Kernel.Host().DelayFunc("httpserver: idle", c.server.config.Server.Timeouts.Idle, func(kernel.Event) {
		c.idle = 0
		c.client.Shutdown()
	})
	if err == nil {
		c.idle = id
	}
}

func (c *connection) stopIdling() {
	if c.idle != 0 {
		_, _ = c.client.Kernel.AlarmRemove(c.idle) // it is this session's
		c.idle = 0
	}
}

// low lets those who stream continue.
func (c *connection) low() {
	c.high = false
	if len(c.queue) > 0 {
		c.queue[0].resume()
	}
}

// clientError ends a connection that has failed; at the end of its input once
// everything is answered.
func (s *Server) clientError(c *servertcp.Client, err *kernel.OpError) {
	conn := connectionOf(c)
	if errors.Is(err, io.EOF) && len(conn.queue) > 0 && !conn.taken {
		conn.closing = true
		return
	}
	if s.config.Server.ClientError != nil {
		s.config.Server.ClientError(c, err)
	}
	c.Shutdown()
}

// drain ends a connection that is not answering.
func (s *Server) drain(c *servertcp.Client) {
	conn := connectionOf(c)
	if len(conn.queue) == 0 && !conn.taken {
		c.Shutdown()
		return
	}
	conn.closing = true
}

// disconnected gives up what is not answered yet.
func (s *Server) disconnected(c *servertcp.Client) {
	conn := connectionOf(c)
	conn.stopIdling()
	for _, r := range slices.Clone(conn.queue) {
		r.lost()
	}
	if s.config.Server.ClientDisconnected != nil {
		s.config.Server.ClientDisconnected(c)
	}
}

// route finds who answers a request.
func (s *Server) route(r *Response) {
	var allowed []string
	for i := range s.config.Routes {
		t := &s.config.Routes[i]
		if t.Pattern != nil && !t.Pattern.MatchString(r.Request.URL.Path) {
			continue
		}
		if method := r.Request.Method; t.Method != "" && t.Method != method && (t.Method != http.MethodGet || method != http.MethodHead) {
			allowed = append(allowed, t.Method)
			continue
		}
		s.hand(r, t)
		return
	}
	if allowed == nil {
		r.fail(http.StatusNotFound)
		return
	}
	slices.Sort(allowed)
	r.Header.Set("Allow", strings.Join(slices.Compact(allowed), ", "))
	r.fail(http.StatusMethodNotAllowed)
}

// hand lets a route answer.
func (s *Server) hand(r *Response, t *Route) {
	if t.Pattern != nil {
		r.Pattern = t.Pattern.String()
	}
	r.limit(s.config.Timeout, t)
	switch {
	case t.Handle != nil:
		t.Handle(r)
	case t.Handler != nil:
		r.serve(t.Handler)
	default:
		r.post(t)
	}
}

// describe names a route in a warning.
func (t *Route) describe() string {
	switch {
	case t.Event != "":
		return "event " + t.Event
	case t.Pattern != nil:
		return t.Pattern.String()
	}
	return "the route without a pattern"
}

// limit sets the time in which an answer must begin.
func (r *Response) limit(within time.Duration, t *Route) {
	if within == Forever {
		return
	}
	c := r.conn.client
	id, err := c.Kernel.Host().DelayFunc("httpserver: time-out", within, func(e kernel.Event) {
		r.alarm = 0
		if !r.begun && !r.ended {
			e.Kernel.Host().Logger().Warn("httpserver: no answer in time", "route", t.describe(), "path", r.Request.URL.Path, "after", within)
			r.fail(http.StatusServiceUnavailable)
		}
	})
	if err == nil {
		r.alarm = id
	}
}
