package servertcp_test

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// BenchmarkEcho is what one line costs, through a socket and back, with many in
// flight: server and client together.
func BenchmarkEcho(b *testing.B) {
	b.Run("any", func(b *testing.B) {
		echo(b, servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }))
	})
	b.Run("text", func(b *testing.B) {
		echo(b, servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }))
	})
	b.Run("bytes", func(b *testing.B) {
		echo(b, servertcp.Input(func(c *servertcp.Client, line []byte) { c.PutBytes(line) }))
	})
}

// BenchmarkConnection is what a connection costs that says one line and goes:
// server and client together.
func BenchmarkConnection(b *testing.B) {
	k := kernel.New()
	l, err := servertcp.Listen(k, servertcp.Config{Alias: "echo", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) })})
	if err != nil {
		b.Fatal(err)
	}
	failed := make(chan error, 1)
	go func(addr string) {
		defer k.Outside().Post(kernel.Alias("echo"), "shutdown")
		line, back, err := []byte("line\r\n"), make([]byte, 6), error(nil)
		for n := 0; n < b.N && err == nil; n++ {
			var conn net.Conn
			if conn, err = net.Dial("tcp", addr); err != nil {
				break
			}
			if _, err = conn.Write(line); err == nil {
				_, err = io.ReadFull(conn, back)
			}
			conn.Close()
		}
		failed <- err
	}(l.Addr().String())
	b.ReportAllocs()
	b.ResetTimer()
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
	if err := <-failed; err != nil {
		b.Fatal(err)
	}
}

func echo(b *testing.B, input servertcp.InputHandler) {
	const batch = 32
	k := kernel.New()
	l, err := servertcp.Listen(k, servertcp.Config{Alias: "echo", Address: "127.0.0.1", ClientInput: input})
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.Repeat([]byte("the line that is sent and comes back, sixty-four bytes long. ..\r\n"), batch)
	back := make([]byte, len(lines))
	failed := make(chan error, 1)
	go func(addr string) {
		defer k.Outside().Post(kernel.Alias("echo"), "shutdown")
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			failed <- err
			return
		}
		defer conn.Close()
		for sent := 0; sent < b.N && err == nil; sent += batch {
			if _, err = conn.Write(lines); err == nil {
				_, err = io.ReadFull(conn, back)
			}
		}
		failed <- err
	}(l.Addr().String())
	b.ReportAllocs()
	b.ResetTimer()
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if err := <-failed; err != nil || !bytes.Equal(lines, back) {
		b.Fatal(err, string(back[:66]))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
