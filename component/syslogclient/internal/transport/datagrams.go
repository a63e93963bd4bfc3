package transport

import (
	"errors"
	"syscall"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Datagrams sends over a socket whose messages are datagrams.
type Datagrams struct {
	service *service.Service
	queue   *Queue
	socket  socketfactory.Config
	backoff clienttcp.Backoff

	factory *socketfactory.Wheel // while the socket is being made
	handle  *kernel.Handle       // nil until then
	watched bool                 // until the socket can be written
	pause   backoff.Pause
	timer   kernel.AlarmID
	failed  bool // an error was reported since a success
	done    bool
}

// NewDatagrams makes a socket, in the component's session, unless it is given one.
func NewDatagrams(s *service.Service, q *Queue, socket socketfactory.Config, handle *kernel.Handle, b clienttcp.Backoff) *Datagrams {
	d := &Datagrams{service: s, queue: q, socket: socket, backoff: b, handle: handle}
	d.socket.Type = socketfactory.Datagram
	d.socket.Events = socketfactory.Funcs{
		Success: func(_ *socketfactory.Wheel, s socketfactory.Socket) { d.opened(s.Handle) },
		Failure: func(_ *socketfactory.Wheel, err *kernel.OpError) {
			d.dropFactory()
			d.openLater(err)
		},
	}
	if handle == nil {
		d.open()
	}
	return d
}

func (d *Datagrams) open() {
	d.timer = 0
	if d.done {
		return
	}
	var err error
	if d.factory, err = socketfactory.New(d.service.Kernel, d.socket); err != nil {
		d.openLater(err)
	}
}

func (d *Datagrams) opened(h *kernel.Handle) {
	d.dropFactory()
	if d.done {
		_ = h.Close() // nothing was written
		return
	}
	d.handle = h
	d.Flush()
}

func (d *Datagrams) dropFactory() {
	if d.factory != nil {
		_ = d.factory.Close() // the connection is made or not
		d.factory = nil
	}
}

// openLater opens the socket again after a while.
func (d *Datagrams) openLater(err error) {
	if !d.failed {
		d.failed = true
		d.queue.Fail(err)
	}
	if d.done || d.timer != 0 {
		return
	}
	k := d.service.Kernel
	pause := d.pause.Next(d.backoff.Min, d.backoff.Max, k.Rand())
	d.timer, _ = k.Host().DelayFunc("open", pause, func(kernel.Event) { d.open() }) // fails after the session's end
}

// Flush writes what waits, in the component's session.
func (d *Datagrams) Flush() {
	for d.handle != nil && !d.watched && d.queue.Len() > 0 {
		if !d.write(d.queue.pending[0]) {
			break
		}
	}
	d.queue.Emptied()
}

// write writes the oldest message and reports whether to go on.
func (d *Datagrams) write(m []byte) bool {
	unix := d.socket.Domain == socketfactory.Unix
	_, err := d.handle.Write(m)
	refused := errors.Is(err, syscall.ECONNREFUSED) && !unix
	if refused {
		d.refused(err)
		_, err = d.handle.Write(m) // the error was about one before
	}
	switch {
	case err == nil:
		d.pause, d.failed = 0, refused
		d.queue.take()
		d.queue.Sent++
	case errors.Is(err, kernel.ErrWouldBlock):
		return d.watch()
	case unix && !errors.Is(err, syscall.EMSGSIZE):
		_ = d.handle.Close() // the daemon has gone, and its socket with it
		d.handle = nil
		d.openLater(err)
		return false
	default:
		d.drop(err)
	}
	return true
}

// drop drops the oldest message, which cannot be sent.
func (d *Datagrams) drop(err error) {
	d.queue.take()
	d.queue.Dropped++
	d.queue.Fail(err)
}

// refused counts a datagram that was sent to a port where nothing listens.
func (d *Datagrams) refused(err error) {
	d.queue.Sent--
	d.queue.Dropped++
	if !d.failed {
		d.queue.Fail(err)
	}
	d.failed = true
}

// watch waits until the socket can be written, and reports whether to go on.
func (d *Datagrams) watch() bool {
	k := d.service.Kernel
	if err := k.Host().Watch(d.handle, kernel.Write, "syslogclient: writable", d); err != nil {
		d.drop(err)
		return true
	}
	d.watched = true
	_ = k.SelectResumeWrite(d.handle) // it is watched
	return false
}

// HandleReady is called by the kernel.
func (d *Datagrams) HandleReady(kernel.Mode) {
	d.service.Kernel.Host().Unwatch(d.service.ID, d.handle, kernel.Write)
	d.watched = false
	d.Flush()
}

// Idle reports true: what was taken from the queue has been written.
func (d *Datagrams) Idle() bool { return true }

// Close closes the socket, whatever waits.
func (d *Datagrams) Close() {
	d.done = true
	d.dropFactory()
	d.service.RemoveAlarm(&d.timer)
	if d.handle != nil {
		_ = d.handle.Close()
		d.handle = nil
	}
}
