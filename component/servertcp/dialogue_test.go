package servertcp_test

import (
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// login is a dialogue: every step is a callback that says what comes next.
type login struct{ user string }

func (d *login) name(c *servertcp.Client, line string) {
	d.user = line
	c.Put("password?")
	c.SetInput(servertcp.Input(d.password))
}

func (d *login) password(c *servertcp.Client, line string) {
	if line != "swordfish" {
		c.Put("no")
		c.Shutdown()
		return
	}
	c.Put("welcome " + d.user)
	c.SetInput(servertcp.Input(d.command))
}

func (d *login) command(c *servertcp.Client, line string) {
	c.Put(d.user + " says " + line)
	if line == "quit" {
		c.Shutdown()
	}
}

// A challenge and its response, and what is allowed after them.
func ExampleClient_SetInput() {
	k := kernel.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias: "server", Address: "127.0.0.1",
		ClientConnected: func(c *servertcp.Client) {
			c.Put("user?")
			c.SetInput(servertcp.Input(new(login).name))
		},
		ClientInput:        servertcp.Input(func(*servertcp.Client, string) {}), // every client is given another
		ClientDisconnected: func(c *servertcp.Client) { c.Kernel.Post(kernel.Alias("server"), "shutdown") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	talk, addr := make(chan string), server.Addr()
	go func() { talk <- converse(addr, "alice\nswordfish\nhello\nquit\n") }()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(<-talk)
	// Output:
	// user?
	// password?
	// welcome alice
	// alice says hello
	// alice says quit
}

// converse sends a text and returns all that comes back.
func converse(addr net.Addr, text string) string {
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	fmt.Fprint(conn, text)
	return lines(conn)
}

// lines returns what comes until the end, with plain line ends.
func lines(conn net.Conn) string {
	all, err := io.ReadAll(conn)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(all), "\r\n", "\n")
}
