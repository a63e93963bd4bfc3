package conformance

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// fill connects to a socket that nobody accepts from until its queue is full.
func (p *port) fill(port int) {
	for range 5 {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			p.Fatal(err)
		}
		p.Cleanup(func() { syscall.Close(fd) })
		syscall.SetNonblock(fd, true)
		syscall.Connect(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port})
	}
}

func p536(p *port) {
	k := p.kernel()
	_, full := p.boundSocket(0)
	p.asks("fills the queue", func() error { p.fill(full); return nil })
	_, open := p.listen()
	run := func(label string, port int, timeout time.Duration) {
		p.out("-- " + label)
		p.client(k, port, clienttcp.Config{
			ConnectTimeout: timeout,
			Started:        func(*clienttcp.Client) { p.out("Started") },
			Connected:      func(*clienttcp.Client) { p.out("Connected"); k.Yield("shutdown") },
			ConnectError: func(c *clienttcp.Client, err *kernel.OpError) {
				p.out("ConnectError", err.Op, errnoName(int(err.Errno())), capital(err.Text()), "connected", number(c.Connected))
			},
			Disconnected: func(*clienttcp.Client) { p.out("Disconnected") },
			InlineStates: states{"_stop": func(kernel.Event) { p.out("_stop") }},
		})
		start := k.Now()
		k.Run()
		p.out("took less than 5 seconds:", yesNo(k.Now().Sub(start) < 5*time.Second))
	}
	run("in time", open, time.Minute)
	run("no answer", full, time.Second)
}
