//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// workerVar marks a process as a worker: parent, number of the worker,
// number of its listeners, and their names, joined by colons.
const workerVar = "POE_DAEMON_WORKER"

// ErrOrphan indicates that a process was started as a worker or a successor,
// but that its parent is not the process which started it: either that process
// has ended, or the environment was passed on to another program. The process
// must not act as a parent and should end.
var ErrOrphan = errors.New("daemon: worker without its parent")

// Worker is the worker's side of a [Pool]. Its methods may be called on any
// goroutine. They must not be called on a nil Worker.
type Worker struct {
	number    int
	listeners []Listener
	orphaned  chan struct{}

	mu     sync.Mutex
	parent io.ReadWriteCloser
}

// AsWorker returns the Worker of this process, or nil if the process was not
// started by a Pool. Call it first in main. The caller owns the listeners. A
// second call returns nil: the first one changes the environment, so that
// children of the worker are not mistaken for workers. See ErrOrphan.
func AsWorker() (*Worker, error) { return inherit(workerVar) }

// inherit takes what the parent has handed on, if the variable says so.
func inherit(variable string) (*Worker, error) {
	text, ok := os.LookupEnv(variable)
	if !ok {
		return nil, nil
	}
	if err := os.Unsetenv(variable); err != nil {
		return nil, fmt.Errorf("daemon: worker: %w", err)
	}
	parent, number, names, err := parseWorker(text)
	if err != nil {
		return nil, fmt.Errorf("daemon: worker: %s=%q: %w", variable, text, err)
	}
	if os.Getppid() != parent {
		return nil, ErrOrphan
	}
	w := &Worker{number: number, orphaned: make(chan struct{})}
	for i, name := range names {
		syscall.CloseOnExec(firstExtra + i)
		h, err := kernel.FD(firstExtra + i)
		if err != nil {
			return nil, fmt.Errorf("daemon: worker: listener %q: %w", name, err)
		}
		w.listeners = append(w.listeners, Listener{Name: name, Handle: h})
	}
	last := firstExtra + len(names)
	syscall.CloseOnExec(last)
	if err := syscall.SetNonblock(last, true); err != nil { // then Close ends a Read
		return nil, fmt.Errorf("daemon: worker: %w", err)
	}
	f := os.NewFile(uintptr(last), "parent")
	w.parent = f
	go w.listen(f)
	return w, nil
}

// workerText is what workerVar is set to.
func workerText(parent, number int, listeners []Listener) string {
	text := fmt.Sprintf("%d:%d:%d", parent, number, len(listeners))
	for _, l := range listeners {
		text += ":" + l.Name
	}
	return text
}

// maxListeners is how many listeners a pool hands on.
const maxListeners = 1024

func parseWorker(text string) (parent, number int, names []string, err error) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 {
		return 0, 0, nil, errors.New("three numbers are needed")
	}
	var n [3]int
	for i := range n {
		if n[i], err = strconv.Atoi(parts[i]); err != nil || n[i] < 0 {
			return 0, 0, nil, fmt.Errorf("%q is no number", parts[i])
		}
	}
	if names = parts[3:]; len(names) != n[2] || len(names) > maxListeners {
		return 0, 0, nil, fmt.Errorf("%d listeners with %d names; at most %d", n[2], len(names), maxListeners)
	}
	return n[0], n[1], names, nil
}

// listen waits for the end of the parent, which never says anything.
func (w *Worker) listen(parent *os.File) {
	var b [1]byte
	_, err := parent.Read(b[:])
	if err != nil && !errors.Is(err, os.ErrClosed) {
		close(w.orphaned)
	}
}

// Number returns the worker's place in the pool, counted from 0. A successor
// has the number of the worker which it replaces; both exist for a while.
func (w *Worker) Number() int { return w.number }

// Listeners returns the sockets of the parent, in the order of
// PoolConfig.Listeners.
func (w *Worker) Listeners() []Listener { return w.listeners }

// Ready reports to the parent that this worker serves. If it replaces another
// worker, the parent now stops that one. It is no error if the parent has
// ended; see Orphaned. After Close the error is os.ErrClosed.
func (w *Worker) Ready() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.parent == nil {
		return fmt.Errorf("daemon: worker: %w", os.ErrClosed)
	}
	_, err := w.parent.Write([]byte{readyByte})
	if err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("daemon: worker: %w", err)
	}
	return nil
}

// Orphaned returns a channel that is closed when the parent has ended. See
// LifecycleConfig.Orphaned.
func (w *Worker) Orphaned() <-chan struct{} { return w.orphaned }

// Close closes the connection to the parent; Orphaned is then never closed. The
// listeners stay open. Later calls do nothing.
func (w *Worker) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.parent == nil {
		return nil
	}
	err := w.parent.Close()
	w.parent = nil
	return err
}
