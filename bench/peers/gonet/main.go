// Command gonet is a line echo on package net, with a goroutine for each
// connection and package bufio. Replies are flushed when no complete line is
// buffered any more.
//
//	gonet PORT
package main

import (
	"bufio"
	"bytes"
	"net"
	"os"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go serve(c)
	}
}

func serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	w := bufio.NewWriter(c)
	var big []byte
	for {
		line, err := r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			big = append(big[:0], line...)
			for err == bufio.ErrBufferFull {
				line, err = r.ReadSlice('\n')
				big = append(big, line...)
			}
			line = big
		}
		if err != nil {
			return
		}
		line = line[:len(line)-1]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		w.Write(line)
		w.WriteString("\r\n")
		if n := r.Buffered(); n > 0 {
			b, _ := r.Peek(n)
			if bytes.IndexByte(b, '\n') >= 0 {
				continue
			}
		}
		if w.Flush() != nil {
			return
		}
	}
}
