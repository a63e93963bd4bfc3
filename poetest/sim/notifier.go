package sim

import (
	"encoding/binary"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/gopoe/poe/internal/simfile"
	"github.com/gopoe/poe/kernel"
)

// notifier reports changes of files, as inotify does: what has happened can be read
// at once, though the program may be told late that there is something.
type notifier struct {
	d        *Disk
	wake     func()
	queue    [][]byte
	overflow bool // further events are discarded until the queue is read
	readyAt  time.Duration
	watches  map[int]any // a directory's name, or a *file
	last     int
	closed   bool
}

// Notify makes a source of notifications.
func (f Files) Notify() (simfile.Notifier, error) {
	if errno := f.d.call("inotify", openErrors); errno != 0 {
		return nil, errno
	}
	n := &notifier{d: f.d, watches: map[int]any{}}
	f.d.notifiers = append(f.d.notifiers, n)
	return n, nil
}

// WatchDir reports names that come to a directory and leave it.
func (n *notifier) WatchDir(dir string) (int, error) { return n.add(path.Clean(dir)) }

// WatchFile reports that a file is written.
func (n *notifier) WatchFile(f simfile.File) (int, error) { return n.add(f.(*openFile).f) }

func (n *notifier) add(what any) (int, error) {
	if n.closed {
		return 0, fs.ErrClosed
	}
	for id, other := range n.watches {
		if other == what {
			return id, nil
		}
	}
	n.last++
	n.watches[n.last] = what
	return n.last, nil
}

// Unwatch ends a watch.
func (n *notifier) Unwatch(id int) { delete(n.watches, id) }

// report reports that a file has changed.
func (d *Disk) report(f *file, mask uint32) {
	for _, n := range d.notifiers {
		n.report(f, mask, 0, "")
	}
}

// reportName reports that a name has come or gone.
func (d *Disk) reportName(mask uint32, name string, cookie uint32) {
	for _, n := range d.notifiers {
		n.report(path.Dir(name), mask, cookie, path.Base(name))
	}
}

// forget ends all notifications: the program is gone.
func (d *Disk) forget() { d.notifiers, d.opened = nil, 0 }

func (n *notifier) report(what any, mask, cookie uint32, name string) {
	if n.closed || n.overflow {
		return
	}
	for id, watched := range n.watches {
		if watched == what {
			n.put(id, mask, cookie, name)
			return
		}
	}
}

// latest bounds how late a program is told of a change.
const latest = 3 * time.Second

// put adds an event, or what a fault makes of it.
func (n *notifier) put(id int, mask, cookie uint32, name string) {
	w := n.d.h.w
	var late time.Duration
	if w.unnoticed() {
		switch w.callRand.IntN(3) {
		case 0:
			if mask == simfile.Modified && w.fault(callKeys+w.calls, "a notification is lost") {
				return
			}
		case 1:
			late = time.Duration(w.callRand.Int64N(int64(latest)))
			if !w.fault(callKeys+w.calls, "a notification is late") {
				late = 0
			}
		default:
			if w.fault(callKeys+w.calls, "notifications are discarded") {
				n.overflow, id, mask, cookie, name = true, -1, simfile.Overflow, 0, ""
			}
		}
	}
	n.queue = append(n.queue, inotifyEvent(id, mask, cookie, name))
	if len(n.queue) == 1 {
		n.readyAt = w.now + late
	}
	w.at(n.readyAt, n.wakeReader)
}

// wakeReader wakes the program if there is something to read.
func (n *notifier) wakeReader() {
	if n.closed || n.wake == nil || len(n.queue) == 0 {
		return
	}
	n.d.h.wake()
	n.wake()
}

// inotifyEvent is an event in the layout of inotify.
func inotifyEvent(id int, mask, cookie uint32, name string) []byte {
	padded := 0
	if name != "" {
		padded = (len(name) + 16) &^ 15
	}
	b := make([]byte, 16, 16+padded)
	binary.NativeEndian.PutUint32(b, uint32(int32(id)))
	binary.NativeEndian.PutUint32(b[4:], mask)
	binary.NativeEndian.PutUint32(b[8:], cookie)
	binary.NativeEndian.PutUint32(b[12:], uint32(padded))
	b = append(b, name...)
	return append(b, make([]byte, padded-len(name))...)
}

// Bind keeps the function that tells the kernel of events.
func (n *notifier) Bind(wake func()) { n.wake = wake }

// Ready reports whether the program has been told of events.
func (n *notifier) Ready() kernel.ReadySet {
	return kernel.ReadySet{Read: len(n.queue) > 0 && n.d.h.w.now >= n.readyAt}
}

// Read reads whole events.
func (n *notifier) Read(p []byte) (size int, err error) {
	if len(n.queue) == 0 {
		return 0, kernel.ErrWouldBlock
	}
	for len(n.queue) > 0 && len(n.queue[0]) <= len(p)-size {
		size += copy(p[size:], n.queue[0])
		n.queue = n.queue[1:]
	}
	n.overflow = n.overflow && len(n.queue) > 0
	return size, nil
}

// Write is not possible.
func (n *notifier) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Close ends the notifications.
func (n *notifier) Close() error {
	n.closed = true
	return nil
}
