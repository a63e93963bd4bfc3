package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// serverPrograms are the ports of the programs about the TCP server.
var serverPrograms = map[string]func(*port){
	"501-server-lifecycle":             p501,
	"503-server-acceptor":              p503,
	"504-server-croaks":                p504,
	"505-server-shutdown-alias":        p505,
	"507-server-concurrency":           p507,
	"509-server-started-stopped-error": p509,
	"510-server-client-args":           p510,
	"512-server-filters":               p512,
	"513-server-marks":                 p513,
	"515-server-states":                p515,
	"517-server-unix-domain":           p517,
	"520-server-challenge-response":    p520,
	"950-server-connection-shutdown":   p950,
	"951-server-preconnect":            p951,
	"952-server-client-error":          p952,
	"954-server-session-params":        p954,
}

// clientPrograms are those about the TCP client.
var clientPrograms = map[string]func(*port){
	"530-client-lifecycle":       p530,
	"531-client-connect-error":   p531,
	"534-client-server-error":    p534,
	"536-client-connect-timeout": p536,
	"538-client-filter-marks":    p538,
	"540-tcp-pair-conversation":  p540,
	"956-client-reconnect":       p956,
	"958-client-shutdown":        p958,
	"959-client-croaks":          p959,
}

const loopback = "127.0.0.1"

// server starts a server at the loopback address. Every port needs one.
func (p *port) server(k *kernel.Kernel, c servertcp.Config) *servertcp.Listener {
	if c.Address == "" {
		c.Address = loopback
	}
	l, err := servertcp.New(k, c)
	if err != nil {
		p.Fatal(err)
	}
	return l
}

// client starts a client that connects to a port of the loopback address.
func (p *port) client(k *kernel.Kernel, port int, c clienttcp.Config) *clienttcp.Client {
	if c.RemoteAddress == "" {
		c.RemoteAddress, c.RemotePort = loopback, port
	}
	if c.ServerInput == nil {
		c.ServerInput = clienttcp.Input(func(*clienttcp.Client, string) {})
	}
	client, err := clienttcp.New(k, c)
	if err != nil {
		p.Fatal(err)
	}
	return client
}

// noInput is a ClientInput that does nothing.
func noInput() servertcp.InputHandler { return servertcp.Input(func(*servertcp.Client, string) {}) }

// dial is the programs' connect_to: a blocking socket of the program's own.
func (p *port) dial(port int) *plain {
	s := &plain{p: p}
	p.asks("connects", func() (err error) {
		if s.c, err = net.Dial("tcp", net.JoinHostPort(loopback, strconv.Itoa(port))); err == nil {
			p.Cleanup(func() { s.c.Close() })
		}
		return err
	})
	return s
}

// accepts reports whether a connection to a port is accepted.
func (p *port) accepts(port int) bool {
	return must(kernel.Recorded(p.k, "connects", func() (bool, error) {
		c, err := net.Dial("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
		if err == nil {
			c.Close()
		}
		return err == nil, nil
	}))
}

// listen is a listening socket of the program's own.
func (p *port) listen() (l net.Listener, port int) {
	port = must(kernel.Recorded(p.k, "listens", func() (int, error) {
		var err error
		if l, err = net.Listen("tcp", loopback+":0"); err != nil {
			return 0, err
		}
		p.Cleanup(func() { l.Close() })
		return l.Addr().(*net.TCPAddr).Port, nil
	}))
	return l, port
}

// accept takes the next connection of such a socket.
func (p *port) accept(l net.Listener) *plain {
	s := &plain{p: p}
	p.asks("accepts", func() (err error) {
		s.c, err = l.Accept()
		return err
	})
	return s
}

// plain is a blocking socket, with what the programs do to theirs. In a replay
// there is none, and the recording has what it did.
type plain struct {
	p *port
	c net.Conn
}

func (s *plain) write(text string) {
	s.p.asks("writes", func() error {
		_, err := s.c.Write([]byte(text))
		return err
	})
}

// read is sysread of up to n bytes; the end of the stream is empty.
func (s *plain) read(n int) string {
	return must(kernel.Recorded(s.p.k, "reads", func() (string, error) {
		buf := make([]byte, n)
		n, _ := s.c.Read(buf)
		return string(buf[:n]), nil
	}))
}

// readAll reads to the end of the stream.
func (s *plain) readAll() []byte {
	return must(kernel.Recorded(s.p.k, "reads to the end", func() ([]byte, error) {
		all, _ := io.ReadAll(s.c)
		return all, nil
	}))
}

// peer is the address at the other end.
func (s *plain) peer() string {
	return must(kernel.Recorded(s.p.k, "asks for the peer", func() (string, error) { return s.c.RemoteAddr().(*net.TCPAddr).IP.String(), nil }))
}

func (s *plain) close() { s.p.asks("closes", func() error { return s.c.Close() }) }

// reset closes with SO_LINGER 0.
func (s *plain) reset() {
	s.p.asks("sets SO_LINGER", func() error { return s.c.(*net.TCPConn).SetLinger(0) })
}

func (s *plain) port() int {
	return must(kernel.Recorded(s.p.k, "asks for the port", func() (int, error) { return s.c.LocalAddr().(*net.TCPAddr).Port, nil }))
}

// handle gives the socket to the kernel.
func (s *plain) handle() *kernel.Handle {
	return must(kernel.Recorded(s.p.k, "makes a handle", func() (*kernel.Handle, error) {
		f, err := s.c.(*net.TCPConn).File()
		if err != nil {
			return nil, err
		}
		s.c.Close()
		return kernel.File(f)
	}))
}

// bars is the programs' s/\r\n/|/g.
func bars(s string) string { return strings.ReplaceAll(s, "\r\n", "|") }

// is is Perl's `$x ? 'there' : 'gone'` with the words of one's choice.
func is(cond bool, yes, no string) string { return either(cond, yes, no) }

// capital gives a system's text the capital letter that Perl's $! has.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// serverWarning turns a warning of the components into POE's words. The
// programs replace numbers of processes and sessions by words themselves.
func serverWarning(message string, attrs map[string]any) string {
	say := func(who string) string {
		return fmt.Sprintf("%s ID got %v error %v (%v)", who, attrs["op"], attrs["errno"], capital(fmt.Sprint(attrs["error"])))
	}
	switch {
	case strings.HasPrefix(message, "servertcp: server got "):
		return "PID: " + say("Server")
	case strings.HasPrefix(message, "servertcp: client got "), strings.HasPrefix(message, "clienttcp: server: got "),
		strings.HasPrefix(message, "clienttcp: connect: got "):
		return say("Client")
	}
	switch message {
	case "servertcp: ClientFilter is ignored with ClientInputFilter and ClientOutputFilter":
		return "ClientFilter ignored with ClientInputFilter and ClientOutputFilter"
	}
	return message
}

// poeSays turns a configuration error of the components into POE's words.
func poeSays(err error) string {
	var wrong *kernel.ConfigError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	what := wrong.Err.Error()
	switch {
	case wrong.Package == "servertcp" && wrong.Field == "ClientInput":
		return "POE::Component::Server::TCP->new() needs either an Acceptor or a ClientInput but not both"
	case strings.HasSuffix(what, "is not permitted with Acceptor"):
		return wrong.Field + " not permitted without ClientInput"
	case wrong.Field == "Marks":
		return "If you use the Mark settings, you must define all four"
	case wrong.Field == "ClientInputFilter":
		return "ClientInputFilter must be used with ClientOutputFilter"
	case wrong.Package == "clienttcp" && what == "is required":
		if strings.HasPrefix(wrong.Field, "Remote") {
			return "POE::Component::Client::TCP->new() needs a " + wrong.Field + " parameter"
		}
		return "POE::Component::Client::TCP->new() requires a " + wrong.Field + " parameter"
	}
	return err.Error()
}
