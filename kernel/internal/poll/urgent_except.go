//go:build darwin || dragonfly || openbsd

package poll

import "golang.org/x/sys/unix"

// How a kqueue watches for urgent data.
const (
	urgentFilter = unix.EVFILT_EXCEPT
	urgentNote   = unix.NOTE_OOB
)
