//go:build darwin || freebsd || dragonfly || netbsd || openbsd

package serial

import "golang.org/x/sys/unix"

// settings and change use the calls of BSD, whose speeds are numbers.
func settings(fd int) (*unix.Termios, error) { return unix.IoctlGetTermios(fd, unix.TIOCGETA) }

func change(fd int, t *unix.Termios) error { return unix.IoctlSetTermios(fd, unix.TIOCSETA, t) }

func setSpeed(t *unix.Termios, speed int) error {
	setNumber(&t.Ispeed, speed)
	setNumber(&t.Ospeed, speed)
	return nil
}

// setNumber sets a speed, whose type differs from system to system.
func setNumber[T int32 | uint32 | uint64](field *T, speed int) { *field = T(speed) }
