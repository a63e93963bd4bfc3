// Package simfile is what a wheel asks of files in a simulated world, in place of
// the system.
package simfile

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// System has the files of one host. Its methods are called on the goroutine of the
// host's kernel.
type System interface {
	// Open opens a file for reading, whatever becomes of its name.
	Open(path string) (File, error)
	// Stat describes the file that has a name.
	Stat(path string) (Info, error)
	// ReadDir returns the names in a directory, sorted.
	ReadDir(dir string) ([]string, error)
	// Now is the host's time of day, which times of files are taken from.
	Now() time.Time
	// Mono is the time since some moment. It never goes back.
	Mono() time.Duration
	// Notify makes a source of notifications. The error is errors.ErrUnsupported
	// if the host has none.
	Notify() (Notifier, error)
}

// File is an open file.
type File interface {
	ReadAt(p []byte, at int64) (int, error)
	Close() error
	Stat() (Info, error)
	// Writers returns how many have the file open for writing.
	Writers() int
}

// Info describes a file. Times are in nanoseconds since 1970.
type Info struct {
	Size           int64
	Inode          uint64
	Born, Modified int64
}

// Notifier reports changes of files in the layout of Linux' inotify.
type Notifier interface {
	kernel.Source
	// WatchDir reports names that come to a directory and leave it.
	WatchDir(dir string) (id int, err error)
	// WatchFile reports that a file is written.
	WatchFile(f File) (id int, err error)
	// Unwatch ends that.
	Unwatch(id int)
}

// What a Notifier reports, with the values of inotify.
const (
	Modified  = 0x2
	MovedFrom = 0x40
	MovedTo   = 0x80
	Created   = 0x100
	Deleted   = 0x200
	Overflow  = 0x4000
)
