package script

import (
	"fmt"
	"net"
	"syscall"
	"time"
)

// server is one that the program connects to.
type server struct {
	port     int
	listener *net.TCPListener
	close    func() error
}

func (s *stage) listen(name string) error {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	s.after(func() { _ = l.Close() })
	s.servers[name] = &server{l.Addr().(*net.TCPAddr).Port, l, func() error { return stop(l) }}
	return nil
}

// stop closes a listening socket for everybody. Another test may be starting a
// program, which has a copy of it until it is executed: the lock waits for that.
func stop(l net.Listener) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return l.Close()
}

func (s *server) accept() (peer, error) {
	if s.listener == nil {
		return nil, fmt.Errorf("not a server with connections")
	}
	if err := s.listener.SetDeadline(time.Now().Add(Timeout)); err != nil {
		return nil, err
	}
	conn, err := s.listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConnection(conn), nil
}
