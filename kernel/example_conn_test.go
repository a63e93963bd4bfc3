package kernel_test

import (
	"bufio"
	"fmt"
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Any connection of package net can be watched, without a descriptor: here a
// server on one end of a net.Pipe, with a goroutine as its client.
func ExampleConn() {
	server, client := net.Pipe()
	k := kernel.New()
	h := kernel.Conn(server)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.SelectRead(h, "got_input") },
		"got_input": func(e kernel.Event) {
			buf := make([]byte, 100)
			n, err := h.Read(buf)
			if err != nil {
				return // nothing yet
			}
			fmt.Fprintf(h, "you said %s", buf[:n])
			h.Close() // what was written still goes out
		},
	})
	answer := make(chan string)
	go func() {
		fmt.Fprintln(client, "hello")
		line, _ := bufio.NewReader(client).ReadString('\n')
		answer <- line
	}()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(<-answer)
	// Output:
	// you said hello
}

// A listener of package net: Accept returns handles.
func ExampleListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	h := kernel.Listener(l)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.SelectRead(h, "got_connection") },
		"got_connection": func(e kernel.Event) {
			c, from, err := h.Accept()
			if err != nil {
				return // kernel.ErrWouldBlock, or what is wrong with the listener
			}
			fmt.Println("a connection of network", from.Network())
			c.Close()
			h.Close()
		},
	})
	go net.Dial("tcp", l.Addr().String())
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a connection of network tcp
}
