package sim

import (
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/simfile"
)

// Files are the files of a host's disk as a wheel reads them; see
// followtail.Config.Files.
type Files struct{ d *Disk }

var _ simfile.System = Files{}

// Files returns the files of the host's disk for a wheel.
func (h *Host) Files() Files { return Files{h.Disk} }

// Meanwhile lets other processes of the host act while its program is in a call of
// [Files]: during each, f is called with a probability. f must not use the host's
// kernel.
func (d *Disk) Meanwhile(probability float64, f func()) { d.often, d.between = probability, f }

// OpenFiles returns how many files the host's program has open.
func (d *Disk) OpenFiles() int { return d.opened }

func (d *Disk) now() time.Time { return epoch.Add(d.h.w.now + d.h.skew) }

// call begins a call of the program and draws whether it fails.
func (d *Disk) call(op string, errnos []syscall.Errno) syscall.Errno {
	w := d.h.w
	if f := d.between; f != nil && w.callRand.Float64() < d.often {
		d.between = nil // it is not interrupted itself
		before := w.running
		w.running = nil
		f()
		w.running, d.between = before, f
	}
	return w.callFault(d.h, op, errnos)
}

func pathError(op, name string, errno syscall.Errno) error {
	return &fs.PathError{Op: op, Path: name, Err: errno}
}

// Open opens a file for reading.
func (f Files) Open(name string) (simfile.File, error) {
	if errno := f.d.call("open", openErrors); errno != 0 {
		return nil, pathError("open", name, errno)
	}
	data := f.d.files[name]
	if data == nil {
		return nil, pathError("open", name, syscall.ENOENT)
	}
	f.d.opened++
	return &openFile{d: f.d, f: data, name: name}, nil
}

// Stat describes the file that has a name.
func (f Files) Stat(name string) (simfile.Info, error) {
	if errno := f.d.call("stat", statErrors); errno != 0 {
		return simfile.Info{}, pathError("stat", name, errno)
	}
	data := f.d.files[name]
	if data == nil {
		return simfile.Info{}, pathError("stat", name, syscall.ENOENT)
	}
	return data.info(), nil
}

func (f *file) info() simfile.Info {
	return simfile.Info{Size: int64(len(f.data)), Inode: f.inode, Born: f.born, Modified: f.modified}
}

// ReadDir returns the names in a directory, sorted.
func (f Files) ReadDir(dir string) (names []string, err error) {
	if errno := f.d.call("readdir", openErrors); errno != 0 {
		return nil, pathError("open", dir, errno)
	}
	for _, name := range slices.Sorted(maps.Keys(f.d.files)) {
		if path.Dir(name) == path.Clean(dir) {
			names = append(names, path.Base(name))
		}
	}
	return names, nil
}

// Now is the host's time of day.
func (f Files) Now() time.Time { return f.d.now() }

// Mono is the time since the world began.
func (f Files) Mono() time.Duration { return f.d.h.w.now }

// openFile is a file that the program reads.
type openFile struct {
	d      *Disk
	f      *file
	name   string
	closed bool
}

// ReadAt reads from a position.
func (o *openFile) ReadAt(p []byte, at int64) (int, error) {
	if o.closed {
		return 0, fs.ErrClosed
	}
	if errno := o.d.call("pread", fileErrors); errno != 0 {
		return 0, pathError("read", o.name, errno)
	}
	if at >= int64(len(o.f.data)) {
		return 0, io.EOF
	}
	n := copy(p, o.f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Stat describes the file.
func (o *openFile) Stat() (simfile.Info, error) {
	if o.closed {
		return simfile.Info{}, fs.ErrClosed
	}
	if errno := o.d.call("fstat", statErrors); errno != 0 {
		return simfile.Info{}, pathError("stat", o.name, errno)
	}
	return o.f.info(), nil
}

// Writers returns how many have the file open for writing.
func (o *openFile) Writers() int { return o.f.writers }

// Close closes the file.
func (o *openFile) Close() error {
	if o.closed {
		return fs.ErrClosed
	}
	o.closed = true
	o.d.opened--
	return nil
}

// Writer is a file that a process other than the host's program has open for
// writing, whatever becomes of its name.
type Writer struct {
	d    *Disk
	f    *file
	name string
}

// Writer opens a file to append to it, and creates it if it does not exist.
func (d *Disk) Writer(name string) *Writer {
	f := d.named(name)
	f.writers++
	return &Writer{d, f, name}
}

// Write appends to the file. On a full disk only a part is written.
func (w *Writer) Write(data []byte) (int, error) {
	before := len(w.f.data)
	err := w.d.write(w.f, w.name, data)
	return len(w.f.data) - before, err
}

// Close closes the file, once.
func (w *Writer) Close() error {
	if w.f == nil {
		return fs.ErrClosed
	}
	w.f.writers--
	w.f = nil
	return nil
}
