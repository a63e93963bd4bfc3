package clienttcp_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// listen is a server of plain sockets; serve gets every connection.
func listen(t *testing.T, serve func(n int, c net.Conn)) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(n, c)
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// input takes lines.
func input(f func(c *clienttcp.Client, line string)) clienttcp.InputHandler {
	return clienttcp.Input(f)
}

func TestConfigErrors(t *testing.T) {
	good := clienttcp.Config{RemoteAddress: "127.0.0.1", RemotePort: 9, ServerInput: input(func(*clienttcp.Client, string) {})}
	for field, spoil := range map[string]func(*clienttcp.Config){
		"RemoteAddress":  func(c *clienttcp.Config) { c.RemoteAddress = "" },
		"RemotePort":     func(c *clienttcp.Config) { c.RemotePort = 0 },
		"ServerInput":    func(c *clienttcp.Config) { c.ServerInput = nil },
		"Marks":          func(c *clienttcp.Config) { c.Marks.Low = 1 },
		"ConnectTimeout": func(c *clienttcp.Config) { c.ConnectTimeout = -1 },
		"Backoff":        func(c *clienttcp.Config) { c.Backoff.Min = 1 },
		"Backpressure":   func(c *clienttcp.Config) { c.Backpressure.High = 1 },
	} {
		c := good
		spoil(&c)
		_, err := clienttcp.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, "clienttcp", wrong.Package)
		require.Equal(t, field, wrong.Field)
	}
}

// The server hangs up on the first two connections: the third is good.
func TestBackoffAfterConnectionsThatEnd(t *testing.T) {
	port := listen(t, func(n int, c net.Conn) {
		if n == 3 {
			fmt.Fprintf(c, "at last\n")
			io.Copy(io.Discard, c)
		}
	})
	k := kernel.New()
	var told []string
	note := func(what string) func(*clienttcp.Client) {
		return func(*clienttcp.Client) { told = append(told, what) }
	}
	_, err := clienttcp.New(k, clienttcp.Config{
		Alias: "client", RemoteAddress: "127.0.0.1", RemotePort: port,
		Backoff:     clienttcp.Backoff{Min: time.Millisecond, Max: 4 * time.Millisecond},
		Connected:   note("connected"),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) { told = append(told, err.Op) },
		ServerInput: input(func(c *clienttcp.Client, line string) { note(line)(c); c.Shutdown() }), Disconnected: note("disconnected"),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	gone := []string{"connected", "read", "disconnected"}
	require.Equal(t, append(append(gone, gone...), "connected", "at last", "disconnected"), told)
}

// Nobody listens: it tries until it is told to stop, which needs no attempt to
// be under way.
func TestBackoffUntilShutdown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	k := kernel.New()
	tries := 0
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Backoff: clienttcp.Backoff{Min: time.Millisecond, Max: 2 * time.Millisecond},
		ConnectError: func(c *clienttcp.Client, err *kernel.OpError) {
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
			if tries++; tries == 5 {
				c.Shutdown()
			}
		},
		ServerInput:  input(func(*clienttcp.Client, string) {}),
		Disconnected: func(*clienttcp.Client) { t.Error("disconnected") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, 5, tries)
}

// secureServer is a server that echoes lines over TLS.
func secureServer(t *testing.T) (port int, trusted *tls.Config) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	trusted = &tls.Config{RootCAs: web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	return listen(t, func(_ int, c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: web.TLS.Certificates})
		defer s.Close()
		lines := bufio.NewScanner(s)
		for lines.Scan() {
			fmt.Fprintf(s, "%s\n", lines.Text())
		}
	}), trusted
}

func TestTLS(t *testing.T) {
	port, trusted := secureServer(t)
	k := kernel.New()
	var told []string
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port, TLS: trusted, ConnectTimeout: 10 * time.Second,
		Connected: func(c *clienttcp.Client) {
			require.True(t, c.TLS.HandshakeComplete)
			require.Equal(t, strconv.Itoa(port), fmt.Sprint(c.Arg(2)))
			c.Put("hello")
		},
		ServerInput:  input(func(c *clienttcp.Client, line string) { told = append(told, line); c.Shutdown() }),
		Disconnected: func(c *clienttcp.Client) { told = append(told, "disconnected"); require.Nil(t, c.TLS) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"hello", "disconnected"}, told)
}

// A certificate that is not trusted, a server that says nothing, and a
// shutdown: all end the handshake, and nothing is connected.
func TestTLSHandshakeFails(t *testing.T) {
	secure, _ := secureServer(t)
	silent := listen(t, func(_ int, c net.Conn) { io.Copy(io.Discard, c) })
	for name, at := range map[string]struct {
		port    int
		timeout time.Duration
		want    func(error) bool
	}{
		"untrusted": {secure, 0, func(err error) bool { return errors.As(err, new(*tls.CertificateVerificationError)) }},
		"silent":    {silent, 50 * time.Millisecond, func(err error) bool { return errors.Is(err, syscall.ETIMEDOUT) }},
		"shutdown":  {silent, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			k := kernel.New()
			var failed error
			c, err := clienttcp.New(k, clienttcp.Config{
				RemoteAddress: "127.0.0.1", RemotePort: at.port, TLS: &tls.Config{}, ConnectTimeout: at.timeout,
				PreConnect: func(c *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
					if at.want == nil {
						c.Shutdown()
					}
					return h
				},
				Connected:    func(*clienttcp.Client) { t.Error("connected") },
				ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) { failed = err },
				ServerInput:  input(func(*clienttcp.Client, string) {}),
				Disconnected: func(*clienttcp.Client) { t.Error("disconnected") },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			require.False(t, c.ID().Alive())
			if at.want == nil {
				require.NoError(t, failed)
			} else {
				require.True(t, at.want(failed), "%v", failed)
			}
		})
	}
}

// A record of a type that ServerInput does not take is an error of the
// connection.
func TestRecordOfAnotherType(t *testing.T) {
	port := listen(t, func(_ int, c net.Conn) { fmt.Fprint(c, "line\n"); io.Copy(io.Discard, c) })
	k := kernel.New()
	var failed error
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		ServerInput: clienttcp.Input(func(*clienttcp.Client, int) { t.Error("called") }),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) { failed = err },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.EqualError(t, failed, "input: record is string, want int")
}

// A client that asks one question.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			question, _ := bufio.NewReader(c).ReadString('\n')
			fmt.Fprintf(c, "you asked: %s", question)
			c.Close()
		}
	}()
	k := kernel.New()
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: l.Addr().(*net.TCPAddr).Port,
		Connected: func(c *clienttcp.Client) { c.Put("what is the time?") },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			fmt.Println(line)
			c.Shutdown()
		}),
		Disconnected: func(*clienttcp.Client) { fmt.Println("disconnected") },
	})
	if err == nil {
		err = k.Run()
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// you asked: what is the time?
	// disconnected
}

// A port that is none is an error of the connection, told as POE tells it.
func TestConnectToAnImpossiblePort(t *testing.T) {
	k := kernel.New()
	var told []string
	ports := []int{70000, -1}
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: 1,
		ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
		ConnectError: func(c *clienttcp.Client, err *kernel.OpError) {
			told = append(told, err.Error())
			if len(ports) > 0 {
				c.ConnectTo("127.0.0.1", ports[0])
				ports = ports[1:]
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{
		"connect: connection refused", "getservbyname: cannot assign requested address", "getservbyname: cannot assign requested address",
	}, told)

	for _, c := range []clienttcp.Config{{RemotePort: 70000}, {RemotePort: 1, BindPort: -1}} {
		c.RemoteAddress, c.ServerInput = "127.0.0.1", clienttcp.Input(func(*clienttcp.Client, string) {})
		_, err := clienttcp.New(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "clienttcp", wrong.Package)
	}
}

// A server that asks much and reads nothing makes no more wait than
// Backpressure says, whatever was read together.
func TestBackpressure(t *testing.T) {
	const requests, answer = 300, 100_000
	port := listen(t, func(_ int, c net.Conn) {
		_, err := c.Write([]byte(strings.Repeat("?\n", requests)))
		require.NoError(t, err)
		_, err = io.CopyN(io.Discard, c, requests*(answer+2))
		require.NoError(t, err)
	})
	high := 0
	k := kernel.New()
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port, Backpressure: readwrite.Marks{High: 200_000, Low: 100_000},
		ServerInput: input(func(c *clienttcp.Client, line string) {
			c.Put(strings.Repeat("x", answer))
			high = max(high, c.Wheel.OutOctets())
		}),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) { require.ErrorIs(t, err, io.EOF) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Less(t, high, 200_000+answer+3)
}
