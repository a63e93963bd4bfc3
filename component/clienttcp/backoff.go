package clienttcp

import (
	"math/rand/v2"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Backoff connects again by itself after a failed attempt and after a
// connection that ended with an error, the peer's end of it included. It waits
// Min at first and twice as long each time, up to Max, and of that a random
// part of between a half and all, so that many clients do not come back
// together. A connection begins anew with Min. The zero Backoff does nothing.
//
// ConnectError and Disconnected are called as ever. Shutdown ends the waiting.
type Backoff struct{ Min, Max time.Duration }

// retryLater sets the timer for the next attempt.
func (c *Client) retryLater() {
	b := c.config.Backoff
	if b.Min == 0 || c.retry != 0 {
		return
	}
	c.wait = min(max(2*c.wait, b.Min), b.Max)
	d := c.wait/2 + rand.N(c.wait/2+1)
	timer, err := c.Kernel.Host().DelayFunc("client_tcp_retry", d, func(e kernel.Event) {
		c.retry = 0
		c.Event = e
		e.Kernel.Yield("reconnect")
	})
	if err != nil {
		c.Kernel.Host().Warn("clienttcp: no timer to connect again", "session", c.id, "error", err)
		return
	}
	c.retry = timer
}

// stopRetry stops it.
func (c *Client) stopRetry() {
	if c.retry != 0 {
		_, _ = c.Kernel.AlarmRemove(c.retry)
		c.retry = 0
	}
}
