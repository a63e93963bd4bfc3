//go:build unix

package run

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// ErrNoTerminal is the error of Winsize and SetWinsize for a child without a
// terminal, and after Close.
var ErrNoTerminal = errors.New("run: the child has no terminal")

// Winsize returns the size of the child's terminal, which the child may have
// changed. The error is [ErrNoTerminal], or that of the system.
func (w *Wheel) Winsize() (Winsize, error) {
	if w.base.Closed() || w.tty == nil || w.tty.Fd() < 0 {
		return Winsize{}, ErrNoTerminal
	}
	size, err := kernel.Recorded(w.base.Kernel, "winsize", func() (unix.Winsize, error) {
		size, err := unix.IoctlGetWinsize(w.tty.Fd(), unix.TIOCGWINSZ)
		if err != nil {
			return unix.Winsize{}, err
		}
		return *size, nil
	})
	if err != nil {
		return Winsize{}, opError("winsize", os.NewSyscallError("ioctl", err))
	}
	return Winsize{Rows: size.Row, Cols: size.Col, X: size.Xpixel, Y: size.Ypixel}, nil
}

// SetWinsize changes the size of the child's terminal: the system sends
// SIGWINCH to the programs in its foreground. Pixels of 0 are computed as
// [Winsize] describes. POE has only the constructor's parameter.
func (w *Wheel) SetWinsize(size Winsize) error {
	if w.base.Closed() || w.tty == nil || w.tty.Fd() < 0 {
		return ErrNoTerminal
	}
	if err := w.asked("winsize", func() error { return setWinsize(w.tty.Fd(), size) }); err != nil {
		return opError("winsize", os.NewSyscallError("ioctl", err))
	}
	return nil
}

func setWinsize(fd int, size Winsize) error {
	if size.X == 0 && size.Y == 0 {
		size.X, size.Y = size.Cols*9, size.Rows*16
	}
	return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Cols, Xpixel: size.X, Ypixel: size.Y})
}
