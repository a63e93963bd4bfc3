//go:build unix

package kernel_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSystemSignals(t *testing.T) {
	k := newKernel()
	var seen log
	kill := func(sig syscall.Signal) { require.NoError(t, syscall.Kill(syscall.Getpid(), sig)) }
	start(t, k, states{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("watcher")
			for _, sig := range []string{"USR1", "USR2", "HUP", "WINCH", "PIPE", "INT", "TERM"} {
				require.NoError(t, k.Sig(sig, "caught"))
			}
			k.Delay("never", time.Hour)
			kill(syscall.SIGUSR1)
		},
		"caught": func(e kernel.Event) {
			seen.Add(e.Args...)
			switch e.Arg(0) {
			case "USR1":
				kill(syscall.SIGUSR2)
			case "USR2":
				kill(syscall.SIGWINCH)
			case "WINCH":
				kill(syscall.SIGPIPE)
			case "PIPE":
				k.SigHandled()
				kill(syscall.SIGHUP)
			case "HUP":
				k.SigHandled()
				kill(syscall.SIGTERM)
			case "TERM":
				k.SigHandled()
				kill(syscall.SIGINT) // which ends it all
			}
		},
		"_stop": func(kernel.Event) { seen.Add("_stop") },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"USR1", "USR2", "WINCH", "PIPE", "HUP", "TERM", "INT", "_stop"}, seen.All())
}

// Two kernels in one process both get a signal of the system, and one that has
// release it no longer does.
func TestSystemSignalsReachEveryKernel(t *testing.T) {
	var waits []func() error
	var seen log
	for i := range 2 {
		k := newKernel()
		held(t, k, states{
			"watch": func(kernel.Event) {
				require.NoError(t, k.Sig("USR1", "usr1"))
				require.NoError(t, k.Sig("USR2", "usr2"))
				k.SigClear("USR2")
			},
			"usr1": func(kernel.Event) { seen.Add("usr1"); k.Yield("quit") },
			"usr2": func(kernel.Event) { seen.Add("usr2"); k.Yield("quit") },
		})
		waits = append(waits, run(t, k))
		_, err := k.Outside().Call(t.Context(), kernel.Alias("held"), "watch")
		require.NoError(t, err, i)
	}
	require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGUSR1))
	for _, wait := range waits {
		require.NoError(t, wait())
	}
	assert.Equal(t, []string{"usr1", "usr1"}, seen.All())
}
