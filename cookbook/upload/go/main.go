// A store for files: commands are lines, a file is as many bytes as the line
// before it says. The filter changes in the middle of the stream, and back.
//
//	go run . PORT
package main

import (
	"crypto/md5"
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
)

const limit = 1_000_000

// files is what the connections share.
type files map[string]string

// transfer is the heap of a connection: the name of the file that comes, if one
// does.
type transfer struct{ receiving string }

func main() {
	port := 4014
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:         "127.0.0.1",
		Port:            port,
		ClientConnected: func(c *servertcp.Client) { c.Heap = &transfer{} },
		ClientInput:     servertcp.Input(files{}.input),
		ClientError:     func(*servertcp.Client, *poe.OpError) {},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// input gets a line, or the file that the line before it has announced.
func (f files) input(c *servertcp.Client, record string) {
	t := c.Heap.(*transfer)
	if t.receiving == "" {
		f.command(c, record)
		return
	}
	name := t.receiving
	t.receiving = ""
	f.received(c, name, record)
}

var (
	putting = regexp.MustCompile(`^put (\w+) (\d{1,7})$`)
	asking  = regexp.MustCompile(`^(get|sum|delete) (\w+)$`)
)

func (f files) command(c *servertcp.Client, line string) {
	if m := putting.FindStringSubmatch(line); m != nil {
		size, _ := strconv.Atoi(m[2])
		announced(c, m[1], size)
		return
	}
	if m := asking.FindStringSubmatch(line); m != nil {
		f.asked(c, m[1], m[2])
		return
	}
	switch line {
	case "list":
		for _, name := range slices.Sorted(maps.Keys(f)) {
			c.Put(fmt.Sprint(name, " ", len(f[name])))
		}
		c.Put("That is all.")
	case "quit":
		c.Shutdown()
	default:
		c.Put("put NAME SIZE, get NAME, sum NAME, delete NAME, list or quit")
	}
}

func announced(c *servertcp.Client, name string, size int) {
	if size > limit {
		c.Put(fmt.Sprintf("No more than %d bytes.", limit))
		return
	}
	if size < 1 {
		c.Put("No less than 1 byte.")
		return
	}
	block, err := filter.NewBlock(filter.BlockConfig{BlockSize: size})
	if err != nil {
		panic(err)
	}
	c.Heap.(*transfer).receiving = name
	c.Wheel.SetInputFilter(block)
}

func (f files) asked(c *servertcp.Client, what, name string) {
	bytes, there := f[name]
	switch {
	case !there:
		c.Put("There is no " + name + ".")
	case what == "get":
		send(c, bytes)
	case what == "sum":
		c.Put(fmt.Sprintf("%x", md5.Sum([]byte(bytes))))
	default:
		delete(f, name)
		c.Put("Gone.")
	}
}

// received lets what has come behind the file go from one filter to the other.
func (f files) received(c *servertcp.Client, name, bytes string) {
	f[name] = bytes
	c.Put(fmt.Sprintf("%s has %d bytes.", name, len(bytes)))
	c.Wheel.SetInputFilter(filter.Lines())
}

// send sends the size as a line, and the file as it is.
func send(c *servertcp.Client, bytes string) {
	c.Put(strconv.Itoa(len(bytes)))
	c.Wheel.SetOutputFilter(filter.NewStream())
	c.Put(bytes)
	c.Wheel.SetOutputFilter(filter.Lines())
}
