package stompclient_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// A session that registers after the shutdown is not kept alive.
func TestRegisterAfterShutdown(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	stopped := false
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			b, err := stompclient.New(k, stompclient.Config{Dial: func(*clienttcp.Dialing) {}}) // it never connects
			require.NoError(t, err)
			id, there := e.AliasResolve(stompclient.DefaultAlias)
			require.True(t, there)
			_, err = e.Call(id, "send", stompclient.Send{Destination: "/queue/tea"}) // the shutdown waits for it
			require.NoError(t, err)
			b.Shutdown()
			_, err = e.Call(id, "register")
			assert.NoError(t, err)
		},
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) { stopped = true },
	})
	require.NoError(t, err)
	_, err = poetest.RunFor(k, clock, time.Minute)
	require.NoError(t, err)
	assert.True(t, stopped)
}
