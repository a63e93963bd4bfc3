package servertcp

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// ErrOver is returned by Expect when the connection has ended without an error.
var ErrOver = errors.New("servertcp: the connection is over")

// Dialogue is a conversation written as one function from top to bottom, see
// Config.Dialogue. The function is a task of package await in the connection's
// session: it runs only while the kernel waits for it, so it may use everything
// that callbacks may use, such as the Client. It waits for records with Expect,
// and for anything else with [await.Await] and its Task:
//
//	user, err := d.Expect(time.Minute)
//	...
//	row, err := await.Await(d.Task, db.Await(query))
//
// When the connection ends for any reason, Expect and Await return an error,
// now and at every later call; the function should then return.
type Dialogue struct {
	// Client is the connection.
	Client *Client
	// Task is the task in which the function runs, for await.Await.
	Task *await.Task

	queue   []any            // records that came while the function waited for something else
	deliver func(any, error) // to the Expect that waits, nil if none does
	err     error            // once set, what every Expect returns
}

// Send queues records to be written, as Client.Put does.
func (d *Dialogue) Send(records ...any) { d.Client.Put(records...) }

// Expect waits for a record that is a string or []byte, a line for example. The
// error is syscall.ETIMEDOUT if none arrives within the given time, after which
// the dialogue may continue; a *filter.RecordError if the record has another
// type; otherwise the reason why the connection has ended. If within is 0, it
// waits forever.
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
	switch {
	case len(d.queue) > 0:
		return d.next(), nil
	case d.err != nil:
		return nil, d.err
	}
	var timer kernel.AlarmID
	if within > 0 {
		var err error
		if timer, err = d.Client.Kernel.Host().DelayFunc("tcp_server_expect", within, d.tooLate); err != nil {
			return nil, fmt.Errorf("servertcp: Expect: %w", err)
		}
	}
	record, err := await.Await(d.Task, await.Awaitable[any]{Start: func(_ *await.Task, deliver func(any, error)) (func(), error) {
		d.deliver = deliver
		return nil, nil
	}})
	d.deliver = nil
	if timer != 0 && err != syscall.ETIMEDOUT {
		// With a session that has stopped it is gone.
		_, _ = d.Client.Kernel.AlarmRemove(timer)
	}
	if errors.Is(err, await.ErrCancelled) {
		if d.err == nil {
			d.err = ErrOver
		}
		err = d.err
	}
	return record, err
}

// next takes the first record out of the queue. Reading continues when it is empty.
func (d *Dialogue) next() any {
	record := d.queue[0]
	d.queue = d.queue[1:]
	if len(d.queue) == 0 {
		d.queue = nil
		if d.Client.Wheel != nil {
			d.Client.Wheel.ResumeInput()
		}
	}
	return record
}

// received gives a record to the Expect that waits for it, or keeps it for the
// next one. Meanwhile nothing is read, so a client cannot make the queue long.
func (d *Dialogue) received(record any) {
	if d.answer(record, nil) || d.Task.Done() {
		return
	}
	if d.queue = append(d.queue, record); len(d.queue) == 1 && d.Client.Wheel != nil {
		d.Client.Wheel.PauseInput()
	}
}

// answer continues the Expect that waits, and reports whether one does.
func (d *Dialogue) answer(record any, err error) bool {
	deliver := d.deliver
	if deliver == nil {
		return false
	}
	d.deliver = nil
	deliver(record, err)
	return true
}

func (d *Dialogue) tooLate(e kernel.Event) {
	d.Client.runCallback(e, func() { d.answer(nil, syscall.ETIMEDOUT) })
}

// startDialogue begins the dialogue of a connection.
func (c *Client) startDialogue(e kernel.Event, talk func(*Dialogue) error) {
	d := &Dialogue{Client: c}
	c.ensureCold().dialogue = d
	c.SetInput(Input(func(_ *Client, record any) { d.received(record) }))
	await.Async(e, func(t *await.Task) {
		d.Task = t
		defer c.Shutdown()
		c.runCallback(e, func() { d.finished(talk(d)) })
	})
}

// finished reports an error that is not known yet.
func (d *Dialogue) finished(err error) {
	if err != nil && d.err == nil && !errors.Is(err, await.ErrCancelled) {
		c := d.Client
		c.report(&kernel.OpError{Op: "dialogue", Err: err, Wheel: c.wheelID()})
	}
}

// fail passes an error to the function: now, or with its next Expect.
func (d *Dialogue) fail(err error) {
	if d != nil && d.err == nil {
		d.err = err
		d.answer(nil, err)
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
	d.Task.Cancel()
}
