package servertcp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// several is a session that may have several handlers for an event, as
// POE::Session::MultiDispatch is: "tick", "tick.2" and so on run in turn.
type several struct{ *session.Session }

// Dispatch runs all handlers of an event.
func (s several) Dispatch(e kernel.Event) bool {
	found := s.Session.Dispatch(e)
	name := e.Name
	for n := 2; ; n++ {
		if e.Name = fmt.Sprintf("%s.%d", name, n); !s.Session.Dispatch(e) {
			return found
		}
		found = true
	}
}

func TestSessionType(t *testing.T) {
	var ran []string
	note := func(what string) kernel.Handler {
		return func(e kernel.Event) { ran = append(ran, what+" "+session.Heap[servertcp.Client](e).RemoteIP) }
	}
	kinds := 0
	w := inMemory(t, servertcp.Config{
		SessionType:  func(s *session.Session) kernel.Session { kinds++; return several{s} },
		InlineStates: session.Funcs{"tick": note("first"), "tick.2": note("second")},
		ClientInput:  servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line); c.Kernel.Yield("tick") }),
	})
	v := w.visit()
	v.send("hello\n")
	w.pass(time.Second)
	require.Equal(t, "hello\n", v.hear())
	require.Equal(t, []string{"first 127.0.0.1", "second 127.0.0.1"}, ran)
	require.Equal(t, 2, kinds, "the listener's and the connection's")
	v.Close()
	w.end()
}
