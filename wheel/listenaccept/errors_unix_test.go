//go:build unix

package listenaccept_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/listenaccept"
)

func TestErrorEvent(t *testing.T) {
	a, b, err := kernel.SocketPair()
	require.NoError(t, err)
	var failure *kernel.OpError
	_, err = b.Write([]byte("not a connection"))
	require.NoError(t, err)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := listenaccept.New(k, listenaccept.Config{Handle: a, Events: listenaccept.Funcs{
			Accept: func(*listenaccept.Wheel, *kernel.Handle, net.Addr) { t.Error("accepted") },
			Error:  func(w *listenaccept.Wheel, err *kernel.OpError) { failure = err; w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	require.NotNil(t, failure)
	assert.Equal(t, "accept", failure.Op)
	assert.NotZero(t, failure.Errno())
}
