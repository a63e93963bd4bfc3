// Command echo is the server that the benchmarks measure: Server::TCP with the
// line filter and a plain ClientInput, the API that programs use. It answers
// every line with the same line.
//
//	echo [-kernels N] [-work DURATION] PORT [text|bytes|any]
//
// With text and bytes records are of that type, and put by PutText and PutBytes.
// With any they are strings, and put by Put, which takes all that a filter does.
package main

import (
	"context"
	"flag"
	"log"
	"strconv"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
)

func main() {
	size := flag.Int("kernels", 1, "how many `kernels` share the port")
	handOff := flag.Bool("handoff", false, "let one of them accept for all")
	eager := flag.Bool("eager", false, "write answers at once, see servertcp.Config.EagerOutput")
	work := flag.Duration("work", 0, "how long to compute for every line")
	flag.Parse()
	port, err := strconv.Atoi(flag.Arg(0))
	if err != nil {
		log.Fatal("usage: echo [flags] PORT [text|bytes]")
	}
	input := servertcp.Input(func(c *servertcp.Client, line string) { compute(*work); c.PutText(line) })
	switch flag.Arg(1) {
	case "any":
		input = servertcp.Input(func(c *servertcp.Client, line string) { compute(*work); c.Put(line) })
	case "bytes":
		input = servertcp.Input(func(c *servertcp.Client, line []byte) { compute(*work); c.PutBytes(line) })
	}
	if *size == 1 {
		err = single(port, *eager, input)
	} else {
		err = sharded(*size, port, *handOff, input)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func single(port int, eager bool, input servertcp.InputHandler) error {
	k := kernel.New()
	if _, err := servertcp.Listen(k, servertcp.Config{Address: "127.0.0.1", Port: port, EagerOutput: eager, ClientInput: input}); err != nil {
		return err
	}
	return k.Run()
}

func sharded(size, port int, handOff bool, input servertcp.InputHandler) error {
	shards, err := servertcp.NewShards(servertcp.ShardConfig{Shards: size, HandOff: handOff, Address: servertcp.Address{Address: "127.0.0.1", Port: port}})
	if err != nil {
		return err
	}
	return kernelgroup.Run(context.Background(), kernelgroup.Config{Size: size, Setup: func(m *kernelgroup.Member) error {
		_, err := shards.New(m.Kernel, servertcp.Config{ClientInput: input})
		return err
	}})
}

// compute keeps the processor busy, as a handler that has something to do.
func compute(d time.Duration) {
	if d == 0 {
		return
	}
	for began := time.Now(); time.Since(began) < d; {
	}
}
