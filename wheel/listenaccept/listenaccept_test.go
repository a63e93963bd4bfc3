package listenaccept_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/listenaccept"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func listen(t testing.TB) *kernel.Handle {
	h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	return h
}

func dial(t testing.TB, h *kernel.Handle) net.Conn {
	c, err := net.Dial("tcp", h.LocalAddr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestConfig(t *testing.T) {
	h := listen(t)
	for _, c := range []struct {
		field  string
		config listenaccept.Config
	}{
		{"Handle", listenaccept.Config{Events: listenaccept.Names{Accept: "a"}}},
		{"Events", listenaccept.Config{Handle: h}},
		{"Events", listenaccept.Config{Handle: h, Events: listenaccept.Names{Error: "e"}}},
		{"Events", listenaccept.Config{Handle: h, Events: listenaccept.Funcs{}}},
	} {
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			_, err := listenaccept.New(k, c.config)
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, "listenaccept", wrong.Package)
			assert.Equal(t, c.field, wrong.Field)
		}, nil)
	}
	_, err := listenaccept.New(kernel.New(), listenaccept.Config{Handle: h, Events: listenaccept.Names{Accept: "a"}})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
}

func TestAcceptByName(t *testing.T) {
	h := listen(t)
	c := dial(t, h)
	var w *listenaccept.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var err error
		w, err = listenaccept.New(k, listenaccept.Config{Handle: h, Events: listenaccept.Names{Accept: "first"}})
		require.NoError(t, err)
	}, session.Funcs{
		"first": func(e kernel.Event) {
			require.Len(t, e.Args, 3)
			assert.Equal(t, c.LocalAddr().String(), kernel.Arg[net.Addr](e, 1).String())
			assert.Equal(t, w.ID(), kernel.Arg[kernel.WheelID](e, 2))
			kernel.Arg[*kernel.Handle](e, 0).Close()
			w.SetEvents(listenaccept.Names{})
			assert.Equal(t, listenaccept.Names{Accept: "first"}, w.Events(), "a wheel keeps its accept event")
			w.SetEvents(listenaccept.Names{Accept: "second"})
			dial(t, h)
		},
		"second": func(e kernel.Event) {
			kernel.Arg[*kernel.Handle](e, 0).Close()
			require.NoError(t, w.Close())
			require.NoError(t, w.Close())
		},
	})
	assert.Nil(t, h.LocalAddr(), "the wheel owned the handle")
}

func TestPauseKeepsConnections(t *testing.T) {
	h := listen(t)
	accepted := 0
	var w *listenaccept.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var err error
		w, err = listenaccept.New(k, listenaccept.Config{Handle: h, Borrow: true, Events: listenaccept.Funcs{
			Accept: func(w *listenaccept.Wheel, c *kernel.Handle, _ net.Addr) {
				c.Close()
				if accepted++; accepted == 1 {
					w.PauseAccept()
					k.Yield("quiet", 5)
				}
				if accepted == 3 {
					w.Close()
				}
			},
		}})
		require.NoError(t, err)
		for range 3 {
			dial(t, h)
		}
	}, session.Funcs{
		"quiet": func(e kernel.Event) {
			assert.Equal(t, 1, accepted)
			if n := kernel.Arg[int](e, 0); n > 0 {
				e.Kernel.Yield("quiet", n-1)
				return
			}
			w.ResumeAccept()
		},
	})
	assert.Equal(t, 3, accepted)
	assert.NotNil(t, h.LocalAddr(), "the handle was borrowed")
}

func TestDetachAndEndOfSession(t *testing.T) {
	h := listen(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w, err := listenaccept.New(k, listenaccept.Config{Handle: h, Events: listenaccept.Names{Accept: "a"}})
		require.NoError(t, err)
		assert.Same(t, h, w.Detach())
		assert.Nil(t, w.Detach())
		_, err = listenaccept.New(k, listenaccept.Config{Handle: h, Events: listenaccept.Names{Accept: "a"}})
		require.NoError(t, err)
		k.Signal(k.ActiveSession(), "KILL")
	}, nil)
	assert.Nil(t, h.LocalAddr(), "a session's wheels are closed with it")
}

func ExampleNew() {
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
			if err != nil {
				fmt.Println(err)
				return
			}
			_, err = listenaccept.New(e.Kernel, listenaccept.Config{
				Handle: h,
				Events: listenaccept.Funcs{Accept: func(w *listenaccept.Wheel, c *kernel.Handle, from net.Addr) {
					fmt.Println("accepted from", from.(*net.TCPAddr).IP)
					c.Close()
					w.Close()
				}},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			c, err := net.Dial("tcp", h.LocalAddr().String())
			if err != nil {
				fmt.Println(errors.Unwrap(err))
				return
			}
			c.Close()
		},
	})
	k.Run()
	// Output: accepted from 127.0.0.1
}

// The manual's synopsis: the listening socket is made elsewhere, and events
// report what it accepts.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	var wheel *listenaccept.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			wheel, err = listenaccept.New(e.Kernel, listenaccept.Config{
				Handle: kernel.Listener(l),
				Events: listenaccept.Names{Accept: "accepted_connection", Error: "accept_failed"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			client.Close()
		},
		"accepted_connection": func(e kernel.Event) {
			connection := kernel.Arg[*kernel.Handle](e, 0)
			from := kernel.Arg[*net.TCPAddr](e, 1)
			fmt.Println("accepted from", from.IP, "by wheel", e.Arg(2) == wheel.ID())
			connection.Close()
			wheel.Close()
		},
		"accept_failed": func(e kernel.Event) { fmt.Println(kernel.OpErrorOf(e)) },
	})
	k.Run()
	// Output: accepted from 127.0.0.1 by wheel true
}
