package script

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// connection talks in lines.
type connection struct {
	net.Conn
	lines *bufio.Scanner
}

func newConnection(conn net.Conn) *connection { return &connection{conn, bufio.NewScanner(conn)} }

// network is what an address belongs to: a path is a unix socket.
func network(addr, kind, unix string) string {
	if strings.HasPrefix(addr, "/") {
		return unix
	}
	return kind
}

func connect(addr string) (*connection, error) {
	conn, err := net.DialTimeout(network(addr, "tcp", "unix"), addr, Timeout)
	if err != nil {
		return nil, err
	}
	return newConnection(conn), nil
}

func (c *connection) say(text string) error {
	_, err := fmt.Fprintf(c, "%s\n", text)
	return err
}

func (c *connection) hear() (string, error) {
	if err := c.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return "", err
	}
	if c.lines.Scan() {
		return c.lines.Text(), nil
	}
	if err := c.lines.Err(); err != nil {
		return "", err
	}
	return "", io.EOF
}

func (c *connection) close() error { return c.Close() }
