// Command gnet is a line echo on gnet, one event loop, which makes a string of every
// line as a program would that looks at it. It is a module of its own, so that
// nothing else needs gnet.
//
//	gnet PORT
package main

import (
	"bytes"
	"log"
	"os"

	"github.com/panjf2000/gnet/v2"
)

type echo struct{ gnet.BuiltinEventEngine }

// OnTraffic answers the lines that are whole with one write.
func (*echo) OnTraffic(c gnet.Conn) gnet.Action {
	in, err := c.Peek(-1)
	if err != nil {
		return gnet.Close
	}
	replies := make([]byte, 0, len(in)+2)
	used := 0
	for {
		line, _, whole := bytes.Cut(in[used:], []byte("\n"))
		if !whole {
			break
		}
		used += len(line) + 1
		text := string(bytes.TrimSuffix(line, []byte("\r")))
		replies = append(append(replies, text...), "\r\n"...)
	}
	if _, err := c.Discard(used); err != nil {
		return gnet.Close
	}
	if len(replies) > 0 {
		if _, err := c.Write(replies); err != nil {
			return gnet.Close
		}
	}
	return gnet.None
}

func main() {
	log.Fatal(gnet.Run(&echo{}, "tcp://127.0.0.1:"+os.Args[1], gnet.WithNumEventLoop(1)))
}
