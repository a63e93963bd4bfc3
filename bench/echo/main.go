// Command echo is the server that the benchmarks measure: Server::TCP with the
// line filter and a plain ClientInput, the API that programs use. It answers
// every line with the same line.
//
//	echo PORT [text|bytes]
package main

import (
	"log"
	"os"
	"strconv"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: echo PORT [text|bytes]")
	}
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	input := servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) })
	if len(os.Args) > 2 && os.Args[2] == "bytes" {
		input = servertcp.Input(func(c *servertcp.Client, line []byte) { c.Put(line) })
	}
	k := kernel.New()
	if _, err := servertcp.Listen(k, servertcp.Config{Address: "127.0.0.1", Port: port, ClientInput: input}); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
}
