package servertcp_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

var errRefused = errors.New("refused")

// picky is lines, but it encodes none that is "bad".
type picky struct{ filter.Filter }

func (p picky) Append(dst []byte, record any) ([]byte, error) {
	if record == "bad" {
		return dst, errRefused
	}
	return p.Filter.Append(dst, record)
}

func newPicky() filter.Filter { return picky{filter.Lines()} }

// A record that the filter refuses is reported to the connection that it was
// put to, which continues: neither the program nor another connection suffers.
func TestPutOfARefusedRecord(t *testing.T) {
	for name, put := range map[string]func(c *servertcp.Client){
		"Put":      func(c *servertcp.Client) { c.Put("bad") },
		"PutText":  func(c *servertcp.Client) { c.PutText("bad") },
		"PutBytes": func(c *servertcp.Client) { c.Put("good"); c.Put("bad") },
	} {
		t.Run(name, func(t *testing.T) {
			c := servertcp.Config{ClientFilter: newPicky}
			c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
				if line == "relay" {
					put(c)
				}
				c.Put(line)
			})
			told := make(chan *kernel.OpError, 1)
			c.ClientError = func(c *servertcp.Client, err *kernel.OpError) {
				if err.Op == "put" {
					told <- err
					c.Put("bad") // is logged, and does not come here again
				}
			}
			r := run(t, c)
			p := r.dial()
			p.send("relay\n")
			err := <-told
			require.ErrorIs(t, err, errRefused)
			if name == "PutBytes" {
				p.want("good")
			}
			p.want("relay")
			p.send("on\n")
			p.want("on")
			p.Close()
		})
	}
}

// TryPut returns what Put reports.
func TestTryPut(t *testing.T) {
	c := servertcp.Config{ClientFilter: newPicky}
	tried := make(chan error, 2)
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		_, err := c.TryPut(line)
		tried <- err
	})
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("bad\ngood\n")
	require.ErrorIs(t, <-tried, errRefused)
	require.NoError(t, <-tried)
	p.want("good")
	require.Empty(t, told)
	p.Close()
}

// PanicCloseClient holds for InlineStates, keeps the stack and writes what was
// put before.
func TestPanicInInlineStates(t *testing.T) {
	c := servertcp.Config{OnPanic: servertcp.PanicCloseClient}
	c.InlineStates = session.Funcs{"tick": func(e kernel.Event) {
		session.Heap[servertcp.Client](e).Put("before")
		panic("a bug in tick")
	}}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "tick" {
			c.Kernel.Yield("tick")
			return
		}
		c.Put(line)
	})
	told := errorsOf(&c)
	r := run(t, c)
	first, second := r.dial(), r.dial()
	first.send("one\n")
	first.want("one")
	second.send("tick\n")
	second.want("before")
	second.wantEnd()
	err := <-told
	require.Equal(t, "panic", err.Op)
	var panicked *kernel.HandlerError
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, "a bug in tick", panicked.Value)
	require.Contains(t, string(panicked.Stack), "TestPanicInInlineStates")
	first.send("two\n")
	first.want("two")
	first.Close()
}

// The error about a missing callback names all that would do.
func TestMissingInputNamesDialogue(t *testing.T) {
	_, err := servertcp.New(kernel.New(), servertcp.Config{})
	require.ErrorContains(t, err, "Dialogue")
	require.ErrorContains(t, err, "Acceptor")
}

// A peer that does not log in in time is closed, however much it sends; one
// that does may stay.
func TestLoginTimeout(t *testing.T) {
	c := servertcp.Config{Timeouts: servertcp.Timeouts{Login: 50 * time.Millisecond}}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "login" {
			c.LoggedIn()
		}
		c.Put(line)
	})
	told := errorsOf(&c)
	r := run(t, c)
	in, out := r.dial(), r.dial()
	in.send("login\n")
	in.want("login")
	out.send("hello\n")
	out.want("hello")
	err := <-told
	require.Equal(t, "login", err.Op)
	require.ErrorIs(t, err, syscall.ETIMEDOUT)
	out.wantEnd()
	in.send("still here\n")
	in.want("still here")
	in.Close()
}

// A line without an end is refused when it is longer than DefaultLine.
func TestDefaultLineLimit(t *testing.T) {
	c := servertcp.Config{}
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	go func() { _, _ = p.Write([]byte(strings.Repeat("x", 4*servertcp.DefaultLine))) }()
	err := <-told
	require.Equal(t, "filter", err.Op)
	require.ErrorIs(t, err, filter.ErrLimit)
	p.Close()
}
