package servertcp_test

import (
	"bufio"
	"fmt"
	"net"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// An echo server, and a client that talks to it from another goroutine.
func Example() {
	k := kernel.New()
	server, err := servertcp.New(k, servertcp.Config{
		Alias:   "echo",
		Address: "127.0.0.1",
		ClientConnected: func(c *servertcp.Client) {
			c.Put("Smile from the server!")
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if line == "quit" {
				c.Put("B'bye!")
				c.Shutdown()
				return
			}
			c.Put(line)
		}),
		ClientDisconnected: func(c *servertcp.Client) {
			c.Kernel.Post(kernel.Alias("echo"), "shutdown")
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan bool)
	go func(addr string) {
		defer close(done)
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "hello\nquit\n")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			fmt.Println(lines.Text())
		}
	}(server.Addr().String())
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	<-done
	// Output:
	// Smile from the server!
	// hello
	// B'bye!
}
