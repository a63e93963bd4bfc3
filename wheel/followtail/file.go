package followtail

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gopoe/poe/internal/simfile"
	"github.com/gopoe/poe/kernel"
)

// All that the wheel asks about files goes through this file, so that a recorded
// run can be replayed without them, and another system can have them.

// files are those of the system, or of a simulated one.
type files struct {
	sim simfile.System // nil is the system itself
	k   *kernel.Kernel // of which sim is; otherwise nil
}

// file is a file that is open; in a replay it stands on nothing.
type file struct {
	os   *os.File
	sim  simfile.File // in place of os
	k    *kernel.Kernel
	name string
}

// open opens a file without waiting. A named pipe is opened for writing as
// well, so that it does not end with its first writer.
func (s files) open(path string) (*file, error) {
	f := &file{name: path, k: s.k}
	_, err := kernel.Recorded(s.k, "open", func() (ok bool, err error) {
		if s.sim != nil {
			f.sim, err = s.sim.Open(path)
			return err == nil, err
		}
		flags := os.O_RDONLY | nonBlocking
		if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
			flags = os.O_RDWR | nonBlocking
		}
		f.os, err = os.OpenFile(path, flags, 0)
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
	return &file{os: f, name: f.Name()}
}

// Name returns the path under which the file was opened.
func (f *file) Name() string { return f.name }

// bytesRead are the result of a read.
type bytesRead struct{ Data []byte }

// ReadAt is that of an os.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	got, err := kernel.Recorded(f.k, "pread", func() (bytesRead, error) {
		var n int
		var err error
		if f.sim != nil {
			n, err = f.sim.ReadAt(p, at)
		} else {
			n, err = f.os.ReadAt(p, at)
		}
		return bytesRead{p[:n]}, err
	})
	return copy(p, got.Data), err
}

// Close closes the file.
func (f *file) Close() error {
	_, err := kernel.Recorded(f.k, "close", func() (bool, error) {
		if f.sim != nil {
			return true, f.sim.Close()
		}
		return true, f.os.Close()
	})
	return err
}

// Stat describes the file.
func (f *file) Stat() (fileInfo, error) {
	return kernel.Recorded(f.k, "fstat", func() (fileInfo, error) {
		if f.sim != nil {
			return simInfo(f.sim.Stat())
		}
		info, err := f.os.Stat()
		return infoOf(info, err)
	})
}

// handle makes a handle of a special file.
func (f *file) handle() (*kernel.Handle, error) {
	return kernel.Recorded(f.k, "special file", func() (*kernel.Handle, error) { return kernel.File(f.os) })
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

func infoOf(info fs.FileInfo, err error) (fileInfo, error) {
	if err != nil {
		return fileInfo{}, err
	}
	return fileInfo{Bytes: info.Size(), Type: info.Mode(), ID: sameID(info)}, nil
}

// simDevice is the device of simulated files.
const simDevice = 1

func simInfo(info simfile.Info, err error) (fileInfo, error) {
	return fileInfo{Bytes: info.Size, ID: identity{Dev: simDevice, Inode: info.Inode}}, err
}

func simIdentity(info simfile.Info) identity {
	return identity{Dev: simDevice, Inode: info.Inode, Born: info.Born}
}

// stat describes the file that has a name.
func (s files) stat(path string) (fileInfo, error) {
	return kernel.Recorded(s.k, "stat", func() (fileInfo, error) {
		if s.sim != nil {
			return simInfo(s.sim.Stat(path))
		}
		info, err := os.Stat(path)
		return infoOf(info, err)
	})
}

// dated is the identity of a file and when it was last written, in nanoseconds.
type dated struct {
	ID       identity
	Modified int64
}

// identify returns the identity of a file, and when it was last written, in
// nanoseconds. It does not follow symbolic links.
func (s files) identify(path string) (id identity, modified int64, err error) {
	d, err := kernel.Recorded(s.k, "statx", func() (d dated, err error) {
		if s.sim != nil {
			info, err := s.sim.Stat(path)
			return dated{simIdentity(info), info.Modified}, err
		}
		d.ID, d.Modified, err = systemIdentity(path)
		return d, err
	})
	return d.ID, d.Modified, err
}

// identifyOpen returns the identity of an open file.
func identifyOpen(f *file) (identity, error) {
	return kernel.Recorded(f.k, "fstatx", func() (identity, error) {
		if f.sim != nil {
			info, err := f.sim.Stat()
			return simIdentity(info), err
		}
		return openIdentity(f.os)
	})
}

// noWriters reports whether no process has the file open for writing, as far as the
// system tells.
func noWriters(f *file) bool {
	none, _ := kernel.Recorded(f.k, "lease", func() (bool, error) {
		if f.sim != nil {
			return f.sim.Writers() == 0, nil
		}
		return systemNoWriters(f.os), nil
	})
	return none
}

// hasWriters reports whether some process has the file open for writing, as far as
// the system tells: neither this nor noWriters holds where it does not.
func hasWriters(f *file) bool {
	some, _ := kernel.Recorded(f.k, "lease", func() (bool, error) {
		if f.sim != nil {
			return f.sim.Writers() > 0, nil
		}
		return systemHasWriters(f.os), nil
	})
	return some
}

// directoryEntry is a name in a directory.
type directoryEntry struct {
	File    string
	Regular bool
}

// readDir lists what can be read of a directory.
func (s files) readDir(dir string) []directoryEntry {
	list, _ := kernel.Recorded(s.k, "readdir", func() (list []directoryEntry, err error) {
		if s.sim != nil {
			names, _ := s.sim.ReadDir(dir)
			for _, name := range names {
				list = append(list, directoryEntry{name, true})
			}
			return list, nil
		}
		entries, _ := os.ReadDir(filepath.Clean(dir))
		for _, e := range entries {
			list = append(list, directoryEntry{e.Name(), e.Type().IsRegular()})
		}
		return list, nil
	})
	return list
}

// now is the system's time of day, which times of files are compared with.
func (s files) now() time.Time {
	now, _ := kernel.Recorded(s.k, "time", func() (time.Time, error) {
		if s.sim != nil {
			return s.sim.Now(), nil
		}
		return time.Now(), nil
	})
	return now
}
