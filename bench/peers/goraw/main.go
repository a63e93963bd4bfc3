// Command goraw is a line echo on one goroutine and one epoll descriptor, with
// raw system calls: what Go can do at best.
//
//	goraw PORT
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"github.com/gopoe/poe/bench/peers/frame"
)

type conn struct {
	framer  frame.Framer
	out     []byte // not written yet
	waiting bool   // for space to write
}

type server struct {
	epoll    int
	listener int
	conns    []*conn // by descriptor
	in, out  []byte
}

func main() {
	runtime.LockOSThread()
	port, err := strconv.Atoi(os.Args[1])
	if err == nil {
		err = serve(port)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func serve(port int) (err error) {
	s := &server{in: make([]byte, 64<<10)}
	if s.listener, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0); err != nil {
		return err
	}
	if err = syscall.SetsockoptInt(s.listener, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if err = syscall.Bind(s.listener, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	if err = syscall.Listen(s.listener, 4096); err != nil {
		return err
	}
	if s.epoll, err = syscall.EpollCreate1(0); err != nil {
		return err
	}
	if err = s.watch(s.listener, syscall.EPOLL_CTL_ADD, syscall.EPOLLIN); err != nil {
		return err
	}
	events := make([]syscall.EpollEvent, 1024)
	for {
		n := wait(s.epoll, events)
		for _, e := range events[:n] {
			if int(e.Fd) == s.listener {
				s.accept()
			} else if c := s.conns[e.Fd]; c != nil {
				s.ready(int(e.Fd), c, e.Events)
			}
		}
	}
}

// wait asks once without telling Go's scheduler, and only then sleeps.
func wait(epoll int, events []syscall.EpollEvent) int {
	at, size := uintptr(unsafe.Pointer(&events[0])), uintptr(len(events))
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epoll), at, size, 0, 0, 0)
	if errno == 0 && n > 0 {
		return int(n)
	}
	got, err := syscall.EpollWait(epoll, events, -1)
	if err != nil {
		return 0
	}
	return got
}

func (s *server) watch(fd, op int, events uint32) error {
	return syscall.EpollCtl(s.epoll, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)})
}

func (s *server) accept() {
	for {
		fd, _, err := syscall.Accept4(s.listener, syscall.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		for fd >= len(s.conns) {
			s.conns = append(s.conns, make([]*conn, len(s.conns)+64)...)
		}
		s.conns[fd] = &conn{}
		if syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1) != nil ||
			s.watch(fd, syscall.EPOLL_CTL_ADD, syscall.EPOLLIN) != nil {
			s.close(fd)
		}
	}
}

func (s *server) close(fd int) {
	_ = syscall.Close(fd)
	s.conns[fd] = nil
}

func (s *server) ready(fd int, c *conn, events uint32) {
	if events&syscall.EPOLLOUT != 0 {
		out := c.out
		c.out = nil
		if !s.write(fd, c, out) {
			return
		}
	}
	if events&^syscall.EPOLLOUT == 0 {
		return
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&s.in[0])), uintptr(len(s.in)))
	switch {
	case errno == syscall.EAGAIN:
	case errno != 0 || n == 0:
		s.close(fd)
	default:
		if s.out = c.framer.Feed(s.in[:n], s.out[:0]); len(s.out) > 0 {
			s.write(fd, c, s.out)
		}
	}
}

// write writes what it can and keeps the rest.
func (s *server) write(fd int, c *conn, p []byte) (alive bool) {
	if len(c.out) == 0 {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
		switch {
		case errno == 0:
			p = p[n:]
		case errno != syscall.EAGAIN:
			s.close(fd)
			return false
		}
	}
	c.out = append(c.out, p...)
	if full := len(c.out) > 0; full != c.waiting {
		c.waiting = full
		events := uint32(syscall.EPOLLIN)
		if full {
			events |= syscall.EPOLLOUT
		}
		if s.watch(fd, syscall.EPOLL_CTL_MOD, events) != nil {
			s.close(fd)
			return false
		}
	}
	return true
}
