package followtail

import (
	"os"

	"golang.org/x/sys/unix"
)

// systemNoWriters reports whether no process has the file open for writing, as far as the
// system tells: it grants a read lease only then. The lease is returned at once.
// It is granted only to the owner of the file and to privileged processes.
func systemNoWriters(f *os.File) bool { return lease(f) == nil }

// systemHasWriters reports whether a process has the file open for writing.
func systemHasWriters(f *os.File) bool { return lease(f) == unix.EAGAIN }

func lease(f *os.File) error {
	fd := f.Fd()
	if _, err := unix.FcntlInt(fd, unix.F_SETLEASE, unix.F_RDLCK); err != nil {
		return err
	}
	_, _ = unix.FcntlInt(fd, unix.F_SETLEASE, unix.F_UNLCK)
	return nil
}
