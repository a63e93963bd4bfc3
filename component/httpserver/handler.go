package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/gopoe/poe/kernel"
)

// pieceSize is how much a handler of net/http writes before it is sent.
const pieceSize = 32 << 10

// serve runs a handler of net/http as a job of the component's, which outlives the
// connection.
func (r *Response) serve(h http.Handler) {
	k, s := r.conn.client.Kernel, r.conn.server
	ctx, cancel := context.WithCancel(r.Request.Context())
	w := &writer{r: r, outside: k.Outside(), header: http.Header{}, ctx: ctx}
	r.cancel = cancel
	var failed error
	err := k.Host().CallFunc(s.id, "httpserver: handler", func(kernel.Event) {
		_, failed = k.Host().OffloadFunc(nil, "httpserver: handler", func(context.Context) (any, error) {
			defer w.finish()
			h.ServeHTTP(w, r.Request.WithContext(ctx))
			return nil, nil
		}, func(_ kernel.Event, _ any, err error) { r.served(w, err) })
	})
	if err = errors.Join(err, failed); err != nil {
		k.Host().Logger().Warn("httpserver: a handler cannot run", "error", err, "server", s.config.Alias)
		r.fail(http.StatusInternalServerError)
	}
}

// served ends a response whose handler has returned.
func (r *Response) served(w *writer, err error) {
	if r.ended {
		return // it has taken too long, or the connection is gone
	}
	if err != nil {
		r.conn.client.Kernel.Host().Logger().Warn("httpserver: a handler has failed", "path", r.Request.URL.Path, "error", err)
		if r.begun {
			r.Close() // the peer sees that the body is cut
			return
		}
		r.fail(http.StatusInternalServerError)
		return
	}
	w.apply()
	if !r.begun {
		r.Body = w.buffer
	} else {
		r.Stream(w.buffer)
	}
	r.Done()
}

// writer is the http.ResponseWriter of a job. Its buffer belongs to the job's
// goroutine until that has ended.
type writer struct {
	r       *Response
	outside kernel.Outside
	ctx     context.Context
	header  http.Header
	status  int
	sent    http.Header // header when the status was set
	buffer  []byte
	mu      sync.Mutex
	over    bool
}

func (w *writer) Header() http.Header { return w.header }

// WriteHeader sets the status, once. Informational ones are not sent.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write buffers, and sends once there is a piece. It waits while the peer does not
// read.
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return 0, http.ErrHandlerTimeout
	}
	if w.status == 0 {
		if w.header.Get("Content-Type") == "" {
			w.header.Set("Content-Type", http.DetectContentType(p))
		}
		w.WriteHeader(http.StatusOK)
	}
	w.buffer = append(w.buffer, p...)
	if len(w.buffer) < pieceSize {
		return len(p), nil
	}
	if err := w.send(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush sends what is buffered.
func (w *writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.WriteHeader(http.StatusOK)
		_ = w.send() // the next Write has the error
	}
}

// send puts the buffer and waits until little of it is left.
func (w *writer) send() error {
	low := make(chan struct{})
	ended := false
	err := w.outside.Do(w.ctx, func(*kernel.Kernel) {
		if ended = w.r.ended; ended {
			return
		}
		w.apply()
		w.r.Stream(w.buffer)
		w.r.WhenLow(func() { close(low) })
	})
	w.buffer = w.buffer[:0]
	switch {
	case err != nil:
		return fmt.Errorf("httpserver: the response cannot be sent: %w", err)
	case ended:
		return ErrEnded
	}
	select {
	case <-low:
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

// finish keeps the handler's goroutines from writing once it has returned.
func (w *writer) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// apply fills in the response; on the kernel's goroutine.
func (w *writer) apply() {
	if w.r.begun {
		return
	}
	header := w.sent
	if header == nil {
		header = w.header
	}
	w.r.Header = header
	if w.status != 0 {
		w.r.Status = w.status
	}
}
