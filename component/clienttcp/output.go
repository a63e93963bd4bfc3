package clienttcp

import (
	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
)

// Put queues records to be written and reports whether the pending output has
// reached the high mark. Without a connection it does nothing.
//
// A record that the filter cannot encode is not sent: ServerError gets an error
// with the operation "put", and the connection continues. Use TryPut to get the
// error instead.
func (c *Client) Put(records ...any) (high bool) {
	high, err := tcpconn.Put(c.Wheel, records)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// TryPut is Put, but returns the filter's error and does not call ServerError.
// If there is an error, nothing has been queued.
func (c *Client) TryPut(records ...any) (high bool, err error) { return tcpconn.Put(c.Wheel, records) }

// PutText is Put for one record that is a string, without boxing it.
func (c *Client) PutText(record string) (high bool) {
	high, err := tcpconn.PutText(c.Wheel, record)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// PutBytes is PutText for bytes. They are copied.
func (c *Client) PutBytes(record []byte) (high bool) {
	high, err := tcpconn.PutBytes(c.Wheel, record)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// putFailed reports a record that was not queued.
func (c *Client) putFailed(err error) {
	refused := &kernel.OpError{Op: "put", Err: err, Wheel: c.wheelID()}
	if c.config.ServerError == nil || c.reporting { // ServerError puts such a record itself
		c.warnError("server", refused)
		return
	}
	c.reporting = true
	defer func() { c.reporting = false }()
	c.config.ServerError(c, refused)
}

func (c *Client) wheelID() kernel.WheelID {
	if c.Wheel == nil {
		return 0
	}
	return c.Wheel.ID()
}
