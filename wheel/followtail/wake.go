package followtail

import (
	"io"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/gopoe/poe/kernel"
)

// schedule sets the timer for the next look at the file. Without a file to
// look at there is nothing to set.
func (w *Wheel) schedule(d time.Duration) (err error) {
	if w.special != nil {
		return nil
	}
	callErr := w.k.Host().CallFunc(w.owner, eventName, func(kernel.Event) {
		w.timer, err = w.k.Host().DelayFunc(eventName+": poll", d, func(kernel.Event) {
			w.timer = 0
			w.poll(true)
		})
	})
	if err == nil {
		err = callErr
	}
	return err
}

// cancelTimer removes the timer, whoever is active.
func (w *Wheel) cancelTimer() {
	if w.timer == 0 {
		return
	}
	id := w.timer
	w.timer = 0
	if w.owner.Alive() {
		// A session that is alive can be called, and its timer is there.
		_ = w.k.Host().CallFunc(w.owner, eventName, func(kernel.Event) { _, _ = w.k.AlarmRemove(id) })
	}
}

// HandleReady is called by the kernel when the system has said that the file
// has changed, or when a special file can be read.
func (w *Wheel) HandleReady(kernel.Mode) {
	if w.special != nil {
		w.readSpecial()
		return
	}
	w.notify.Source().(*changes).seen()
	w.poll(false)
}

// watchDirectory asks the system to tell of changes. Where it cannot, because
// it has no such thing, the directory is not there or there are too many
// watchers, the interval alone has to do.
func (w *Wheel) watchDirectory() {
	if w.config.PollOnly {
		return
	}
	c, err := newChanges(w.config.Filename)
	if err != nil {
		return
	}
	h := kernel.FromSource(c, "changes of "+w.config.Filename)
	if err := w.k.Host().Watch(h, kernel.Read, eventName+": changed", w); err != nil {
		h.Close()
		return
	}
	w.notify = h
}

// changes is the source of a handle that is ready when a file has changed.
type changes struct {
	watcher *fsnotify.Watcher
	changed atomic.Bool
	name    string
}

// newChanges watches the directory of a file: it may not be there yet, and its
// name may come to mean another.
func newChanges(name string) (*changes, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(filepath.Dir(name)); err != nil {
		watcher.Close()
		return nil, err
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

// Ready tells whether the file has changed since it was last looked at.
func (c *changes) Ready() kernel.ReadySet { return kernel.ReadySet{Read: c.changed.Load()} }

// Read and Write are not used: there is nothing to read.
func (c *changes) Read([]byte) (int, error)  { return 0, io.EOF }
func (c *changes) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Close stops listening.
func (c *changes) Close() error { return c.watcher.Close() }
