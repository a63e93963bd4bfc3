package servertcp

import (
	"errors"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Put queues records to be written and reports whether the pending output has
// reached the high mark. Once the connection has ended it does nothing.
//
// A record that the filter cannot encode is not sent: ClientError gets an error
// with the operation "put", and the connection continues. If Limits.Output
// bytes or more are already pending, ClientError gets readwrite.ErrPending with
// the operation "write", and the connection ends. Use TryPut to get these
// errors instead.
func (c *Client) Put(records ...any) (high bool) {
	high, err := c.TryPut(records...)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// TryPut is Put, but returns the filter's error, or readwrite.ErrPending, and
// does not call ClientError. If there is an error, nothing has been queued.
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

// SetInput replaces the callback for input, from the next record on. A protocol
// with several phases can so have one callback for each phase. input must not
// be nil.
func (c *Client) SetInput(input InputHandler) { c.ensureCold().input = input }
