package clienttcp_test

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// echoServer is a server of plain sockets at a port of the system's choice.
func echoServer() (l net.Listener, port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _, _ = io.Copy(c, c) }()
		}
	}()
	return l, l.Addr().(*net.TCPAddr).Port
}

// POE's synopsis: a client with all of its callbacks.
func ExampleNew() {
	l, port := echoServer()
	defer l.Close()
	k := kernel.New()
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Started:   func(*clienttcp.Client) { fmt.Println("started") },
		Connected: func(c *clienttcp.Client) { fmt.Println("connected"); c.Put("hello") },
		ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) {
			fmt.Println(err.Op, int(err.Errno()), err.Text())
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			fmt.Println("got", line)
			c.Shutdown()
		}),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
			fmt.Println(err.Op, int(err.Errno()), err.Text())
		},
		ServerFlushed: func(*clienttcp.Client) { fmt.Println("flushed") },
		Disconnected:  func(*clienttcp.Client) { fmt.Println("disconnected") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// started
	// connected
	// flushed
	// got hello
	// disconnected
}

// The state of a client, of the program's type: here what is still to be asked.
func ExampleHeapOf() {
	type questions struct{ asked int }

	l, port := echoServer()
	defer l.Close()
	k := kernel.New()
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Backoff:   clienttcp.Backoff{Min: time.Second, Max: time.Minute}, // connects again if need be
		Connected: func(c *clienttcp.Client) { c.Put("question 1") },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			fmt.Println(line)
			q := clienttcp.HeapOf[questions](c)
			if q.asked++; q.asked == 3 {
				c.Shutdown()
				return
			}
			c.Put(fmt.Sprint("question ", q.asked+1))
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// question 1
	// question 2
	// question 3
}
