package servertcp

import (
	"errors"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Put queues records to be written and reports whether the output has reached
// the high mark. When the connection is over it does nothing.
//
// A record that the filter cannot encode is not sent: ClientError gets an error
// with the operation "put", and the connection continues. With more output
// waiting than Limits.Output allows the connection ends, with the operation
// "write". Use TryPut to get these errors instead.
func (c *Client) Put(records ...any) (high bool) {
	high, err := c.TryPut(records...)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// TryPut is Put, but returns the filter's error, or readwrite.ErrPending, and
// reports nothing. Nothing has been queued then.
func (c *Client) TryPut(records ...any) (high bool, err error) {
	if c.condemned {
		return true, nil
	}
	high, err = tcpconn.Put(c.Wheel, records)
	c.queued()
	return high, err
}

// PutText is Put for one record that is a string, without boxing it.
func (c *Client) PutText(record string) (high bool) {
	if c.Wheel == nil || c.condemned {
		return c.condemned
	}
	high, err := c.Wheel.TryPutText(record)
	if err != nil {
		c.putFailed(err)
	}
	c.queued()
	return high
}

// PutBytes is PutText for bytes. They are copied.
func (c *Client) PutBytes(record []byte) (high bool) {
	if c.Wheel == nil || c.condemned {
		return c.condemned
	}
	high, err := c.Wheel.TryPutBytes(record)
	if err != nil {
		c.putFailed(err)
	}
	c.queued()
	return high
}

// putFailed reports a record that was not queued. A peer that does not read
// loses its connection; a record that cannot be encoded is nothing that the
// peer could help.
func (c *Client) putFailed(err error) {
	if errors.Is(err, readwrite.ErrPending) {
		if !c.ShuttingDown && !c.GotAnError {
			c.failed(c.Event, &kernel.OpError{Op: "write", Err: err, Wheel: c.wheelID()})
		}
		return
	}
	refused := &kernel.OpError{Op: "put", Err: err, Wheel: c.wheelID()}
	if c.cold().reporting { // ClientError puts such a record itself
		c.warn(refused)
		return
	}
	c.ensureCold().reporting = true
	defer func() { c.extra.reporting = false }()
	c.runCallback(c.Event, func() { c.report(refused) })
}

// SetInput makes another callback get the records from the next one on: the
// next step of a dialogue, in which every step has a callback of its own.
func (c *Client) SetInput(input InputHandler) { c.input = input }
