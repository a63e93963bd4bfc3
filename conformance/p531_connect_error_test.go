package conformance

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// boundSocket is a socket that has a port and does not listen, or with a queue
// of 0 or more does.
func (p *port) boundSocket(queue int) (fd, port int) {
	port = must(kernel.Recorded(p.k, "binds", func() (int, error) {
		fd, port = p.bind(queue)
		return port, nil
	}))
	return fd, port
}

func (p *port) bind(queue int) (fd, port int) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		p.Cleanup(func() { syscall.Close(fd) })
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil && queue >= 0 {
		err = syscall.Listen(fd, queue)
	}
	name, nameErr := syscall.Getsockname(fd)
	if err != nil || nameErr != nil {
		p.Fatal(err, nameErr)
	}
	return fd, name.(*syscall.SockaddrInet4).Port
}

func p531(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) { p.out("warning:", serverWarning(message, attrs)) }
	_, closed := p.boundSocket(-1)
	_, open := p.listen()
	run := func(label string, failed func(*clienttcp.Client, *kernel.OpError)) {
		p.out("-- " + label)
		p.client(k, closed, clienttcp.Config{
			ConnectError: failed,
			Connected: func(c *clienttcp.Client) {
				p.out("Connected", "to the", is(c.Arg(2) == any(open), "open port", "other port"))
				k.Yield("shutdown")
			},
			Disconnected: func(*clienttcp.Client) { p.out("Disconnected") },
			InlineStates: states{"_stop": func(kernel.Event) { p.out("_stop") }},
		})
		k.Run()
	}
	run("one attempt", func(c *clienttcp.Client, err *kernel.OpError) {
		p.out("ConnectError", err.Op, errnoName(int(err.Errno())), capital(err.Text()), "argc", len(c.Args),
			"wheel id", is(c.Arg(3) == any(c.Factory.ID()), "matches", "differs"), "connected", number(c.Connected))
	})
	tries := 0
	run("reconnect from ConnectError", func(*clienttcp.Client, *kernel.OpError) {
		tries++
		p.out("ConnectError", tries)
		if tries < 3 {
			k.Delay("reconnect", 10*time.Millisecond)
		}
	})
	run("connect with another port", func(c *clienttcp.Client, _ *kernel.OpError) {
		p.out("ConnectError")
		c.ConnectTo("", open)
	})
	run("default handler", nil)
}
