//go:build linux

package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// attack is one way to harm a server: what every connection sends, once or
// again and again, without reading any answer.
type attack struct {
	name        string
	filter      string
	conns       int // 0 is as many as the flag says
	descriptors int // 0 is as many as there are
	first       []byte
	large       func() []byte // makes first, if that takes long
	repeat      []byte        // until the attack is over; nil sends nothing more
	drip        bool          // one byte of repeat at a time
}

// attacks returns all of them. The server's process does without.
func attacks() []attack {
	return []attack{
		{name: "lines without an end", filter: "line", repeat: fill("x", 64<<10)},
		{name: "one long line, then drops", filter: "line", conns: 8, first: fill("x", 60<<20), repeat: []byte("x"), drip: true},
		{name: "lines, answers not read", filter: "line", repeat: fill("0123456789abcdef\n", 64<<10)},
		{name: "long lines, answers not read", filter: "line", repeat: append(fill("x", 900<<10), '\n')},
		{name: "empty lines, answers not read", filter: "line", repeat: fill("\n", 64<<10)},
		{name: "connections, nothing else", filter: "line"},
		{name: "more connections than descriptors", filter: "line", conns: 100, descriptors: 64, repeat: []byte("x\n"), drip: true},
		{name: "pipelined HTTP, answers not read", filter: "httpd", repeat: fill("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 56<<10)},
		{name: "HTTP bodies without an end", filter: "httpd", first: []byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"), repeat: fill("x", 64<<10)},
		{name: "HTTP headers without an end", filter: "httpd", first: []byte("GET / HTTP/1.1\r\n"), repeat: fill("X-Header: value\r\n", 64<<10)},
		{name: "filter.Lines without an end", filter: "filter.Lines", repeat: fill("x", 64<<10)},
		{name: "block without an end", filter: "block", first: []byte("60000000\x00"), repeat: fill("x", 64<<10)},
		{name: "netstring without an end", filter: "netstring", first: []byte("60000000:"), repeat: fill("x", 64<<10)},
		{name: "delimited without an end", filter: "delimited", repeat: fill("x", 64<<10)},
		{name: "dotstuffed without an end", filter: "dotstuffed", repeat: fill("text\r\n", 64<<10)},
		{name: "irc without an end", filter: "irc", repeat: fill("x", 64<<10)},
		{name: "csv without an end", filter: "csv", first: []byte(`"`), repeat: fill("x", 64<<10)},
		{name: "json without an end", filter: "json", repeat: fill("[", 64<<10)},
		{name: "resp without an end", filter: "resp", first: []byte("*1\r\n$60000000\r\n"), repeat: fill("x", 64<<10)},
		{name: "stomp without an end", filter: "stomp", first: []byte("SEND\ndestination:/x\n\n"), repeat: fill("x", 64<<10)},
		{name: "reference without an end", filter: "reference", first: []byte("60000000\x00"), repeat: fill("x", 64<<10)},
		{name: "reference, 0.5 MB that inflate to 500", filter: "reference/zip", conns: 4, large: func() []byte { return frame(deflated(500 << 20)) }},
		{name: "msgpack, 4 MB of empty lists", filter: "msgpack", conns: 4, first: frame(emptyLists(4 << 20))},
	}
}

func fill(unit string, size int) []byte { return bytes.Repeat([]byte(unit), size/len(unit)) }

// frame is a frame of a Reference filter.
func frame(body []byte) []byte { return append(fmt.Appendf(nil, "%d\x00", len(body)), body...) }

func deflated(size int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	chunk := fill(" ", 1<<20)
	for range size >> 20 {
		_, _ = z.Write(chunk)
	}
	_ = z.Close()
	return b.Bytes()
}

func emptyLists(n int) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(n)), fill("\x90", n)...)
}

// result is what an attack has done.
type result struct {
	conns           int
	sent            int64
	idle, peak      int64 // bytes of memory
	quiet, attacked time.Duration
	survived        bool
}

// run runs the attack against a new server.
func (a *attack) run(conns int, d time.Duration) (r result, err error) {
	if a.conns > 0 {
		conns = a.conns
	}
	s, err := startServer(a.filter, a.descriptors)
	if err != nil {
		return r, err
	}
	r.conns = conns
	p, err := startProbe(s.quiet, d)
	if err != nil {
		return r, err
	}
	defer p.stop()
	if r.quiet, err = p.p99(); err != nil {
		return r, err
	}
	r.idle = s.memory("VmRSS")
	hostile, err := startAttackers(a.name, s.attacked, conns)
	if err != nil {
		return r, err
	}
	fmt.Fprintln(p.begin)
	if r.attacked, err = p.p99(); err != nil {
		return r, err
	}
	r.peak = s.memory("VmHWM")
	if r.sent, err = hostile.stop(); err != nil {
		return r, err
	}
	r.survived = s.stop()
	return r, nil
}

// connect is one hostile connection. What the server refuses is no failure.
func (a *attack) connect(addr string, over <-chan struct{}, sent *atomic.Int64) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return
	}
	defer conn.Close()
	go func() {
		<-over
		conn.Close() // ends a Write that waits
	}()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	n, err := conn.Write(a.first)
	sent.Add(int64(n))
	for err == nil && len(a.repeat) > 0 {
		select {
		case <-over:
			return
		default:
		}
		n, err = conn.Write(a.repeat)
		sent.Add(int64(n))
		if a.drip {
			time.Sleep(50 * time.Millisecond)
		}
	}
	<-over
}
