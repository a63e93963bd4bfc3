package syslogclient

import (
	"errors"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// datagrams sends over a socket whose messages are datagrams.
type datagrams struct {
	c       *Client
	factory *socketfactory.Wheel // while the socket is being made
	handle  *kernel.Handle       // nil until then
	watched bool                 // until the socket can be written
	wait    time.Duration        // before the last attempt, 0 after a success
	timer   kernel.AlarmID
	failed  bool // an error was reported since a success
	done    bool
}

func (c *Client) newDatagrams() transport {
	d := &datagrams{c: c, handle: c.config.Handle}
	if d.handle == nil {
		d.open()
	}
	return d
}

// open makes the socket, in the component's session.
func (d *datagrams) open() {
	d.timer = 0
	if d.done {
		return
	}
	made := socketfactory.Config{
		Type: socketfactory.Datagram, RemoteAddress: d.c.config.RemoteAddress, RemotePort: d.c.config.RemotePort,
		ConnectTimeout: d.c.config.Timeout, Events: socketfactory.Names{Success: "opened", Failure: "open_failed"},
	}
	if d.c.config.Type == "unixgram" {
		made.Domain = socketfactory.Unix
	}
	var err error
	if d.factory, err = socketfactory.New(d.c.k, made); err != nil {
		d.later(err)
	}
}

func (d *datagrams) opened(e kernel.Event) {
	h := kernel.Arg[*kernel.Handle](e, 0)
	d.dropFactory()
	if d.done {
		_ = h.Close() // nothing was written
		return
	}
	d.handle = h
	d.flush()
}

func (d *datagrams) openFailed(e kernel.Event) {
	d.dropFactory()
	d.later(kernel.OpErrorOf(e))
}

func (d *datagrams) dropFactory() {
	if d.factory != nil {
		_ = d.factory.Close() // the connection is made or not
		d.factory = nil
	}
}

// later opens the socket again after a while.
func (d *datagrams) later(err error) {
	if !d.failed {
		d.failed = true
		d.c.fail(err)
	}
	if d.done || d.timer != 0 {
		return
	}
	b := d.c.config.Backoff
	d.wait = min(max(2*d.wait, b.Min), b.Max)
	d.timer, _ = d.c.k.DelaySet("open", d.wait)
}

// flush writes what waits, in the component's session.
func (d *datagrams) flush() {
	for d.handle != nil && !d.watched && len(d.c.pending) > 0 {
		if !d.write(d.c.pending[0]) {
			break
		}
	}
	d.c.finish()
}

// write writes the oldest message and reports whether to go on.
func (d *datagrams) write(m []byte) bool {
	_, err := d.handle.Write(m)
	refused := errors.Is(err, syscall.ECONNREFUSED) && d.c.config.Type == "udp"
	if refused {
		d.refused(err)
		_, err = d.handle.Write(m) // the error was about one before
	}
	switch {
	case err == nil:
		d.wait, d.failed = 0, refused
		d.c.take()
		d.c.stats.Sent++
	case errors.Is(err, kernel.ErrWouldBlock):
		return d.watch()
	case d.c.config.Type == "unixgram" && !errors.Is(err, syscall.EMSGSIZE):
		_ = d.handle.Close() // the daemon has gone, and its socket with it
		d.handle = nil
		d.later(err)
		return false
	default:
		d.drop(err)
	}
	return true
}

// drop drops the oldest message, which cannot be sent.
func (d *datagrams) drop(err error) {
	d.c.take()
	d.c.stats.Dropped++
	d.c.fail(err)
}

// refused counts a datagram that was sent to a port where nothing listens.
func (d *datagrams) refused(err error) {
	d.c.stats.Sent--
	d.c.stats.Dropped++
	if !d.failed {
		d.c.fail(err)
	}
	d.failed = true
}

// watch waits until the socket can be written.
func (d *datagrams) watch() bool {
	if err := d.c.k.Host().Watch(d.handle, kernel.Write, "syslogclient: writable", d); err != nil {
		d.drop(err)
		return true
	}
	d.watched = true
	_ = d.c.k.SelectResumeWrite(d.handle) // it is watched
	return false
}

// HandleReady is called by the kernel.
func (d *datagrams) HandleReady(kernel.Mode) {
	d.c.k.Host().Unwatch(d.c.service.ID, d.handle, kernel.Write)
	d.watched = false
	d.flush()
}

func (d *datagrams) idle() bool { return true }

// close closes the socket, whatever waits.
func (d *datagrams) close() {
	d.done = true
	d.dropFactory()
	d.c.service.RemoveAlarm(&d.timer)
	if d.handle != nil {
		_ = d.handle.Close()
		d.handle = nil
	}
}
