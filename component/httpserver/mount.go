package httpserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// MountConfig configures [Mount]. Session and Event are required.
type MountConfig struct {
	// Session gets Event for every request, with an *Exchange as its argument.
	Session kernel.Dest
	Event   string
	// MaxBody is the maximum length of the body of a request in bytes; longer
	// ones are answered with 413. 0 means DefaultMaxBody.
	MaxBody int64
	// Timeout is how long an answer may take; when it expires, the answer is
	// 503. 0 means DefaultTimeout; Forever means no limit.
	Timeout time.Duration
	// MaxPending is how many requests may wait for their answers; further ones
	// are answered with 503. 0 means DefaultMaxMounted.
	MaxPending int
}

// DefaultMaxMounted is used if MountConfig.MaxPending is 0.
const DefaultMaxMounted = 1024

// Mount returns a handler for servers of net/http which has a session answer
// the requests: it reads the request, posts the event, and waits for
// [Exchange.Done]. It is the opposite of Route.Handler. If the kernel does not
// run or the session does not exist, the answer is 503. The handler may be used
// on any goroutine. The error is a *kernel.ConfigError.
func Mount(k *kernel.Kernel, c MountConfig) (http.Handler, error) {
	switch {
	case c.Session == nil:
		return nil, configerror.New("httpserver", "MountConfig.Session", "must be set")
	case c.Event == "":
		return nil, configerror.New("httpserver", "MountConfig.Event", "must be set")
	case c.MaxBody < 0:
		return nil, configerror.New("httpserver", "MountConfig.MaxBody", "is negative")
	case c.Timeout < Forever:
		return nil, configerror.New("httpserver", "MountConfig.Timeout", "is negative")
	case c.MaxPending < 0:
		return nil, configerror.New("httpserver", "MountConfig.MaxPending", "is negative")
	}
	configerror.SetDefault(&c.MaxBody, DefaultMaxBody)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.MaxPending, DefaultMaxMounted)
	return &mount{outside: k.Outside(), config: c}, nil
}

// mount is a session as a handler.
type mount struct {
	outside kernel.Outside
	config  MountConfig
	pending atomic.Int64
}

// Exchange is a request that a session answers: the session sets Status, Header
// and Body and calls Done, immediately or in a later handler. It belongs to the
// kernel's goroutine.
type Exchange struct {
	// Request is the request, Content its body, which is in memory. The context
	// of the request is cancelled when the client has disconnected or
	// MountConfig.Timeout has expired.
	Request *http.Request
	Content []byte
	// Status is the status code; it is initially 200.
	Status int
	Header http.Header
	Body   []byte

	k     *kernel.Kernel
	asked kernel.ID // the session, which is kept alive
	done  chan struct{}
	ended bool
}

// ExchangeOf returns the exchange of an event. It panics with a kernel.ArgError for
// any other event.
func ExchangeOf(e kernel.Event) *Exchange { return kernel.Arg[*Exchange](e, 0) }

// Lost reports whether the client no longer waits for the answer.
func (x *Exchange) Lost() bool { return x.Request.Context().Err() != nil }

// Done sends the answer. The exchange must not be changed afterwards; further
// calls of Done do nothing.
func (x *Exchange) Done() {
	if !x.ended {
		x.ended = true
		close(x.done)
		x.release()
	}
}

// tag of the reference count that keeps sessions alive which are to answer.
const mountTag = "httpserver mount"

func (x *Exchange) release() {
	if !x.asked.IsZero() {
		_, _ = x.k.RefcountDecrement(x.asked, mountTag) // counted in post
		x.asked = kernel.ID{}
	}
}

func (m *mount) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	defer m.pending.Add(-1)
	if m.pending.Add(1) > int64(m.config.MaxPending) {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, m.config.MaxBody))
	if err != nil {
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
		}
		refuse(w, status)
		return
	}
	ctx, cancel := request.Context(), context.CancelFunc(func() {})
	if m.config.Timeout != Forever {
		ctx, cancel = context.WithTimeout(ctx, m.config.Timeout)
	}
	defer cancel()
	request = request.WithContext(ctx)
	request.Body = io.NopCloser(bytes.NewReader(body))
	x := &Exchange{Request: request, Content: body, Status: http.StatusOK, Header: http.Header{}, done: make(chan struct{})}
	if err := m.post(ctx, x); err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	select {
	case <-x.done:
		x.write(w)
	case <-ctx.Done():
		m.outside.DoAsync(func(*kernel.Kernel) { x.abandon() })
		refuse(w, http.StatusServiceUnavailable)
	}
}

// post sends the event.
func (m *mount) post(ctx context.Context, x *Exchange) error {
	var failed error
	err := m.outside.Do(ctx, func(k *kernel.Kernel) {
		x.k = k
		if failed = k.Post(m.config.Session, m.config.Event, x); failed != nil {
			k.Host().Logger().Warn("httpserver: nobody answers", "event", m.config.Event, "error", failed)
			return
		}
		if id, err := k.Host().Resolve(m.config.Session); err == nil {
			if _, err := k.RefcountIncrement(id, mountTag); err == nil {
				x.asked = id
			}
		}
	})
	return errors.Join(err, failed)
}

// abandon ends an exchange whose client no longer waits.
func (x *Exchange) abandon() {
	x.ended = true
	x.release()
}

// Undelivered answers with 503. The kernel calls it if the event has reached no
// handler.
func (x *Exchange) Undelivered() {
	if !x.ended {
		x.Status, x.Body = http.StatusServiceUnavailable, []byte(http.StatusText(http.StatusServiceUnavailable)+"\n")
		x.Done()
	}
}

// write sends the answer, on the goroutine of the request.
func (x *Exchange) write(w http.ResponseWriter) {
	for name, values := range x.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(x.Status)
	_, _ = w.Write(x.Body) // the client may be gone
}

func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}
