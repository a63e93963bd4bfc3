//go:build unix

package daemon

import (
	"errors"
	"fmt"
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

// ErrOrphan indicates that a process was started as a worker, but its parent is not
// the one that started it: that one has ended, or the environment has been
// handed on. It must not act as a parent.
var ErrOrphan = errors.New("daemon: worker without its parent")

// Worker is the worker's side of a [Pool]. Its methods are safe on any
// goroutine.
type Worker struct {
	number    int
	listeners []Listener
	orphaned  chan struct{}

	mu     sync.Mutex
	parent *os.File
}

// AsWorker returns the worker that this process is, nil if it was not started
// by a Pool. Call it first in main; the listeners are the caller's. It looks
// but once: the environment is changed, so that the worker's own children are
// no workers.
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
	w.parent = os.NewFile(uintptr(last), "parent")
	go w.listen(w.parent)
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

// Number is the worker's place in the pool, from 0. A successor has the number
// of the one that it replaces, and for a while both are there.
func (w *Worker) Number() int { return w.number }

// Listeners are the sockets of the parent, in its order.
func (w *Worker) Listeners() []Listener { return w.listeners }

// Ready notifies the parent that this worker serves. When it replaces another one,
// that one is stopped now. A parent that has gone is no error here; Orphaned
// tells.
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

// Orphaned is closed when the parent has ended. See LifeConfig.Orphaned.
func (w *Worker) Orphaned() <-chan struct{} { return w.orphaned }

// Close cuts the tie to the parent. The listeners stay open.
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
