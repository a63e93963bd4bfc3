package servertcp

import (
	"fmt"
	"math"
	"syscall"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// The default memory limits, in bytes.
const (
	// DefaultBackpressure is used if Limits.Backpressure is 0.
	DefaultBackpressure = 256 << 10
	// DefaultMemory is used if Limits.Memory is 0.
	DefaultMemory = 12 << 20
	// DefaultLine is the maximum length of a line if no filter is configured.
	DefaultLine = 1 << 20
)

// Unlimited disables Limits.Backpressure or Limits.Memory, as in POE.
const Unlimited = -1

// ErrMemory is wrapped by the error of a connection that ended because of
// Limits.Memory.
var ErrMemory = fmt.Errorf("servertcp: the server's memory limit: %w", syscall.ENOBUFS)

func defaulted(limit, standard int) int {
	switch limit {
	case 0:
		return standard
	case Unlimited:
		return 0
	}
	return limit
}

// defaultFilter makes the filter of a connection for which none is configured.
func defaultFilter() filter.Filter { return defaultLines.Clone() }

var defaultLines = func() *filter.Line {
	lines, err := filter.NewLine(filter.LineConfig{MaxLength: DefaultLine, MaxBuffer: DefaultLine + 256<<10})
	if err != nil {
		panic(err) // the limits are right
	}
	return lines
}()

// memory counts what the connections of a server hold: input that is no whole
// record yet, and output that waits.
type memory struct {
	limit, total int
	draining     *Client // is read to its end, since its peer has hung up; nil if none is
}

// overLimit reports whether they hold more than the limit.
func (m *memory) overLimit() bool { return m.limit > 0 && m.total > m.limit }

// How long a connection that is not read waits until it is looked at again, and
// how long it may hold its memory while the limit is exceeded.
const (
	stalledInterval = 100 * time.Millisecond
	stalledTime     = 10 * time.Second
	leastShare      = 4 << 10 // bytes that a connection may hold in any case
)

// shares is what each connection may have of what all have together.
type shares struct {
	among int             // so many connections; 0 before the first one
	marks readwrite.Marks // of output, between which a wheel holds its input
	read  int             // bytes to be read at once, see turnBytes
}

// shares returns what each of the connections that there are now may have.
func (l *Listener) shares() *shares {
	if l.share.among != max(1, l.Connections) {
		l.divide()
	}
	return &l.share
}

// sharedMarks returns the marks of output that all wheels share, nil without any.
func (l *Listener) sharedMarks() *readwrite.Marks {
	if l.backpressure == 0 {
		return nil
	}
	return &l.shares().marks
}

// divide computes the shares, once for each number of connections.
func (l *Listener) divide() {
	n := max(1, l.Connections)
	l.share = shares{among: n, read: max(leastRead, turnBytes/n)}
	if l.backpressure == 0 {
		return
	}
	high := max(2, l.backpressure)
	if l.memory.limit > 0 {
		high = min(high, max(leastBackpressure, l.memory.limit/n))
	}
	l.share.marks = readwrite.Marks{High: high, Low: high / 2}
}

// leastBackpressure is how much output may wait at a connection in any case before
// its input is held.
const leastBackpressure = 16 << 10

// connLimits is a connection as its wheel's limit of speed.
type connLimits Client

// limits returns the wheel's limits, nil if there are none.
func (c *Client) limits() readwrite.RateLimiter {
	limits, all := &c.config().Limits, &c.listener.limiter
	rate := newRate(c.Kernel, limits, all)
	if rate != nil {
		c.ensureCold().rate = rate
	}
	if rate == nil && c.listener.backpressure == 0 && c.listener.memory.limit == 0 {
		return nil
	}
	return (*connLimits)(c)
}

// Reserve is called by the wheel before it reads and before it writes.
func (f *connLimits) Reserve(m kernel.Mode) (bytes int, retry time.Duration) {
	c := (*Client)(f)
	l := c.listener
	l.work.begin()
	switch {
	case c.extra != nil || l.memory.overLimit() || !l.work.easy(&c.pace, m):
		return c.reserve(m)
	case m == kernel.Write:
		return c.grantWrite(), 0
	}
	return c.grantRead(), 0
}

// reserve is Reserve where limits and budgets have to be looked at.
func (c *Client) reserve(m kernel.Mode) (bytes int, retry time.Duration) {
	c.account()
	if m == kernel.Read && c.Wheel != nil {
		if retry := c.holdBack(); retry > 0 {
			return 0, retry
		}
	}
	bytes = 1 << 30
	if rate := c.cold().rate; rate != nil {
		if bytes, retry = rate.Reserve(m); bytes == 0 {
			return 0, retry
		}
	}
	if m == kernel.Write {
		return min(bytes, c.tryWrite()), 0
	}
	return min(bytes, c.tryRead()), 0
}

// turnBytes is about how much all connections together read in one turn of the
// kernel, which bounds the records that are not complete yet. One connection reads
// no less than leastRead.
const (
	turnBytes = 2 << 20
	leastRead = 4 << 10
	scantRead = 512 // while the memory limit is exceeded: a few requests may ask for much
)

// readShare is how much the connection may read at once.
func (c *Client) readShare() int {
	l := c.listener
	if m := &l.memory; m.overLimit() && m.draining != c {
		return scantRead
	}
	return l.shares().read
}

// Consumed is called by the wheel after it has read or written.
func (f *connLimits) Consumed(m kernel.Mode, bytes int) {
	c := (*Client)(f)
	if c.extra != nil && c.extra.rate != nil {
		c.extra.rate.Consumed(m, bytes)
	}
	if m == kernel.Read {
		c.countRead(bytes)
	} else {
		c.countWrite(bytes)
	}
	c.account()
}

// holdBack returns how long the connection must not be read, 0 if it may be:
// while the server holds more than its limit and this connection more than its
// share of it.
func (c *Client) holdBack() time.Duration {
	m := &c.listener.memory
	if !m.overLimit() || int(c.held) <= max(leastShare, m.limit/max(1, c.listener.Connections)) {
		if c.extra != nil {
			c.extra.stalled = time.Time{}
		}
		return 0
	}
	if c.drains() {
		return 0
	}
	return c.stall()
}

// drains reports whether the connection is read to its end though it holds more
// than its share, because its peer has hung up: so what it holds is freed at once.
// It is one connection at a time, or peers which only stop sending could together
// exceed the limit by any amount.
func (c *Client) drains() bool {
	m := &c.listener.memory
	if m.draining == nil && hungUp(c.Wheel.InputHandle().Fd()) {
		m.draining = c
	}
	return m.draining == c
}

// drained ends the exception that drains makes.
func (c *Client) drained() {
	if m := &c.listener.memory; m.draining == c {
		m.draining = nil
	}
}

// stall keeps a connection from being read because of the memory limit, and
// ends it if that does not help.
func (c *Client) stall() time.Duration {
	now := c.Kernel.Now()
	switch x := c.ensureCold(); {
	case x.stalled.IsZero():
		x.stalled = now
	case now.Sub(x.stalled) >= stalledTime:
		x.stalled = now
		c.exceeded(c.Event, "read")
	}
	return stalledInterval
}

// exceeded ends the connection because of the memory limit.
func (c *Client) exceeded(e kernel.Event, op string) {
	switch {
	case c.GotAnError:
		return
	case c.ShuttingDown: // ClientError expects no more errors
		c.GotAnError = true
		c.finish(e)
		return
	}
	c.failed(e, &kernel.OpError{Op: op, Err: ErrMemory, Wheel: c.wheelID()})
	c.GotAnError = true // what it holds is dropped, whatever the callback says
	c.Shutdown()
}

// account counts what the connection holds now.
func (c *Client) account() {
	w := c.Wheel
	if w == nil || c.condemned {
		return
	}
	if held := uint32(min(uint64(w.OutOctets()+w.InMemory()), math.MaxUint32)); held != c.held {
		c.listener.memory.total += int(held) - int(c.held)
		c.held = held
	}
}

// forget counts the connection's part no more.
func (c *Client) forget() {
	c.drained()
	c.listener.memory.total -= int(c.held)
	c.held = 0
}

// accountStep is how much output may be added before it is counted.
const accountStep = 64 << 10

// queued counts output that was put. Half more than the limit of memory is too
// much, whatever the peers read: the connection that holds most ends. Further
// records for it are dropped, and it is counted no more. One big record alone,
// to a peer for which nothing waits, ends no connection.
func (c *Client) queued() {
	if c.Wheel == nil || c.Wheel.OutOctets() < int(c.held)+accountStep {
		return
	}
	first := c.held == 0
	c.account()
	if m := &c.listener.memory; !first && m.limit > 0 && m.total > m.limit+m.limit/2 {
		c.listener.endGreediest()
	}
}

// endGreediest ends the connection that holds most.
func (l *Listener) endGreediest() {
	var most *Client
	for c := l.first; c != nil; c = c.next {
		if c.held > 0 && (most == nil || c.held > most.held) {
			most = c
		}
	}
	if most == nil {
		return
	}
	most.forget()
	most.condemned = true
	_ = most.Wheel.Abort() // at once: what it holds may not grow while its handler runs
	most.inSession("tcp_server_memory", func(e kernel.Event) { most.exceeded(e, "write") })
}
