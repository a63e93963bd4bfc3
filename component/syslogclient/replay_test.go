package syslogclient_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// TestReplay replays a program in another process, whose name is another one, as its
// number would be: the messages are those of the recording.
func TestReplay(t *testing.T) {
	at, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer at.Close()
	program := func(k *kernel.Kernel) {
		c, err := syslogclient.New(k, syslogclient.Config{
			RemoteAddress: "127.0.0.1", RemotePort: at.LocalAddr().(*net.UDPAddr).Port,
		})
		require.NoError(t, err)
		require.NoError(t, c.Send(syslog.Message{Severity: syslog.Info, Text: "hello"}))
		c.Shutdown()
	}
	file := filepath.Join(t.TempDir(), "log.rec")
	f, err := os.Create(file)
	require.NoError(t, err)
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: f}})
	program(k)
	require.NoError(t, k.Run())
	require.NoError(t, f.Close())
	defer func(name string) { os.Args[0] = name }(os.Args[0])
	os.Args[0] = "another"
	poetest.Replay(t, file, program)
}
