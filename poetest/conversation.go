package poetest

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Conversation is a client that exchanges lines with a server in memory and in
// virtual time:
//
//	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:110"))
//	... a server whose Config.Listener is at.Handle() ...
//	c := at.Talk(t, k, clock)
//	c.Expect("+OK ready")
//	c.Send("USER ann")
//	c.Expect("+OK")
//
// Its methods run the kernel until what they wait for has happened, and fail
// the test if it has not within Timeout. They belong to the test's goroutine,
// which must not be in Run.
type Conversation struct {
	// Timeout is how much virtual time a method waits; it may be changed at any
	// time. Talk sets it to a minute.
	Timeout time.Duration

	t       testing.TB
	k       *kernel.Kernel
	clock   *Clock
	h       *kernel.Handle
	pending []byte
	ended   error // io.EOF, or the reset
}

// Talk connects to the listener and returns the client's side, which is closed
// when the test ends. clock must be the clock of k.
func (l *Listener) Talk(t testing.TB, k *kernel.Kernel, clock *Clock) *Conversation {
	t.Helper()
	h, err := l.Dial()
	if err != nil {
		t.Fatalf("poetest: Talk: %v", err)
	}
	t.Cleanup(func() { h.Close() })
	return &Conversation{Timeout: time.Minute, t: t, k: k, clock: clock, h: h}
}

// Send sends lines, each ended by CR LF.
func (c *Conversation) Send(lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		c.Write([]byte(line + "\r\n"))
	}
}

// Write sends bytes as they are. The kernel runs while there is no space for
// them.
func (c *Conversation) Write(p []byte) {
	c.t.Helper()
	c.until("room for what was sent", func() bool {
		n, err := c.h.Write(p)
		p = p[n:]
		if err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
			c.t.Fatalf("poetest: Write: %v", err)
		}
		return len(p) == 0
	})
}

// Expect waits for lines, which must arrive in this order without others
// between them. A line ends with LF or CR LF.
func (c *Conversation) Expect(lines ...string) {
	c.t.Helper()
	for _, want := range lines {
		if got := c.Line(); got != want {
			c.t.Fatalf("poetest: the line %q came, want %q", got, want)
		}
	}
}

// ExpectMatch waits for one line that matches a regular expression and returns
// what its groups have matched, the whole line first.
func (c *Conversation) ExpectMatch(pattern string) []string {
	c.t.Helper()
	got := c.Line()
	m := regexp.MustCompile(pattern).FindStringSubmatch(got)
	if m == nil {
		c.t.Fatalf("poetest: the line %q came, want a match of %q", got, pattern)
	}
	return m
}

// Line waits for one line and returns it without its line end.
func (c *Conversation) Line() string {
	c.t.Helper()
	var line []byte
	c.until("a line", func() bool {
		c.read()
		before, after, found := bytes.Cut(c.pending, []byte("\n"))
		if !found {
			if c.ended != nil {
				c.t.Fatalf("poetest: the connection has ended (%v) after %q, want a line", c.ended, c.pending)
			}
			return false
		}
		line, c.pending = bytes.TrimSuffix(before, []byte("\r")), after
		return true
	})
	return string(line)
}

// ExpectEnd waits for the end of the connection, with nothing before it. It
// returns io.EOF, or syscall.ECONNRESET for a reset.
func (c *Conversation) ExpectEnd() error {
	c.t.Helper()
	c.until("the end of the connection", func() bool {
		c.read()
		if len(c.pending) > 0 {
			c.t.Fatalf("poetest: %q came, want the end of the connection", c.pending)
		}
		return c.ended != nil
	})
	return c.ended
}

// ExpectSilence lets d of virtual time pass and fails the test if anything
// arrives in it.
func (c *Conversation) ExpectSilence(d time.Duration) {
	c.t.Helper()
	c.run(d)
	if c.read(); len(c.pending) > 0 || c.ended != nil {
		c.t.Fatalf("poetest: %q came (ended: %v), want silence for %v", c.pending, c.ended, d)
	}
}

// Close closes the client's side.
func (c *Conversation) Close() {
	c.t.Helper()
	if err := c.h.Close(); err != nil {
		c.t.Fatalf("poetest: Close: %v", err)
	}
}

// step is how much virtual time passes between two looks.
const step = 10 * time.Millisecond

// until runs the kernel until a condition holds.
func (c *Conversation) until(what string, holds func() bool) {
	c.t.Helper()
	for waited := time.Duration(0); !holds(); waited += step {
		if waited > c.Timeout {
			c.t.Fatalf("poetest: %s did not come within %v; %q is pending", what, c.Timeout, c.pending)
		}
		c.run(step)
	}
}

func (c *Conversation) run(d time.Duration) {
	c.t.Helper()
	if _, err := RunFor(c.k, c.clock, d); err != nil {
		c.t.Fatalf("poetest: the kernel has ended: %v", err)
	}
}

// read takes what has arrived.
func (c *Conversation) read() {
	var buf [4096]byte
	for c.ended == nil {
		n, err := c.h.Read(buf[:])
		c.pending = append(c.pending, buf[:n]...)
		switch {
		case err == nil && n > 0:
		case errors.Is(err, kernel.ErrWouldBlock):
			return
		case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
			c.ended = err
		default:
			c.ended = io.EOF
		}
	}
}

// CloseWrite closes the client's writing half; the server may still send.
func (c *Conversation) CloseWrite() {
	c.t.Helper()
	if err := c.h.CloseWrite(); err != nil {
		c.t.Fatalf("poetest: CloseWrite: %v", err)
	}
}

// Reset breaks the connection: the server gets ECONNRESET.
func (c *Conversation) Reset() { SocketOf(c.h).Reset() }
