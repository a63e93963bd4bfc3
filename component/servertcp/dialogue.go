package servertcp

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/coroutine"
	"github.com/gopoe/poe/kernel"
)

// ErrOver is what Expect returns when the connection is over.
var ErrOver = errors.New("servertcp: the connection is over")

// Dialogue is a conversation written as one function from top to bottom, see
// Config.Dialogue. The function is a coroutine of the kernel: it runs only
// while the kernel waits for it, within an event of the connection's session,
// so it may use all that callbacks may, the Client above all. It waits by Expect
// alone; kernel.Outside's Call and Do return kernel.ErrWouldDeadlock in it, as
// they do in every handler.
//
// When the connection ends, however that happens, Expect returns an error, and
// continues returning one; the function should then return.
type Dialogue struct {
	// Client is the connection.
	Client *Client

	talk    *coroutine.Coroutine
	pause   func() bool // of the coroutine
	running bool
	done    bool
	record  any
	heard   bool
	err     error // once set, what every Expect returns
	late    bool  // the time for this Expect is over
}

// received gives a record to the Expect that waits for it.
func (d *Dialogue) received(record any) {
	d.record, d.heard = record, true
	d.resume()
}

// Send queues records to be written, as Client.Put.
func (d *Dialogue) Send(records ...any) { d.Client.Put(records...) }

// Expect waits for a record that is text, a line for example. The error is
// syscall.ETIMEDOUT if none comes in time, after which the dialogue may continue;
// a *filter.RecordError if the record is no text; or why the connection ends. A time
// of 0 is forever.
func (d *Dialogue) Expect(within time.Duration) (string, error) {
	record, err := d.ExpectRecord(within)
	if err != nil {
		return "", err
	}
	switch text := record.(type) {
	case string:
		return text, nil
	case []byte:
		return string(text), nil
	}
	return "", &filter.RecordError{Record: record, Want: "string"}
}

// ExpectRecord is Expect for records of any type.
func (d *Dialogue) ExpectRecord(within time.Duration) (any, error) {
	if d.err != nil {
		return nil, d.err
	}
	var timer kernel.AlarmID
	if within > 0 {
		var err error
		if timer, err = d.Client.Kernel.Host().DelayFunc("tcp_server_expect", within, d.tooLate); err != nil {
			return nil, fmt.Errorf("servertcp: Expect: %w", err)
		}
	}
	d.heard, d.late = false, false
	if !d.pause() && d.err == nil {
		d.err = ErrOver
	}
	if timer != 0 && !d.late {
		// With a session that has stopped it is gone.
		_, _ = d.Client.Kernel.AlarmRemove(timer)
	}
	switch {
	case d.heard:
		record := d.record
		d.record = nil
		return record, nil
	case d.err != nil:
		return nil, d.err
	}
	return nil, syscall.ETIMEDOUT
}

func (d *Dialogue) tooLate(e kernel.Event) {
	d.late = true
	d.Client.runCallback(e, d.resume)
}

// converse begins the dialogue of a connection.
func (c *Client) startDialogue(e kernel.Event, talk func(*Dialogue) error) {
	d := &Dialogue{Client: c}
	d.talk = coroutine.New(c.Kernel, func(pause func() bool) {
		d.pause = pause
		d.finished(talk(d))
	})
	c.ensureCold().dialogue, c.input = d, Input(func(_ *Client, record any) { d.received(record) })
	c.runCallback(e, d.resume)
}

// finished ends the connection after its dialogue, and reports an error that
// is not known yet.
func (d *Dialogue) finished(err error) {
	if err != nil && d.err == nil {
		c := d.Client
		c.report(&kernel.OpError{Op: "dialogue", Err: err, Wheel: c.wheelID()})
	}
}

// resume lets the function run until it waits again.
func (d *Dialogue) resume() {
	d.run(d.talk.Resume)
}

// run runs the coroutine. A function that has come to its end, by a panic
// perhaps, ends the connection.
func (d *Dialogue) run(coroutine func() (waits bool)) {
	if d.done || d.running {
		return
	}
	d.running, d.done = true, true
	defer func() {
		d.running = false
		if d.done {
			d.Client.Shutdown()
		}
	}()
	d.done = !coroutine()
}

// fail passes an error to the function: now, or with its next Expect.
func (d *Dialogue) fail(err error) {
	if d != nil && d.err == nil {
		d.err = err
		d.resume()
	}
}

// end makes the function return.
func (d *Dialogue) end() {
	if d == nil {
		return
	}
	if d.err == nil {
		d.err = ErrOver
	}
	d.run(func() (waits bool) {
		d.talk.Stop()
		return false
	})
}
