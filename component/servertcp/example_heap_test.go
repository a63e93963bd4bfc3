package servertcp_test

import (
	"bufio"
	"fmt"
	"net"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// sayTo sends lines to a server and prints what comes back.
func sayTo(addr net.Addr, lines ...string) {
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	for _, line := range lines {
		fmt.Fprintln(conn, line)
	}
	answers := bufio.NewScanner(conn)
	for answers.Scan() {
		fmt.Println(answers.Text())
	}
}

// Every connection has a state of its own, of the program's type.
func ExampleHeapOf() {
	type visitor struct{ lines int }

	k := kernel.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias: "counter", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			v := servertcp.HeapOf[visitor](c)
			v.lines++
			c.Put(fmt.Sprint(v.lines, " ", line))
			if line == "quit" {
				c.Shutdown()
			}
		}),
		ClientDisconnected: func(c *servertcp.Client) {
			fmt.Println("said", servertcp.HeapOf[visitor](c).lines, "lines")
			c.Kernel.Post(kernel.Alias("counter"), "shutdown")
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan bool)
	addr := server.Addr() // before Run: the listener belongs to the kernel's goroutine
	go func() { defer close(done); sayTo(addr, "hello", "quit") }()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	<-done
	// Unordered output:
	// 1 hello
	// 2 quit
	// said 2 lines
}

// The first form of POE's synopsis: a server that just accepts connections.
func ExampleConfig_acceptor() {
	k := kernel.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias: "acceptor", Address: "127.0.0.1",
		Acceptor: func(l *servertcp.Listener, s socketfactory.Socket) {
			fmt.Println("a connection from", s.Peer.Addr())
			s.Handle.Close() // the callback owns it
			l.Kernel.Yield("shutdown")
		},
		Error: func(l *servertcp.Listener, err *kernel.OpError) {
			fmt.Println(err.Op, int(err.Errno()), err.Text())
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan bool)
	addr := server.Addr() // before Run: the listener belongs to the kernel's goroutine
	go func() { defer close(done); sayTo(addr) }()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	<-done
	// Output: a connection from 127.0.0.1
}
