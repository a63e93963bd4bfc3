//go:build unix

package kernel_test

import (
	"fmt"
	"io"
	"math/rand"
	"net"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// accepted returns a connection of TCP as a server gets it, and its peer.
func accepted(t *testing.T) (*kernel.Handle, *net.TCPConn) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer l.Close()
	file, err := l.File()
	require.NoError(t, err)
	listener, err := kernel.File(file)
	require.NoError(t, err)
	defer listener.Close()
	peer, err := net.DialTCP("tcp4", nil, l.Addr().(*net.TCPAddr))
	require.NoError(t, err)
	t.Cleanup(func() { peer.Close() })
	var h *kernel.Handle
	require.Eventually(t, func() bool {
		h, _, err = listener.Accept()
		return err == nil
	}, 30*time.Second, time.Millisecond)
	t.Cleanup(func() { h.Close() })
	return h, peer
}

// reader is a session that watches a connection, and what it has seen.
type reader struct {
	t    *testing.T
	k    *kernel.Kernel
	h    *kernel.Handle
	peer *net.TCPConn
	turn int
	call int // of the handler for reading
	log  []string
}

func (r *reader) note(format string, args ...any) {
	r.log = append(r.log, fmt.Sprintf("%d: ", r.turn)+fmt.Sprintf(format, args...))
}

// read reads up to n bytes.
func (r *reader) read(n int) (string, error) {
	buf := make([]byte, n)
	n, err := r.h.Read(buf)
	r.note("read %q %v", buf[:n], err)
	return string(buf[:n]), err
}

func (r *reader) send(text string) {
	_, err := r.peer.Write([]byte(text))
	require.NoError(r.t, err)
}

// urgent sends a byte of urgent data.
func (r *reader) urgent(text string) {
	raw, err := r.peer.SyscallConn()
	require.NoError(r.t, err)
	require.NoError(r.t, raw.Control(func(fd uintptr) {
		assert.NoError(r.t, unix.Sendto(int(fd), []byte(text), unix.MSG_OOB, nil))
	}))
}

// A handle is reported in every turn in which it can be read, and in no other,
// however the loop learns of it: all loops show the same.
func TestReadinessLasts(t *testing.T) {
	for name, c := range map[string]struct {
		first    func(r *reader) // before anything is watched
		readable func(r *reader)
		turn     func(r *reader)
		calls    int
	}{
		"read in pieces":   {readable: func(r *reader) { r.read(4) }, calls: 3},
		"read exactly":     {readable: func(r *reader) { r.read(10) }, calls: 1},
		"read at once":     {readable: func(r *reader) { r.read(64) }, calls: 1},
		"read to the last": {readable: func(r *reader) { r.read(4); r.read(4); r.read(4) }, calls: 1},
		"read until there is no more": {readable: func(r *reader) {
			r.read(10)
			_, err := r.read(10)
			assert.ErrorIs(r.t, err, kernel.ErrWouldBlock)
		}, calls: 1},
		"not read at first": {readable: func(r *reader) {
			if r.call == 4 {
				r.read(64)
			}
		}, calls: 4},
		"more comes later": {readable: func(r *reader) { r.read(64) }, turn: func(r *reader) {
			if r.turn == 10 {
				r.send("more")
			}
		}, calls: 2},
		"more comes in the handler": {readable: func(r *reader) {
			if r.read(64); r.call < 4 {
				r.send("more")
			}
		}, calls: 4},
		"the end comes with it": {first: func(r *reader) { r.peer.CloseWrite() }, readable: func(r *reader) {
			if _, err := r.read(64); err == io.EOF && r.call > 4 {
				r.k.SelectClear(r.h, kernel.Read)
			}
		}, calls: 5},
		"the end comes later": {readable: func(r *reader) {
			if _, err := r.read(64); err == io.EOF {
				r.k.SelectClear(r.h, kernel.Read)
			}
		}, turn: func(r *reader) {
			if r.turn == 10 {
				r.peer.CloseWrite()
			}
		}, calls: 2},
		"a reset comes later": {readable: func(r *reader) {
			if _, err := r.read(64); err != nil {
				r.k.SelectClear(r.h, kernel.Read)
			}
		}, turn: func(r *reader) {
			if r.turn == 10 {
				r.peer.SetLinger(0)
				r.peer.Close()
			}
		}, calls: 2},
		"paused unread": {readable: func(r *reader) {
			if r.call == 1 {
				r.k.SelectPauseRead(r.h)
				return
			}
			r.read(64)
		}, turn: resumeAt(10), calls: 2},
		"paused with some read": {readable: func(r *reader) {
			if r.read(4); r.call == 1 {
				r.k.SelectPauseRead(r.h)
			}
		}, turn: resumeAt(10), calls: 3},
		"paused with all read": {readable: func(r *reader) {
			if r.read(64); r.call == 1 {
				r.k.SelectPauseRead(r.h)
			}
		}, turn: func(r *reader) {
			if r.turn == 5 {
				r.send("more")
			}
			resumeAt(10)(r)
		}, calls: 2},
		"watched for writing meanwhile": {readable: func(r *reader) {
			switch r.call {
			case 2:
				require.NoError(r.t, r.k.SelectWrite(r.h, "writable"))
			case 5:
				r.k.SelectClear(r.h, kernel.Write)
			case 8:
				r.read(64)
			}
		}, calls: 8},
		"read by another handler": {readable: func(r *reader) {}, turn: func(r *reader) {
			if r.turn == 5 {
				r.read(64)
			}
		}, calls: 5},
		"watched anew": {readable: func(r *reader) {
			if r.call < 4 {
				r.k.SelectClear(r.h, kernel.Read)
				require.NoError(r.t, r.k.SelectRead(r.h, "readable"))
				return
			}
			r.read(64)
		}, calls: 4},
		"urgent data inside": {first: func(r *reader) { r.urgent("!"); r.send("behind") }, readable: func(r *reader) { r.read(64) }, calls: 2},
		"urgent data while it is read": {readable: func(r *reader) {
			if r.call == 1 {
				r.urgent("!")
				r.send("behind")
			}
			r.read(64)
		}, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			logs := map[string][]string{}
			onLoops(t, func(t *testing.T, k *kernel.Kernel) {
				r := &reader{t: t, k: k}
				r.h, r.peer = accepted(t)
				r.send("0123456789")
				if c.first != nil {
					c.first(r)
				}
				runSession(t, k, session.Funcs{
					"_start": func(e kernel.Event) {
						require.NoError(t, k.SelectRead(r.h, "readable"))
						k.Yield("turn")
					},
					"readable": func(kernel.Event) { r.call++; r.note("readable"); c.readable(r) },
					"writable": func(kernel.Event) { r.note("writable") },
					"turn": func(kernel.Event) {
						if r.turn++; c.turn != nil {
							c.turn(r)
						}
						if r.turn < 40 {
							k.Yield("turn")
							return
						}
						r.h.Close()
					},
				})
				assert.Equal(t, c.calls, r.call, "%v", r.log)
				logs[t.Name()] = r.log
			})
			var first []string
			for _, log := range logs {
				if first == nil {
					first = log
				}
				assert.Equal(t, first, log)
			}
		})
	}
}

func resumeAt(turn int) func(r *reader) {
	return func(r *reader) {
		if r.turn == turn {
			r.k.SelectResumeRead(r.h)
		}
	}
}

// Whatever is done with a connection, in handlers and between them, all loops
// call the same handlers in the same turns.
func TestLoopsAgree(t *testing.T) {
	for seed := range int64(300) {
		var first []string
		for _, loop := range loops() {
			k := kernel.New(kernel.Options{Loop: loop})
			log := randomDeeds(t, k, rand.New(rand.NewSource(seed)), seed%2 == 0)
			if first == nil {
				first = log
			}
			require.Equal(t, first, log, "seed %d, loop %s", seed, loop)
		}
	}
}

// randomDeeds does things at random for a hundred turns. Urgent data and a reset
// do not go together: what is left of the one after the other differs by chance.
func randomDeeds(t *testing.T, k *kernel.Kernel, rnd *rand.Rand, urgent bool) []string {
	r := &reader{t: t, k: k}
	r.h, r.peer = accepted(t)
	watch := func() { require.NoError(t, k.SelectRead(r.h, "readable")) }
	left := 2 // bytes of urgent data
	ended := false
	deeds := []func(size int){
		func(size int) {
			if !ended {
				r.send("0123456789ab"[:size])
			}
		},
		func(size int) { r.read(size) },
		func(size int) { r.read(size) },
		func(int) { r.read(64) },
		func(int) { k.SelectPauseRead(r.h) },
		func(int) { k.SelectResumeRead(r.h) },
		func(int) { require.NoError(t, k.SelectWrite(r.h, "writable")) },
		func(int) { k.SelectClear(r.h, kernel.Write) },
		func(int) { k.SelectClear(r.h, kernel.Read); watch() },
		func(int) { watch() },
		func(int) {
			if urgent && left > 0 && !ended && rnd.Intn(4) == 0 {
				left--
				r.urgent("!")
			}
		},
		func(int) {
			if !ended && rnd.Intn(30) == 0 {
				ended = true
				r.peer.CloseWrite()
			}
		},
		func(int) {
			if !urgent && !ended && rnd.Intn(80) == 0 {
				ended = true
				r.peer.SetLinger(0)
				r.peer.Close()
			}
		},
	}
	act := func(most int) {
		for range rnd.Intn(most + 1) {
			n, size := rnd.Intn(len(deeds)), 1+rnd.Intn(12)
			r.note("deed %d", n)
			deeds[n](size)
		}
	}
	runSession(t, k, session.Funcs{
		"_start":   func(kernel.Event) { watch(); k.Yield("turn") },
		"readable": func(kernel.Event) { r.note("readable"); act(2) },
		"writable": func(kernel.Event) { r.note("writable"); act(1) },
		"turn": func(kernel.Event) {
			r.turn++
			if act(2); r.turn < 100 {
				k.Yield("turn")
				return
			}
			r.h.Close()
		},
	})
	r.peer.Close()
	return r.log
}

// A handler that ends its goroutine takes nothing with it that was ready.
func TestGoexitLosesNoReadiness(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		a, first := accepted(t)
		b, second := accepted(t)
		for _, peer := range []*net.TCPConn{first, second} {
			_, err := peer.Write([]byte("x"))
			require.NoError(t, err)
		}
		left := false
		_, err := session.Inline(k, session.Funcs{
			"_start": func(kernel.Event) {
				require.NoError(t, k.SelectRead(a, "readable"))
				require.NoError(t, k.SelectRead(b, "readable"))
			},
			"readable": func(e kernel.Event) {
				if !left {
					left = true
					runtime.Goexit()
				}
				kernel.Arg[*kernel.Handle](e, 0).Close()
			},
		})
		require.NoError(t, err)
		done := make(chan struct{})
		go func() { defer close(done); k.RunOneTimeslice() }()
		<-done
		for more := true; more; {
			more, err = k.RunOneTimeslice()
			require.NoError(t, err)
		}
	})
}

// A connection that is released stays open, but does not keep the kernel awake.
func TestReleasedWhileReady(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	file, err := l.(*net.UnixListener).File()
	require.NoError(t, err)
	listener, err := kernel.File(file)
	require.NoError(t, err)
	defer listener.Close()
	peer, err := net.Dial("unix", path)
	require.NoError(t, err)
	defer peer.Close()
	h, _, err := listener.Accept()
	require.NoError(t, err)
	_, err = peer.Write([]byte("x"))
	require.NoError(t, err)
	clock := &poetest.Clock{} // which stands still while handles keep the kernel busy
	runSession(t, kernel.New(kernel.Options{Clock: clock}), session.Funcs{
		"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
		"readable": func(e kernel.Event) {
			h.Release()
			_, err := e.Kernel.DelaySet("end", time.Hour)
			require.NoError(t, err)
		},
		"end": func(kernel.Event) {},
	})
	_, err = peer.Write([]byte("y"))
	assert.NoError(t, err, "it is open")
}

// A peer that is gone raises SIGPIPE, by whatever call.
func TestBrokenPipeOfASocket(t *testing.T) {
	for name, write := range map[string]func(h *kernel.Handle) (int, error){
		"Write":  func(h *kernel.Handle) (int, error) { return h.Write([]byte("a")) },
		"Writev": func(h *kernel.Handle) (int, error) { return h.Writev([][]byte{[]byte("a"), []byte("b")}) },
	} {
		t.Run(name, func(t *testing.T) {
			runSession(t, kernel.New(), session.Funcs{
				"_start": func(e kernel.Event) {
					require.NoError(t, e.Kernel.Sig("PIPE", "pipe"))
					a, b, err := kernel.SocketPair()
					require.NoError(t, err)
					require.NoError(t, a.Close())
					_, err = write(b)
					assert.ErrorIs(t, err, syscall.EPIPE)
					b.Close()
					_, err = e.Kernel.DelaySet("late", 20*time.Second)
					require.NoError(t, err)
				},
				"pipe": func(e kernel.Event) {
					e.Kernel.SigHandled()
					e.Kernel.Sig("PIPE", "")
					e.Kernel.AlarmRemoveAll()
				},
				"late": func(kernel.Event) { t.Error("no signal") },
			})
		})
	}
}

// writer is a wheel's write watcher that leaves by Goexit the first time.
type writer struct {
	k    *kernel.Kernel
	h    *kernel.Handle
	left *bool
	over func()
}

func (w *writer) HandleReady(kernel.Mode) {
	if !*w.left {
		*w.left = true
		runtime.Goexit()
	}
	w.h.Close()
	w.over()
}

// Nor does it take output with it that was to be written.
func TestGoexitLosesNoOutput(t *testing.T) {
	k := kernel.New()
	left, written := false, 0
	_, err := session.Inline(k, session.Funcs{"_start": func(kernel.Event) {
		for range 2 {
			h, peer, err := kernel.SocketPair()
			require.NoError(t, err)
			t.Cleanup(func() { peer.Close() })
			require.NoError(t, k.Host().Watch(h, kernel.Write, "write", &writer{k, h, &left, func() { written++ }}))
			k.Host().TryWrite(h)
		}
	}})
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); k.RunOneTimeslice() }()
	<-done
	for more := true; more && written < 2; {
		more, err = k.RunOneTimeslice()
		require.NoError(t, err)
	}
	assert.Equal(t, 2, written)
}
