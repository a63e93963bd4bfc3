package clienttcp_test

import (
	"io"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/kernel"
)

// A system call that fails costs one connection at most, and is reported.
func TestFailingSystemCalls(t *testing.T) {
	if syscalltest.IsChild() {
		syscalltest.Serve(t, &clients{})
	}
	syscalltest.Sweep(t, false, nil)
}

// clients connects clients; another one, which is connected all the time, must
// not be affected.
type clients struct {
	port      int
	bystander *clienttcp.Client
	answered  func(ok bool)
}

func (p *clients) Start(c *syscalltest.Child) {
	_, p.port = echoServer()
	p.answered = func(bool) {}
	var err error
	p.bystander, err = clienttcp.New(c.Kernel, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: p.port,
		Connected:    func(*clienttcp.Client) {},
		ServerInput:  clienttcp.Input(func(_ *clienttcp.Client, line string) { p.answered(line == "still here") }),
		ServerError:  func(_ *clienttcp.Client, err *kernel.OpError) { c.Report("bystander", err) },
		Disconnected: func(*clienttcp.Client) { c.Report("bystander disconnected") },
	})
	if err != nil {
		c.Report(err)
	}
}

func (p *clients) Check(_ *syscalltest.Child, done func(bool)) {
	p.answered = done
	p.bystander.Put("still here")
}

// Operate connects, wants an answer, and disconnects.
func (p *clients) Operate(c *syscalltest.Child, done func(bool)) {
	answers := 0
	_, err := clienttcp.New(c.Kernel, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: p.port, ConnectTimeout: 5 * time.Second,
		Connected:    func(client *clienttcp.Client) { client.Put("hello") },
		ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) { c.Report(err); done(false) },
		ServerInput: clienttcp.Input(func(client *clienttcp.Client, line string) {
			answers++
			client.Shutdown()
		}),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
			if err.Err != io.EOF {
				c.Report(err)
			}
		},
		Disconnected: func(*clienttcp.Client) { done(answers == 1) },
	})
	if err != nil {
		c.Report(err)
		done(false)
	}
}
