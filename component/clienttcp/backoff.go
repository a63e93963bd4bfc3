package clienttcp

import (
	"time"

	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/kernel"
)

// Backoff makes the client connect again after a failed attempt and after a
// connection that ended with an error, io.EOF included. The delay is Min at
// first and doubles each time, up to Max; a random part of it, between a half
// and the whole, is used, so that many clients do not reconnect at the same
// time. It is reset to Min after a connection that has delivered a record or
// lasted for Max, so a server that accepts and drops connections is not
// contacted more and more often. If Min is 0, the client does not connect again
// by itself; Max must not be less than Min.
//
// ConnectError and Disconnected are called as without it. Shutdown cancels the
// next attempt.
type Backoff struct{ Min, Max time.Duration }

// retry is the state of Backoff.
type retry struct {
	timer kernel.AlarmID
	wait  backoff.Pause
	since time.Time // when the connection was made
}

// retryLater sets the timer for the next attempt.
func (c *Client) retryLater() {
	b := c.config.Backoff
	if b.Min == 0 || c.retry.timer != 0 {
		return
	}
	if since := c.retry.since; !since.IsZero() && c.Kernel.Now().Sub(since) >= b.Max {
		c.retry.wait = 0
	}
	c.retry.since = time.Time{}
	d := c.retry.wait.Next(b.Min, b.Max, c.Kernel.Rand())
	timer, err := c.Kernel.Host().DelayFunc("client_tcp_retry", d, func(e kernel.Event) {
		c.retry.timer = 0
		c.Event = e
		e.Kernel.Yield("reconnect")
	})
	if err != nil {
		c.Kernel.Host().Logger().Warn("clienttcp: no timer to connect again", "session", c.id, "error", err)
		return
	}
	c.retry.timer = timer
}

// connectionMade notes that there is a connection.
func (c *Client) connectionMade() {
	if c.config.Backoff.Min > 0 {
		c.retry.since = c.Kernel.Now()
	}
}

// stopRetry stops the timer.
func (c *Client) stopRetry() {
	if c.retry.timer != 0 {
		_, _ = c.Kernel.AlarmRemove(c.retry.timer)
		c.retry.timer = 0
	}
}
