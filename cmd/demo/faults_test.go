package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/poetest"
)

// exchange is what a client sends, which may be nothing, and the answer to it, in
// which NAME stands for the client's name.
type exchange struct{ sends, hears string }

// talks are conversations with the demonstrations.
var talks = map[string][]exchange{
	"echo":      {{"", "Smile from the server!"}, {"one", "one"}, {"two", "two"}, {"three", "three"}, {"quit", "B'bye!"}},
	"chargen":   {{"", characters(0)}, {"", characters(1)}, {"more", characters(2)}, {"", characters(3)}},
	"chat":      {{"", "your name?"}, {"", "that name is taken; your name?"}, {"NAME", "welcome, NAME"}, {"/quit", "goodbye"}},
	"challenge": {{"", "user?"}, {"NAME", "what is twice "}, {"wrong", "denied"}},
}

// Each call of each demonstration's server fails in turn. Then its clients, whose own
// calls do not fail, get a part of what they should get, whole and in order, and the
// server serves the next one; or it has ended with an error.
func TestEachCallOfTheServersFails(t *testing.T) {
	for _, d := range demonstrations {
		t.Run(d.name, func(t *testing.T) {
			poetest.Faults{}.Run(t, func(t *testing.T, k *poe.Kernel) error { return visited(t, k, d) })
		})
	}
}

// visited runs a demonstration until a client has come to the end of its talk.
func visited(t *testing.T, k *poe.Kernel, d *demonstration) error {
	l, err := d.start(k, newPrinter(io.Discard, false), "127.0.0.1:0")
	if err != nil {
		return err
	}
	served, addr := make(chan error, 1), l.Addr().String()
	go func() {
		served <- visits(t, d.name, addr)
		k.Outside().Post(poe.Alias(d.name), "shutdown")
	}()
	return errors.Join(k.Run(), <-served)
}

// visits lets clients come, one after the other, until one is served to the end. Of
// two it may be one whose calls fail.
func visits(t *testing.T, name, addr string) (err error) {
	for n := range 3 {
		if err = visit(t, talks[name], fmt.Sprint("guest", n), addr); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the third client is not served either: %w", err)
}

// visit is one client. It fails the test for an answer that is not the one to what
// was asked; the error is how its connection has ended before its talk.
func visit(t *testing.T, talk []exchange, name, addr string) error {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second)) // a TCP connection has deadlines
	in := bufio.NewReader(conn)
	for _, x := range talk {
		if x.sends != "" || strings.HasPrefix(x.hears, "that name") {
			if _, err := io.WriteString(conn, strings.ReplaceAll(x.sends, "NAME", name)+"\r\n"); err != nil {
				return err
			}
		}
		line, err := next(in, name+" comes in")
		if err != nil {
			return err
		}
		want := strings.ReplaceAll(x.hears, "NAME", name)
		if !assert.True(t, strings.HasPrefix(line, want), "%s: sent %q, wants %q, got %q", name, x.sends, want, line) {
			return nil
		}
	}
	return nil
}

// next reads a whole line other than one, which chat may send before it.
func next(in *bufio.Reader, other string) (string, error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line = strings.TrimRight(line, "\r\n"); line != other {
			return line, nil
		}
	}
}
