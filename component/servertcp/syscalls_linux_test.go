package servertcp_test

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/kernel"
)

// A system call that fails costs one connection at most, and is reported.
func TestFailingSystemCalls(t *testing.T) {
	if syscalltest.IsChild() {
		syscalltest.Serve(t, &faultyServer{})
	}
	syscalltest.Sweep(t, false, nil)
}

// faultyServer is a server with a client that is connected all the time and must not
// be affected.
type faultyServer struct {
	config    servertcp.Config
	address   string
	bystander net.Conn
}

func (p *faultyServer) Start(c *syscalltest.Child) {
	p.config = servertcp.Config{
		Address:     "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
		ClientError: func(_ *servertcp.Client, err *kernel.OpError) {
			if err.Err != io.EOF {
				c.Report(err)
			}
		},
		Timeouts: servertcp.Timeouts{Idle: time.Hour},
	}
	l, err := servertcp.Listen(c.Kernel, p.config)
	if err != nil {
		c.Report(err)
		return
	}
	p.address = l.Addr().String()
	if p.bystander, err = net.Dial("tcp", p.address); err != nil {
		c.Report(err)
	}
}

func (p *faultyServer) Check(_ *syscalltest.Child, done func(bool)) {
	go func() { done(echoes(p.bystander)) }()
}

// Operate makes another server, connects to both, wants answers, and ends.
func (p *faultyServer) Operate(c *syscalltest.Child, done func(bool)) {
	l, err := servertcp.Listen(c.Kernel, p.config)
	if err != nil {
		c.Report(err)
		done(false)
		return
	}
	address := l.Addr().String()
	go func() {
		ok := converses(p.address) && converses(address)
		c.Kernel.Outside().Post(l.ID(), "shutdown")
		if ok { // the port is closed in the end
			for range 200 {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					done(true)
					return
				}
				conn.Close()
				time.Sleep(10 * time.Millisecond)
			}
			c.Report("the port stays open")
			ok = false
		}
		done(ok)
	}()
}

// converses connects, gets an answer and disconnects, and reports whether the server
// has closed its end then.
func converses(address string) bool {
	conn, err := net.DialTimeout("tcp", address, 4*time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	if !echoes(conn) || conn.(*net.TCPConn).CloseWrite() != nil {
		return false
	}
	_, err = conn.Read(make([]byte, 1))
	return err == io.EOF
}

func echoes(conn net.Conn) bool {
	_ = conn.SetDeadline(time.Now().Add(4 * time.Second))
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && line == "hello\r\n"
}
