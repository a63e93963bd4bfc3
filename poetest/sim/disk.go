package sim

import (
	"io/fs"
	"maps"
	"slices"
	"syscall"

	"github.com/gopoe/poe/internal/simfile"
)

// Disk is the disk of a host: files in memory which can be appended to and
// replaced as a whole. When the host crashes, what was not synchronised is lost
// from a random byte on. Errors are of type *fs.PathError.
type Disk struct {
	h      *Host
	files  map[string]*file
	full   bool
	inodes uint64
	opened int // files that the program has open

	notifiers []*notifier
	cookie    uint32 // of the last renaming
	between   func() // what other processes do during calls, with a probability
	often     float64
}

type file struct {
	data   []byte
	synced int // bytes that a crash leaves
	fresh  bool

	inode          uint64
	born, modified int64 // by the host's clock
	writers        int
}

// create makes a file that no name refers to yet.
func (d *Disk) create() *file {
	d.inodes++
	now := d.now().UnixNano()
	return &file{inode: d.inodes, born: now, modified: now}
}

// changed notes that a file was written.
func (d *Disk) changed(f *file) {
	f.modified = d.now().UnixNano()
	d.report(f, simfile.Modified)
}

func newDisk(h *Host) *Disk { return &Disk{h: h, files: map[string]*file{}} }

// Append adds data to the end of a file, which is created if it does not exist.
// On a full disk only a part of it is written, and the error is ENOSPC.
func (d *Disk) Append(name string, data []byte) error {
	_, err := asked(d.h, "append", func() (bool, error) { return true, d.doAppend(name, data) })
	return err
}

func (d *Disk) doAppend(name string, data []byte) error {
	return d.write(d.named(name), name, data)
}

// named returns the file that has a name, which is created if there is none.
func (d *Disk) named(name string) *file {
	f := d.files[name]
	if f == nil {
		f = d.create()
		f.fresh = true
		d.files[name] = f
		d.reportName(simfile.Created, name, 0)
	}
	return f
}

func (d *Disk) write(f *file, name string, data []byte) error {
	defer d.changed(f)
	if d.full {
		f.data = append(f.data, data[:d.h.w.faultRand.IntN(len(data)+1)]...)
		return &fs.PathError{Op: "write", Path: name, Err: syscall.ENOSPC}
	}
	f.data = append(f.data, data...)
	return nil
}

// Sync makes what was appended to a file survive a crash.
func (d *Disk) Sync(name string) error {
	_, err := asked(d.h, "sync", func() (bool, error) { return true, d.doSync(name) })
	return err
}

func (d *Disk) doSync(name string) error {
	f := d.files[name]
	if f == nil {
		return &fs.PathError{Op: "sync", Path: name, Err: fs.ErrNotExist}
	}
	f.synced, f.fresh = len(f.data), false
	return nil
}

// Read returns the contents of a file, which must not be changed.
func (d *Disk) Read(name string) ([]byte, error) {
	return asked(d.h, "read", func() ([]byte, error) { return d.doRead(name) })
}

func (d *Disk) doRead(name string) ([]byte, error) {
	f := d.files[name]
	if f == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.data, nil
}

// Truncate shortens a file to n bytes. The change survives a crash.
func (d *Disk) Truncate(name string, n int) error {
	_, err := asked(d.h, "truncate", func() (bool, error) { return true, d.doTruncate(name, n) })
	return err
}

func (d *Disk) doTruncate(name string, n int) error {
	f := d.files[name]
	if f == nil {
		return &fs.PathError{Op: "truncate", Path: name, Err: fs.ErrNotExist}
	}
	f.data = f.data[:min(n, len(f.data))]
	f.synced, f.fresh = len(f.data), false
	d.changed(f)
	return nil
}

// Replace gives a file new contents in one step, as writing another file,
// synchronising and renaming it does: after a crash it has the old or the new
// one.
func (d *Disk) Replace(name string, data []byte) error {
	_, err := asked(d.h, "replace", func() (bool, error) { return true, d.doReplace(name, data) })
	return err
}

func (d *Disk) doReplace(name string, data []byte) error {
	if d.full {
		return &fs.PathError{Op: "write", Path: name, Err: syscall.ENOSPC}
	}
	f := d.create()
	f.data, f.synced = slices.Clone(data), len(data)
	d.files[name] = f
	d.cookie++
	d.reportName(simfile.MovedTo, name, d.cookie)
	return nil
}

// Rename gives a file another name and replaces a file that has it already. The
// change survives a crash.
func (d *Disk) Rename(from, to string) error {
	_, err := asked(d.h, "rename", func() (bool, error) { return true, d.doRename(from, to) })
	return err
}

func (d *Disk) doRename(from, to string) error {
	f := d.files[from]
	if f == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	delete(d.files, from)
	f.fresh = false
	d.files[to] = f
	d.cookie++
	d.reportName(simfile.MovedFrom, from, d.cookie)
	d.reportName(simfile.MovedTo, to, d.cookie)
	return nil
}

// Remove removes a file.
func (d *Disk) Remove(name string) error {
	_, err := asked(d.h, "remove", func() (bool, error) { return true, d.doRemove(name) })
	return err
}

func (d *Disk) doRemove(name string) error {
	if d.files[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(d.files, name)
	d.reportName(simfile.Deleted, name, 0)
	return nil
}

// Names returns the names of the files, sorted.
func (d *Disk) Names() []string {
	names, _ := asked(d.h, "names", func() ([]string, error) { return slices.Sorted(maps.Keys(d.files)), nil })
	return names
}

// SetFull makes the disk full, or ends that.
func (d *Disk) SetFull(full bool) { d.full = full }

// crash tears what was not synchronised.
func (d *Disk) crash() {
	for _, name := range d.Names() {
		f := d.files[name]
		f.data = f.data[:f.synced+d.h.w.faultRand.IntN(len(f.data)-f.synced+1)]
		if f.synced = len(f.data); f.synced == 0 && f.fresh {
			delete(d.files, name)
		}
	}
	d.forget()
}
