//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/csvrec"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/filter/jsonrec"
	"github.com/gopoe/poe/filter/msgpack"
	"github.com/gopoe/poe/filter/resp"
	"github.com/gopoe/poe/filter/sereal"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/filter/storable"
	"github.com/gopoe/poe/kernel"
)

// made turns a filter's constructor with its default configuration into a
// factory.
func made[C any, F filter.Filter](newFilter func(C) (F, error), config C) func() filter.Filter {
	return func() filter.Filter {
		f, err := newFilter(config)
		check(err)
		return f
	}
}

func reference(s filter.Serializer, compressed bool) func() filter.Filter {
	return made(filter.NewReference, filter.ReferenceConfig{Serializer: s, Compression: compressed})
}

// filters are those that can be attacked; nil is the server's own, lines.
var filters = map[string]func() filter.Filter{
	"line":          nil,
	"filter.Lines":  filter.Lines,
	"block":         made(filter.NewBlock, filter.BlockConfig{}),
	"netstring":     made(filter.NewNetstring, filter.NetstringConfig{}),
	"delimited":     made(filter.NewDelimited, filter.DelimitedConfig{Delimiter: "\n"}),
	"dotstuffed":    made(filter.NewDotStuffed, filter.DotStuffedConfig{}),
	"httpd":         made(httpd.New, httpd.Config{}),
	"irc":           made(irc.New, irc.Config{}),
	"csv":           made(csvrec.New, csvrec.Config{}),
	"json":          made(jsonrec.New, jsonrec.Config{}),
	"resp":          made(resp.New, resp.Config{}),
	"stomp":         made(stomp.New, stomp.Config{}),
	"reference":     reference(filter.JSON{}, false),
	"reference/zip": reference(filter.JSON{}, true),
	"msgpack":       reference(msgpack.Serializer{}, false),
	"sereal":        reference(sereal.Serializer{}, false),
	"storable":      reference(storable.Serializer{}, false),
}

// echo is what every server does: a record comes back, a request gets a page.
func echo(c *servertcp.Client, record any) {
	switch record := record.(type) {
	case *http.Request:
		c.Put(httpd.NewResponse(record, http.StatusOK, make([]byte, 10<<10)))
	default:
		c.Put(record)
	}
}

// serveFilter runs an echo server with defaults and another one with the
// filter, and prints where they listen. It ends with its standard input.
func serveFilter(name string) error {
	make, ok := filters[name]
	if !ok {
		return fmt.Errorf("no filter %q", name)
	}
	if few := os.Getenv("ATTACK_DESCRIPTORS"); few != "" {
		n, err := strconv.ParseUint(few, 10, 64)
		if err != nil {
			return err
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	quiet, err := servertcp.Listen(k, servertcp.Config{Alias: "quiet", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) })})
	if err != nil {
		return err
	}
	attacked := quiet
	if make != nil {
		attacked, err = servertcp.Listen(k, servertcp.Config{Alias: "attacked", Address: "127.0.0.1",
			ClientFilter: make, ClientInput: servertcp.Input(echo)})
		if err != nil {
			return err
		}
	}
	fmt.Println(quiet.Addr(), attacked.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return k.Run()
}

// server is the server's process.
type server struct {
	process         *exec.Cmd
	stdin           io.Closer
	quiet, attacked string // addresses
	gone            chan error
}

func startServer(filter string, descriptors int) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{process: exec.Command(self, "-serve", filter), gone: make(chan error, 1)}
	s.process.Stderr = os.Stderr
	if descriptors > 0 {
		s.process.Env = append(os.Environ(), fmt.Sprint("ATTACK_DESCRIPTORS=", descriptors))
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.stdin, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	if err := asServer.start(s.process); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server says nothing: %w", err)
	}
	if _, err := fmt.Sscan(line, &s.quiet, &s.attacked); err != nil {
		return nil, err
	}
	go func() { s.gone <- s.process.Wait() }()
	return s, nil
}

// stop ends the server and reports whether it was still there.
func (s *server) stop() (survived bool) {
	select {
	case <-s.gone:
		return false
	default:
	}
	s.stdin.Close()
	<-s.gone
	return true
}

// memory returns a figure of the process, in bytes: VmRSS now, or VmHWM, the
// peak.
func (s *server) memory(field string) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), field+":")
	line, _, _ := strings.Cut(after, "\n")
	var kilo int64
	fmt.Sscan(strings.TrimSpace(line), &kilo)
	return kilo << 10
}
