//go:build unix

package poetest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// workshop is a program with children, signals of the system, jobs, messages of
// other goroutines, and a server whose client it is itself.
type workshop struct {
	k       *kernel.Kernel
	say     func(format string, args ...any)
	wheels  map[kernel.WheelID]*run.Wheel
	factory *socketfactory.Wheel
	port    int
	pending int  // of what it waits for
	caught  bool // a signal has come
}

const (
	children = 5
	jobs     = 20
	posts    = 30
)

func (w *workshop) start(k *kernel.Kernel) error {
	w.k, w.wheels = k, map[kernel.WheelID]*run.Wheel{}
	_, err := servertcp.New(k, servertcp.Config{
		Address: "127.0.0.1", Alias: "server",
		Started:     func(l *servertcp.Listener) { w.port = l.Addr().(*net.TCPAddr).Port },
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(strings.ToUpper(line)) }),
	})
	if err != nil {
		return err
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": w.begin, "out": w.out, "exited": w.exited, "job": w.job, "signal": w.signal, "posted": w.posted,
		"ended":  func(e kernel.Event) { w.say("%v of %v", e.Arg(0), e.Arg(4)) },
		"failed": func(e kernel.Event) { w.say("%v failed: %v", e.Arg(0), e.Arg(2)) },
		"closed": func(e kernel.Event) { w.wheels[kernel.Arg[kernel.WheelID](e, 0)].Close() },
		"connected": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			_, err := h.Write([]byte("hello\r\n"))
			w.say("connected, wrote %v", err)
			w.factory.Close()
			w.check(w.k.SelectRead(h, "answer"))
		},
		"answer": func(e kernel.Event) {
			h, buf := kernel.Arg[*kernel.Handle](e, 0), make([]byte, 100)
			n, err := h.Read(buf)
			w.say("the server says %q %v", buf[:n], err)
			w.check(h.Close())
			w.came()
		},
	})
	return err
}

func (w *workshop) check(err error) {
	if err != nil {
		w.say("%v", err)
	}
}

func (w *workshop) begin(e kernel.Event) {
	k := w.k
	w.pending = children + jobs + posts + 2 // the signal and the answer
	w.check(k.AliasSet("workshop"))
	w.check(k.Sig("USR1", "signal"))
	for i := range children {
		wheel, err := run.New(k, run.Config{
			Program: []string{"sh", "-c", fmt.Sprintf(`read line; echo "$line of %d"; echo trouble >&2; exit %d`, i, i)},
			Events:  run.Names{Stdout: "out", Stderr: "out", Error: "ended", Close: "closed"},
		})
		if err != nil {
			w.say("run: %v", err)
			continue
		}
		w.wheels[wheel.ID()] = wheel
		w.check(k.SigChild(wheel.PID(), "exited", i))
		wheel.Put("line")
	}
	for i := range jobs {
		_, err := k.Offload("job", func(ctx context.Context) (any, error) {
			if i%3 == 0 {
				return nil, &fs.PathError{Op: "open", Path: "nothing", Err: syscall.ENOENT}
			}
			time.Sleep(time.Duration(i%5) * time.Millisecond)
			return map[string]int{"job": i}, nil
		}, i)
		w.check(err)
	}
	to := e.Session
	go func() {
		for i := range posts {
			k.Outside().Post(to, "posted", i, fmt.Sprint("text ", i))
		}
	}()
	factory, err := socketfactory.New(k, socketfactory.Config{
		RemoteAddress: "127.0.0.1", RemotePort: w.port,
		Events: socketfactory.Names{Success: "connected", Failure: "failed"},
	})
	w.check(err)
	w.factory = factory
}

// came notes that something has come that was waited for.
func (w *workshop) came() {
	if w.pending--; w.pending == 0 {
		w.check(w.k.AliasRemove("workshop"))
		w.check(w.k.Sig("USR1", ""))
		w.check(w.k.Post(kernel.Alias("server"), "shutdown"))
	}
}

func (w *workshop) out(e kernel.Event) { w.say("%v", e.Arg(0)) }

func (w *workshop) exited(e kernel.Event) {
	w.say("child %v: %d", e.Arg(3), kernel.Arg[kernel.WaitStatus](e, 2).ExitCode())
	w.came()
}

func (w *workshop) job(e kernel.Event) {
	err, _ := e.Arg(1).(error)
	w.say("job %v: %v %v %v", e.Arg(2), e.Arg(0), err, errors.Is(err, fs.ErrNotExist))
	if kernel.Arg[int](e, 2)%5 == 0 {
		_, err := kernel.Recorded(w.k, "sends a signal", func() (int, error) { return 0, syscall.Kill(os.Getpid(), syscall.SIGUSR1) })
		w.check(err)
	}
	w.came()
}

func (w *workshop) signal(e kernel.Event) {
	w.say("%v", e.Arg(0))
	w.k.SigHandled()
	if !w.caught { // those that come together are one
		w.caught = true
		w.came()
	}
}

func (w *workshop) posted(e kernel.Event) {
	w.say("posted %v %v", e.Arg(0), e.Arg(1))
	w.came()
}

// TestAWorkshopIsReplayed records the program once on each loop and replays it ten
// times, without the program that answers and without children.
func TestAWorkshopIsReplayed(t *testing.T) {
	poetest.Replays(t, 10, func(k *kernel.Kernel, say func(string, ...any)) func() {
		w := workshop{say: say}
		require.NoError(t, w.start(k))
		return func() { require.Zero(t, w.pending) }
	})
}
