package clienttcp

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// Backoff connects again by itself after a failed attempt and after a
// connection that ended with an error, the peer's end of it included. It waits
// Min at first and twice as long each time, up to Max, and of that a random
// part of between a half and all, so that many clients do not come back
// together. It begins anew with Min after a connection that has brought a record
// or lasted for Max: a server that accepts and drops connections is not asked
// ever more often. The zero Backoff does nothing.
//
// ConnectError and Disconnected are called as ever. Shutdown ends the waiting.
type Backoff struct{ Min, Max time.Duration }

// retry is the state of Backoff.
type retry struct {
	timer kernel.AlarmID
	wait  time.Duration // the last one, 0 to begin anew
	since time.Time     // when the connection was made
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
	c.retry.wait = min(max(2*c.retry.wait, b.Min), b.Max)
	d := c.retry.wait/2 + time.Duration(c.Kernel.Rand().Int64N(int64(c.retry.wait/2)+1))
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
