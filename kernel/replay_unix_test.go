//go:build unix

package kernel_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func TestReplayOfSignalsAndPostbacks(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		var hold *kernel.Hold
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				k.Sig("USR1", "signal")
				k.RefcountIncrement(e.Session, "wait")
				if !kernel.Replaying(k) {
					time.AfterFunc(5*time.Millisecond, func() { syscall.Kill(syscall.Getpid(), syscall.SIGUSR1) })
				}
				p := e.Session.Postback("posted", 1)
				go func() {
					p.Send(2)
					p.Release()
				}()
				hold = k.Hold("for the signal")
			},
			"posted": func(e kernel.Event) { say("%v", e.Args) },
			"signal": func(e kernel.Event) {
				say("%v", e.Args)
				k.SigHandled()
				k.RefcountDecrement(e.Session, "wait")
				go hold.Release()
			},
		})
	})
}

// A signal that comes when the last session stops is dropped, in a replay as well.
func TestReplayOfASignalThatComesTooLate(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		session.Inline(k, session.Funcs{
			"_start": func(kernel.Event) { k.Sig("USR1", "signal") },
			"_stop": func(kernel.Event) {
				if !kernel.Replaying(k) {
					syscall.Kill(syscall.Getpid(), syscall.SIGUSR1)
					k.AwaitMessage()
				}
				say("stopped")
			},
			"signal": func(e kernel.Event) { say("%v", e.Args) },
		})
	})
}

// What a program does between its runs is recorded, and after the last it may
// still close handles and ask for the time.
func TestReplayOfHandlesMadeBetweenRuns(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		var last *kernel.Handle
		for range 2 {
			near, far, err := kernel.SocketPair()
			require.NoError(t, err)
			session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					k.SelectRead(near, "input")
					far.Write([]byte("one line"))
				},
				"input": func(kernel.Event) {
					buf := make([]byte, 100)
					n, err := near.Read(buf)
					say("%q %v", buf[:n], err)
					near.Close()
				},
			})
			if last = far; k.Now().IsZero() {
				say("no time")
			}
			if err := k.Run(); err != nil {
				say("%v", err)
			}
		}
		say("%v", last.Close())
		say("%v", k.Now().IsZero())
	})
}
