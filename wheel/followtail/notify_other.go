//go:build !linux

package followtail

import (
	"errors"
	"io"
	"path/filepath"
	"sync/atomic"

	"github.com/fsnotify/fsnotify"

	"github.com/gopoe/poe/kernel"
)

// notifier searches the directory as a scanner does, but learns from the system
// when something has changed.
type notifier struct {
	*scanner
	handle *kernel.Handle
}

// newNotifier watches the file's directory.
func (w *Wheel) newNotifier() (directory, error) {
	if w.config.Files != nil {
		return nil, errors.ErrUnsupported // its notifications are those of Linux
	}
	c, err := newChanges(w.config.Filename)
	if err != nil {
		return nil, err
	}
	h := kernel.FromSource(c, "changes of "+w.config.Filename)
	w.base.InOwner(func() { err = w.base.Kernel.Host().Watch(h, kernel.Read, kind.Name()+": changed", w) })
	if err != nil {
		h.Close()
		return nil, err
	}
	n := &notifier{scanner: newScanner(w.files, w.config.Filename), handle: h}
	return n, n.refresh()
}

func (n *notifier) refresh() error {
	n.handle.Source().(*changes).seen()
	return n.scanner.refresh()
}

func (n *notifier) close() { n.handle.Close() }

// changes is the source of a handle that is ready when a file has changed.
type changes struct {
	watcher *fsnotify.Watcher
	changed atomic.Bool
	name    string
}

// newChanges watches the directory of a file: it may not be there yet, and its
// name may come to refer to another one.
func newChanges(name string) (*changes, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(filepath.Dir(name)); err != nil {
		return nil, errors.Join(err, watcher.Close())
	}
	return &changes{watcher: watcher, name: filepath.Base(name)}, nil
}

// Bind starts to listen to the system.
func (c *changes) Bind(wake func()) {
	go func() {
		for {
			select {
			case e, ok := <-c.watcher.Events:
				if !ok {
					return
				}
				if filepath.Base(e.Name) != c.name || e.Op == fsnotify.Chmod {
					continue
				}
			case _, ok := <-c.watcher.Errors: // changes may have been missed
				if !ok {
					return
				}
			}
			if c.changed.CompareAndSwap(false, true) {
				wake()
			}
		}
	}()
}

func (c *changes) seen() { c.changed.Store(false) }

// Ready reports whether the file has changed since it was last looked at.
func (c *changes) Ready() kernel.ReadySet { return kernel.ReadySet{Read: c.changed.Load()} }

// Read and Write are not used: there is nothing to read.
func (c *changes) Read([]byte) (int, error)  { return 0, io.EOF }
func (c *changes) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Close stops listening.
func (c *changes) Close() error { return c.watcher.Close() }
