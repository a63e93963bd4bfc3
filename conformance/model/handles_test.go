//go:build linux

package model

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// openHandles opens the handles of a program.
func (in *interpreter) openHandles() {
	for _, kind := range in.Handles {
		a, b, err := openPair(kind)
		if err != nil {
			panic(err)
		}
		in.handles = append(in.handles, a, b)
	}
}

func openPair(kind string) (a, b *kernel.Handle, err error) {
	switch kind {
	case "pipe":
		return kernel.Pipe()
	case "unix":
		return kernel.SocketPair()
	}
	return tcpPair()
}

// tcpPair makes a connection whose second end was accepted by the kernel: the
// epoll loop watches such handles edge-triggered.
func tcpPair() (dialled, accepted *kernel.Handle, err error) {
	l, err := socket()
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(unix.Bind(l, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(l, 1)); err != nil {
		return nil, nil, err
	}
	at, err := unix.Getsockname(l)
	if err != nil {
		return nil, nil, err
	}
	fd, err := socket()
	if err != nil {
		return nil, nil, err
	}
	if err := unix.Connect(fd, at); err != nil {
		return nil, nil, err
	}
	listener, err := kernel.FD(l)
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	if dialled, err = kernel.FD(fd); err != nil {
		return nil, nil, err
	}
	if accepted, _, err = listener.Accept(); err != nil {
		return nil, nil, err
	}
	for _, h := range []*kernel.Handle{dialled, accepted} { // what is written is there at once
		err = errors.Join(err, unix.SetsockoptInt(h.Fd(), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	}
	return dialled, accepted, err
}

func socket() (int, error) { return unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0) }

func (in *interpreter) closeHandles() {
	for _, h := range in.handles {
		_ = h.Close()
	}
}

// moved shows what a read or a write has done.
func moved(n int, err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, io.EOF):
		return "0"
	case errors.Is(err, kernel.ErrWouldBlock), errors.Is(err, syscall.EAGAIN):
		if n > 0 {
			return strconv.Itoa(n)
		}
		return "again"
	case errors.Is(err, syscall.EPIPE):
		return "EPIPE"
	case errors.Is(err, syscall.EINVAL):
		return "EINVAL"
	case errors.As(err, &errno):
		return "errno " + strconv.Itoa(int(errno))
	case err != nil:
		return err.Error()
	}
	return strconv.Itoa(n)
}

// onHandle makes an operation of something about a handle.
func (in *interpreter) onHandle(do func(h *kernel.Handle, a op) string) func(*context, op) string {
	return func(_ *context, a op) string {
		n, err := strconv.Atoi(a[0])
		if err != nil {
			panic(err)
		}
		return do(in.handles[n], a[1:])
	}
}

func (in *interpreter) watching(ops map[string]func(*context, op) string) {
	k := in.k
	watch := func(do func(h *kernel.Handle, event string, args ...any) error) func(*context, op) string {
		return in.onHandle(func(h *kernel.Handle, a op) string {
			if err := do(h, a[0], values(a[1:])...); err != nil {
				return result(err)
			}
			return ""
		})
	}
	clear := func(modes ...kernel.Mode) func(*context, op) string {
		return in.onHandle(func(h *kernel.Handle, _ op) string { k.SelectClear(h, modes...); return "" })
	}
	truth := func(do func(h *kernel.Handle) bool) func(*context, op) string {
		return in.onHandle(func(h *kernel.Handle, _ op) string {
			if do(h) {
				return "yes"
			}
			return "no"
		})
	}
	ops["select_read"], ops["select_write"], ops["select_expedite"] = watch(k.SelectRead), watch(k.SelectWrite), watch(k.SelectExpedite)
	ops["select_read_clear"], ops["select_write_clear"] = clear(kernel.Read), clear(kernel.Write)
	ops["select_expedite_clear"], ops["select_clear"] = clear(kernel.Expedite), clear()
	ops["select"] = in.onHandle(func(h *kernel.Handle, a op) string {
		if err := k.Select(h, a[0], a[1], a[2]); err != nil {
			return result(err)
		}
		return ""
	})
	ops["pause_read"], ops["resume_read"] = truth(k.SelectPauseRead), truth(k.SelectResumeRead)
	ops["pause_write"], ops["resume_write"] = truth(k.SelectPauseWrite), truth(k.SelectResumeWrite)
}

func (in *interpreter) transfers(ops map[string]func(*context, op) string) {
	count := func(do func(h *kernel.Handle, p []byte) (int, error)) func(*context, op) string {
		return in.onHandle(func(h *kernel.Handle, a op) string {
			n, err := strconv.Atoi(a[0])
			if err != nil {
				panic(err)
			}
			return moved(do(h, []byte(strings.Repeat("x", n))))
		})
	}
	ops["read"], ops["write"] = count((*kernel.Handle).Read), count((*kernel.Handle).Write)
	ops["drain"] = in.onHandle(func(h *kernel.Handle, _ op) string {
		for buf := make([]byte, 65536); ; {
			if n, err := h.Read(buf); n == 0 || err != nil {
				return moved(n, err)
			}
		}
	})
	ops["fill"] = in.onHandle(func(h *kernel.Handle, _ op) string {
		for buf := make([]byte, 65536); ; {
			if n, err := h.Write(buf); n == 0 || err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
				return ""
			}
		}
	})
	ops["urgent"] = in.onHandle(func(h *kernel.Handle, _ op) string {
		if err := unix.Send(h.Fd(), []byte("!"), unix.MSG_OOB); err != nil {
			return moved(0, err)
		}
		return "1"
	})
	ops["read_urgent"] = in.onHandle(func(h *kernel.Handle, _ op) string {
		n, _, err := unix.Recvfrom(h.Fd(), make([]byte, 1), unix.MSG_OOB)
		return moved(n, err)
	})
	ops["shut"] = in.onHandle(func(h *kernel.Handle, _ op) string { _ = h.CloseWrite(); return "" })
}
