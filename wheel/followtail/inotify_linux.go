package followtail

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/internal/simfile"
	"github.com/gopoe/poe/kernel"
)

// What is watched: of the directory, which names come and go; of the file that
// is read, that it is written.
const (
	directoryMask = unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR
	fileMask      = unix.IN_MODIFY | unix.IN_CLOSE_WRITE
	endMask       = unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_UNMOUNT | unix.IN_IGNORED
)

// Bounds of what is kept of a directory's history.
const (
	maxArrivals  = 4096
	maxOpenAhead = 16
	openTries    = 100
)

var errDirectoryGone = errors.New("the directory was removed or renamed")

// notifier learns from the system what happens in a directory, by inotify. It
// follows files by the pairs of names in which renamings are reported.
type notifier struct {
	handle    *kernel.Handle
	files     files
	from      notifications
	dir, base string
	watchID   int32 // of the directory
	list      []*arrival
	byName    map[string]*arrival // of list, by present name
	moved     *arrival            // has lost its name in the last event but one
	cookie    uint32              // of that event
	gone      bool
	buf       [16 << 10]byte
}

func openInotify() (*kernel.Handle, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify_init: %w", err)
	}
	h, err := kernel.FD(fd)
	if err != nil {
		unix.Close(fd)
	}
	return h, err
}

// notifications are what a handle of inotify, or a simulated one, reports.
type notifications interface {
	watchDirectory(dir string) (id int, err error)
	watchFile(f opened) (id int, err error)
	unwatch(id int) error
}

// inotify is the machine's.
type inotify struct{ handle *kernel.Handle }

func (i inotify) watchDirectory(dir string) (int, error) {
	return unix.InotifyAddWatch(i.handle.Fd(), dir, directoryMask)
}

// watchFile asks for the events of a file by its descriptor, whatever it is called now.
func (i inotify) watchFile(f opened) (int, error) {
	return unix.InotifyAddWatch(i.handle.Fd(), "/proc/self/fd/"+strconv.Itoa(int(f.(machineFile).Fd())), fileMask)
}

func (i inotify) unwatch(id int) error {
	_, err := unix.InotifyRmWatch(i.handle.Fd(), uint32(id))
	return err
}

// simulatedNotifications are those of a host in a simulated world.
type simulatedNotifications struct{ simfile.Notifier }

func (s simulatedNotifications) watchDirectory(dir string) (int, error) { return s.WatchDir(dir) }

func (s simulatedNotifications) watchFile(f opened) (int, error) {
	return s.WatchFile(f.(simulatedFile).File)
}

func (s simulatedNotifications) unwatch(id int) error {
	s.Unwatch(id)
	return nil
}

// openHandle makes the handle that reports events.
func (n *notifier) openHandle() (*kernel.Handle, error) {
	host, ok := n.files.system.(simulated)
	if !ok {
		h, err := openInotify()
		n.from = inotify{h}
		return h, err
	}
	s, err := host.host.Notify()
	if err != nil {
		return nil, err
	}
	n.from = simulatedNotifications{s}
	return kernel.FromSource(s, "inotify"), nil
}

// newNotifier watches the file's directory.
func (w *Wheel) newNotifier() (directory, error) {
	n := &notifier{files: w.files, dir: filepath.Dir(w.config.Filename), base: filepath.Base(w.config.Filename), byName: map[string]*arrival{}}
	h, err := kernel.Recorded(w.files.k, "inotify", n.openHandle)
	if err != nil {
		return nil, err
	}
	n.handle = h
	id, err := kernel.Recorded(n.files.k, "inotify_add_watch", func() (int, error) { return n.from.watchDirectory(n.dir) })
	if err != nil {
		h.Close()
		return nil, fmt.Errorf("inotify_add_watch: %w", err)
	}
	n.watchID = int32(id)
	w.base.InOwner(func() { err = w.base.Kernel.Host().Watch(h, kernel.Read, kind.Name()+": changed", w) })
	if err != nil {
		h.Close()
		return nil, err
	}
	return n, nil
}

// refresh reads the events that are there.
func (n *notifier) refresh() error {
	var overflow bool
	for {
		size, err := n.handle.Read(n.buf[:])
		if errors.Is(err, kernel.ErrWouldBlock) || errors.Is(err, unix.EINTR) {
			break
		}
		if err != nil {
			return fmt.Errorf("inotify: read: %w", err)
		}
		for b := n.buf[:size]; len(b) >= unix.SizeofInotifyEvent; {
			id := int32(binary.NativeEndian.Uint32(b))
			mask, cookie := binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[8:])
			end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
			name, _, _ := bytes.Cut(b[unix.SizeofInotifyEvent:end], []byte{0})
			b = b[end:]
			overflow = overflow || mask&unix.IN_Q_OVERFLOW != 0
			if id == n.watchID {
				n.apply(mask, cookie, string(name))
			}
		}
	}
	switch {
	case n.gone:
		return errDirectoryGone
	case overflow:
		for _, a := range n.list {
			a.close()
		}
		n.list, n.moved = nil, nil
		clear(n.byName)
		return ErrOverflow
	}
	return nil
}

// apply follows one event.
func (n *notifier) apply(mask, cookie uint32, name string) {
	switch {
	case mask&endMask != 0:
		n.gone = true
	case mask&unix.IN_ISDIR != 0:
	case mask&unix.IN_CREATE != 0:
		n.remove(name)
		n.add(name)
	case mask&unix.IN_DELETE != 0:
		n.remove(name)
	case mask&unix.IN_MOVED_FROM != 0:
		n.moved, n.cookie = n.remove(name), cookie
	case mask&unix.IN_MOVED_TO != 0:
		n.remove(name) // it was overwritten
		switch {
		case n.moved != nil && n.cookie == cookie:
			n.moved.name = name
			n.moved.born = n.moved.born || name == n.base
			n.byName[name] = n.moved
		case name == n.base || n.cookie != cookie:
			n.add(name)
		}
		n.moved = nil
	}
}

func (n *notifier) add(name string) {
	a := &arrival{name: name, born: name == n.base}
	n.byName[name] = a
	if n.list = append(n.list, a); len(n.list) > maxArrivals {
		n.compact()
	}
}

// remove ends a name and returns the arrival that had it, nil if there is none.
func (n *notifier) remove(name string) *arrival {
	a := n.byName[name]
	if a != nil {
		delete(n.byName, name)
		a.name = ""
		a.moves++
	}
	return a
}

// compact drops what is not needed, and the oldest that cannot have had the
// followed name.
func (n *notifier) compact() {
	excess := len(n.list) - maxArrivals/2
	n.list = slices.DeleteFunc(n.list, func(a *arrival) bool {
		drop := a.taken || !a.born && (a.name == "" || excess > 0)
		if excess--; drop && a.name != "" && n.byName[a.name] == a {
			delete(n.byName, a.name)
		}
		return drop
	})
}

// take returns the arrivals that are wanted, and forgets those that were
// returned before.
func (n *notifier) take(want func(a *arrival) bool) []*arrival {
	n.list = slices.DeleteFunc(n.list, func(a *arrival) bool { return a.taken && a.name == "" })
	var list []*arrival
	for _, a := range n.list {
		if !a.taken && want(a) {
			a.taken = true
			list = append(list, a)
		}
	}
	return list
}

func (n *notifier) successors(of *source, _ time.Time) (list []*arrival, gap bool) {
	if of != nil && of.arrival == nil {
		n.take(n.through(of))
	}
	return n.take(func(a *arrival) bool { return a.born }), false
}

func (n *notifier) overtakers(of *source, since time.Time) (list []*arrival, copies bool) {
	if of.arrival == nil && !of.rewound {
		for _, a := range n.take(n.through(of)) {
			if !of.isOpenAs(a.file) {
				list = append(list, a)
			}
		}
	}
	if len(list) > 0 {
		return list, false
	}
	return n.copies(since), true
}

// through returns a filter for the arrivals that have had the followed name up
// to a source that was opened by that name, and for that itself. If the source
// is not among them it was there before all of them.
func (n *notifier) through(of *source) func(a *arrival) bool {
	last := -1
	for i, a := range n.list {
		if a.born && !a.taken && n.open(a) == nil && of.isOpenAs(a.file) {
			a.close()
			last = i
			break
		}
	}
	wanted := n.list[:last+1]
	return func(a *arrival) bool { return a.born && slices.Contains(wanted, a) }
}

func (n *notifier) copies(time.Time) []*arrival {
	return n.take(func(a *arrival) bool {
		_, ok := rotationMark(n.base, a.name)
		return ok && !a.born
	})
}

func (n *notifier) settled() bool { return true }

func (n *notifier) putBack(a *arrival) { a.taken = false }

// open opens an arrival. It may be renamed meanwhile, so the name must be the
// same before and after.
func (n *notifier) open(a *arrival) error {
	var err error
	for range openTries {
		if a.file != nil {
			return nil
		}
		if a.name == "" {
			return fmt.Errorf("%s: %w", n.base, fs.ErrNotExist)
		}
		moves := a.moves
		f, openErr := n.files.open(filepath.Join(n.dir, a.name))
		if err := n.refresh(); err != nil {
			if openErr == nil {
				f.Close()
			}
			return err
		}
		switch {
		case openErr == nil && a.moves == moves:
			a.file = f
			return nil
		case openErr == nil:
			f.Close()
		case !errors.Is(openErr, fs.ErrNotExist):
			return openErr
		}
		err = openErr
		runtime.Gosched()
	}
	return err
}

func (n *notifier) exact() bool { return true }

func (n *notifier) openAhead() {
	open := 0
	for _, a := range n.list {
		if a.born && !a.taken && open < maxOpenAhead {
			_ = n.open(a) // it is tried again when it is needed
			open++
		}
	}
}

// watch asks for the events of a file.
func (n *notifier) watch(s *source) {
	id, err := kernel.Recorded(n.files.k, "inotify_add_watch", func() (int, error) { return n.from.watchFile(s.file.on) })
	if err == nil {
		s.watch = id
	}
}

func (n *notifier) unwatch(s *source) {
	if s.watch != 0 {
		_, _ = kernel.Recorded(n.files.k, "inotify_rm_watch", func() (int, error) { return 0, n.from.unwatch(s.watch) })
		s.watch = 0
	}
}

func (n *notifier) close() {
	n.handle.Close()
	for _, a := range n.list {
		a.close()
	}
	n.list = nil
}
