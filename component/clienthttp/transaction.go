package clienthttp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/gopoe/poe/component/clienthttp/internal/turns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// Result is the typed form of a response event.
type Result struct {
	Request *http.Request
	Tag     any
	// Response is the response, never nil: for a failure the component makes
	// one. Its Body reads the field Body below, and need not be closed. Its Request is
	// the program's own, or that to which redirects have led.
	Response *http.Response
	// Body is the body, or with Streaming this event's chunk; nil ends a stream.
	Body []byte
	// Truncated reports whether MaxSize has truncated the body.
	Truncated bool
	// Err is the reason if the server has not responded, or the body ends
	// early; nil otherwise.
	Err error
}

// ResultOf returns the typed form of a response event. It panics with a
// kernel.ArgError for any other event.
func ResultOf(e kernel.Event) *Result {
	asked, came := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
	if len(asked) < 2 || len(came) < 3 {
		panic(&kernel.ArgError{Event: e.Name, Index: 1, Count: len(e.Args), Got: "another list", Want: "a response of clienthttp"})
	}
	return came[2].(*Result)
}

// transaction is one request under way.
type transaction struct {
	client  *Client
	asker   kernel.ID
	request Request
	trace   observe.TraceContext // of the event that has asked
	ctx     context.Context
	cancel  context.CancelFunc
	place   *turns.Place[*transaction]
	alarm   kernel.AlarmID
	serial  uint64
	begun   bool          // its request was sent, or is
	running bool          // a goroutine does it
	busy    bool          // it does not wait for the kernel
	done    bool          // nothing more is to be delivered
	credit  chan struct{} // of Streaming, else nil
	told    atomic.Bool   // a figure of progress is on its way
}

// arrival is what a transaction's goroutine sends.
type arrival struct {
	transaction *transaction
	response    *http.Response
	body        []byte
	got, total  int64
	truncated   bool
	err         error
	progress    bool // nothing but a figure
	last        bool // nothing comes after it
	worker      *worker

	// Of an arrival of a replay, in place of transaction and response.Request.
	serial uint64
	url    string
}

// run does the request, on the goroutine of a worker.
func (t *transaction) run(w *worker, r *http.Request, to *kernel.Postback) {
	end := &arrival{transaction: t, last: true, worker: w}
	defer func() {
		if thrown := recover(); thrown != nil { // by a Transport, a Jar or a Proxy of the program
			end.response, end.err = nil, fmt.Errorf("clienthttp: panic: %v\n%s", thrown, debug.Stack())
		}
		to.Send(end)
	}()
	response, err := t.client.http.Do(r)
	if err != nil {
		end.err = err
		return
	}
	defer response.Body.Close()
	if response.Request == nil || response.Request.Response == nil { // no redirect was followed
		response.Request = t.request.HTTP
	}
	end.response, end.total = response, response.ContentLength
	size := t.client.config.Streaming
	if size == 0 {
		end.body, end.truncated, end.err = t.readAll(response, to)
		return
	}
	limited := &limitReader{r: response.Body, left: t.client.config.MaxSize}
	for {
		chunk := make([]byte, size)
		n, err := io.ReadFull(limited, chunk)
		end.got += int64(n)
		if n > 0 {
			to.Send(&arrival{transaction: t, response: response, body: chunk[:n:n], got: end.got, total: end.total})
			if !t.wait() {
				end.err = context.Cause(t.ctx)
				return
			}
		}
		if err != nil {
			end.truncated = limited.cut
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || limited.err != nil {
				end.err = err
			}
			return
		}
	}
}

// wait returns when the last chunk's event has been handled, and reports whether
// there is to be another.
func (t *transaction) wait() bool {
	select {
	case <-t.credit:
		return true
	case <-t.ctx.Done():
		return false
	}
}

// more lets the goroutine read on.
func (t *transaction) more() {
	t.setBusy(t.running)
	select {
	case t.credit <- struct{}{}:
	default:
	}
}

// setBusy reports whether the goroutine is at work, so that a virtual clock does not
// jump over it.
func (t *transaction) setBusy(busy bool) {
	if busy == t.busy {
		return
	}
	t.busy = busy
	if busy {
		t.client.k.Host().AddWork(1)
	} else {
		t.client.k.Host().AddWork(-1)
	}
}

// Sizes of the space that is there for what comes next of a body, in bytes.
const (
	minSpace = 512
	maxSpace = 32 << 10
)

// readAll reads the body up to the limit. What the server says of its length is
// believed up to maxSpace.
func (t *transaction) readAll(response *http.Response, to *kernel.Postback) (body []byte, truncated bool, err error) {
	limited := &limitReader{r: response.Body, left: t.client.config.MaxSize}
	size := int64(minSpace)
	if response.ContentLength >= 0 {
		size = min(maxSpace, response.ContentLength+1) // one more to see the end
	}
	body = make([]byte, 0, size)
	told := 0
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, min(max(len(body), minSpace), maxSpace))
		}
		n, err := limited.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		// One figure at a time, and the last: a server may send byte by byte.
		if len(body) > told && t.request.Progress != "" && (err != nil || t.told.CompareAndSwap(false, true)) {
			told = len(body)
			to.Send(&arrival{transaction: t, progress: true, got: int64(len(body)), total: response.ContentLength})
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return body, limited.cut, err
		}
	}
}

// limitReader reads up to a limit and knows whether there was more.
type limitReader struct {
	r    io.Reader
	left int64 // negative is no limit
	cut  bool
	err  error // other than io.EOF
}

func (l *limitReader) Read(p []byte) (n int, err error) {
	if l.left == 0 {
		var one [1]byte
		if n, _ := l.r.Read(one[:]); n > 0 {
			l.cut = true
		}
		return 0, io.EOF
	}
	if l.left > 0 && int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err = l.r.Read(p)
	if l.left > 0 {
		l.left -= int64(n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}

// deliver posts what has arrived to the asker.
func (t *transaction) deliver(a *arrival) {
	c := t.client
	if t.request.Progress != "" && (a.progress || c.config.Streaming > 0 && a.body != nil) {
		_ = c.k.Post(t.asker, t.request.Progress, []any{t.request.HTTP, t.request.Tag}, []any{a.got, a.total})
	}
	switch {
	case a.progress:
	case a.response == nil:
		status := http.StatusInternalServerError
		if errors.Is(a.err, context.DeadlineExceeded) {
			status = http.StatusRequestTimeout
		}
		t.fail(status, a.err)
	case a.last:
		c.post(t.asker, t.request, a)
		c.finish(t)
	default:
		c.post(t.asker, t.request, a)
		c.service.In(func(e kernel.Event) { e.Yield("handled", t) }) // behind the event that was posted
	}
}

// fail answers a request with a response made here.
func (t *transaction) fail(status int, err error) {
	t.client.refuse(t.asker, t.request, status, err)
	t.client.finish(t)
}

// refuse answers a request that was not taken on.
func (c *Client) refuse(asker kernel.ID, r Request, status int, err error) {
	text := []byte(err.Error())
	response := &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r.HTTP, ContentLength: int64(len(text)),
		Header: http.Header{"Content-Type": {"text/plain"}, "X-Pcch-Errmsg": {err.Error()}},
	}
	c.post(asker, r, &arrival{response: response, body: text, err: err})
}

func (c *Client) post(asker kernel.ID, r Request, a *arrival) {
	d := &delivery{
		result: Result{Request: r.HTTP, Tag: r.Tag, Response: a.response, Body: a.body, Truncated: a.truncated, Err: a.err},
		asked:  [2]any{r.HTTP, r.Tag},
	}
	d.body.Reset(a.body)
	a.response.Body = &d.body
	d.came = [3]any{a.response, nil, &d.result}
	if c.config.Streaming > 0 && a.body != nil {
		d.came[1] = a.body
	}
	_ = c.k.Post(asker, r.Event, d.asked[:], d.came[:])
}

// delivery is what a response event has, in one piece of memory.
type delivery struct {
	result Result
	body   readBody
	asked  [2]any
	came   [3]any
}

// readBody is the body of a response that has been read.
type readBody struct{ bytes.Reader }

// Close implements io.Closer.
func (*readBody) Close() error { return nil }

// inOrder lists the pending requests in the order in which they were asked for.
func (c *Client) inOrder() []*transaction {
	var all []*transaction
	for _, t := range c.transactions {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *transaction) int { return cmp.Compare(a.serial, b.serial) })
	return all
}
