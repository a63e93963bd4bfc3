package servertcp_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"

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

// One server on two kernels; any of them may shut it down.
func ExampleServe() {
	err := servertcp.Serve(context.Background(), servertcp.ServeConfig{
		Kernels: 2,
		Config: servertcp.Config{
			Alias:   "upper",
			Address: "127.0.0.1",
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				c.Put(strings.ToUpper(line))
				c.Shutdown()
				if err := c.Kernel.Post(kernel.Alias("upper"), "shutdown"); err != nil {
					fmt.Println(err)
				}
			}),
		},
		Listening: func(s *servertcp.Shards) {
			go func() {
				conn, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					fmt.Println(err)
					return
				}
				defer conn.Close()
				fmt.Fprintf(conn, "hello\n")
				line, _ := bufio.NewReader(conn).ReadString('\n')
				answers <- strings.TrimSpace(line)
			}()
		},
	})
	fmt.Println(<-answers, err)
	// Output: HELLO <nil>
}

var answers = make(chan string, 1)
