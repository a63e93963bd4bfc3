package conformance

import (
	"errors"
	"fmt"
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
	c, err := net.Dial("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		p.Fatal(err)
	}
	return &plain{p, c}
}

// listen is a listening socket of the program's own.
func (p *port) listen() (l net.Listener, port int) {
	l, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { l.Close() })
	return l, l.Addr().(*net.TCPAddr).Port
}

// accept takes the next connection of such a socket.
func (p *port) accept(l net.Listener) *plain {
	c, err := l.Accept()
	if err != nil {
		p.Fatal(err)
	}
	return &plain{p, c}
}

// plain is a blocking socket, with what the programs do to theirs.
type plain struct {
	p *port
	c net.Conn
}

func (s *plain) write(text string) {
	if _, err := s.c.Write([]byte(text)); err != nil {
		s.p.Fatal(err)
	}
}

// read is sysread of up to n bytes; the end of the stream is empty.
func (s *plain) read(n int) string {
	buf := make([]byte, n)
	n, _ = s.c.Read(buf)
	return string(buf[:n])
}

func (s *plain) close() { s.c.Close() }

// reset closes with SO_LINGER 0.
func (s *plain) reset() {
	if err := s.c.(*net.TCPConn).SetLinger(0); err != nil {
		s.p.Fatal(err)
	}
}

func (s *plain) port() int { return s.c.LocalAddr().(*net.TCPAddr).Port }

// handle gives the socket to the kernel.
func (s *plain) handle() *kernel.Handle {
	f, err := s.c.(*net.TCPConn).File()
	if err != nil {
		s.p.Fatal(err)
	}
	s.c.Close()
	h, err := kernel.File(f)
	if err != nil {
		s.p.Fatal(err)
	}
	return h
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
