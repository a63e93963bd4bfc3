package followtail

import (
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gopoe/poe/kernel"
)

// All that the wheel asks about files goes through this file, so that a recorded
// run can be replayed without them, and another system can have them.

// system has files: that of the machine, or a simulated one.
type system interface {
	// open opens a file without waiting.
	open(path string) (opened, error)
	// stat describes the file that has a name.
	stat(path string) (fileInfo, error)
	// identify does not follow symbolic links.
	identify(path string) (dated, error)
	// readDir lists what can be read of a directory.
	readDir(dir string) []directoryEntry
	now() reading
}

// reading is one of both clocks: the time of day, which times of files are compared
// with, and one that is never set.
type reading struct {
	Wall time.Time
	Mono time.Duration
}

// opened is an open file of a system.
type opened interface {
	io.ReaderAt
	io.Closer
	info() (fileInfo, error)
	identity() (identity, error)
	// noWriters reports whether no process has the file open for writing, as far as
	// the system tells.
	noWriters() bool
	// hasWriters reports whether some process has: neither this nor noWriters holds
	// where the system does not tell.
	hasWriters() bool
}

// files are those of a system. What is asked about them is recorded.
type files struct {
	system
	k *kernel.Kernel // of a simulated host; otherwise nil
}

// file is an open file; in a replay there is none behind it.
type file struct {
	on   opened
	k    *kernel.Kernel
	name string
}

func (s files) open(path string) (*file, error) {
	f := &file{name: path, k: s.k}
	_, err := kernel.Recorded(s.k, "open", func() (ok bool, err error) {
		f.on, err = s.system.open(path)
		return err == nil, err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// ownFile is a file that the program has opened.
func ownFile(f *os.File) *file {
	if f == nil {
		return nil
	}
	return &file{on: machineFile{f}, name: f.Name()}
}

// Name returns the path under which the file was opened.
func (f *file) Name() string { return f.name }

// bytesRead are the result of a read.
type bytesRead struct{ Data []byte }

// ReadAt is that of an os.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	got, err := kernel.Recorded(f.k, "pread", func() (bytesRead, error) {
		n, err := f.on.ReadAt(p, at)
		return bytesRead{p[:n]}, err
	})
	return copy(p, got.Data), err
}

// Close closes the file.
func (f *file) Close() error {
	_, err := kernel.Recorded(f.k, "close", func() (bool, error) { return true, f.on.Close() })
	return err
}

// Stat describes the file.
func (f *file) Stat() (fileInfo, error) {
	return kernel.Recorded(f.k, "fstat", func() (fileInfo, error) { return f.on.info() })
}

// handle makes a handle of a special file, which only the machine has.
func (f *file) handle() (*kernel.Handle, error) {
	return kernel.Recorded(f.k, "special file", func() (*kernel.Handle, error) { return kernel.File(f.on.(machineFile).File) })
}

// fileInfo is what is known of a file.
type fileInfo struct {
	Bytes int64
	Type  fs.FileMode
	ID    identity // without its time, to compare
}

func (i fileInfo) Size() int64       { return i.Bytes }
func (i fileInfo) Mode() fs.FileMode { return i.Type }
func (i fileInfo) IsDir() bool       { return i.Type.IsDir() }

func (s files) stat(path string) (fileInfo, error) {
	return kernel.Recorded(s.k, "stat", func() (fileInfo, error) { return s.system.stat(path) })
}

// dated is the identity of a file and when it was last written, in nanoseconds.
type dated struct {
	ID       identity
	Modified int64
}

// identify returns the identity of a file, and when it was last written, in
// nanoseconds. It does not follow symbolic links.
func (s files) identify(path string) (id identity, modified int64, err error) {
	d, err := kernel.Recorded(s.k, "statx", func() (dated, error) { return s.system.identify(path) })
	return d.ID, d.Modified, err
}

// identifyOpen returns the identity of an open file.
func identifyOpen(f *file) (identity, error) {
	return kernel.Recorded(f.k, "fstatx", func() (identity, error) { return f.on.identity() })
}

// noWriters is that of opened.
func noWriters(f *file) bool {
	none, _ := kernel.Recorded(f.k, "lease", func() (bool, error) { return f.on.noWriters(), nil })
	return none
}

// hasWriters is that of opened.
func hasWriters(f *file) bool {
	some, _ := kernel.Recorded(f.k, "lease", func() (bool, error) { return f.on.hasWriters(), nil })
	return some
}

// directoryEntry is a name in a directory.
type directoryEntry struct {
	File    string
	Regular bool
}

func (s files) readDir(dir string) []directoryEntry {
	list, _ := kernel.Recorded(s.k, "readdir", func() ([]directoryEntry, error) { return s.system.readDir(dir), nil })
	return list
}

func (s files) now() reading {
	now, _ := kernel.Recorded(s.k, "time", func() (reading, error) { return s.system.now(), nil })
	return now
}
